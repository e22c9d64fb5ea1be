"""What a training needs besides spaCy: numpy's BLAS, weights to go on from, a table of norms.

spaCy's default kernels leave half of a core's speed unused. Handed to `spacy train --code`. Only the
[initialize] block names what is here, and packing empties that, so the saved pipeline loads with plain
`spacy.load`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.lookups import Lookups
from spacy.util import registry
from thinc.api import Model, NumpyOps, set_current_ops


def use_numpy_blas(nlp: Language) -> None:
    """Switch every model node of the pipeline away from BLIS."""
    ops = NumpyOps(use_blis=False)
    for _, component in nlp.pipeline:
        model = getattr(component, "model", None)
        if isinstance(model, Model):
            for node in model.walk():  # still without weights: nothing to copy
                node.ops = ops


def load(pipeline: Path) -> Language:
    """`spacy.load` on the faster kernels; the names found are the same."""
    set_current_ops(NumpyOps(use_blis=False))
    return spacy.load(pipeline)


def numpy_blas() -> Callable[[Language], None]:
    """The [initialize.before_init] callback."""
    return use_numpy_blas


def weights_of(pipeline: str | None) -> Callable[[Language], None]:
    """The [initialize.after_init] callback: go on from a trained pipeline, if one is named."""

    def go_on(nlp: Language) -> None:
        if pipeline:
            ner: Any = nlp.get_pipe("ner")
            trained: Any = spacy.load(pipeline).get_pipe("ner")
            in_order(trained.model, moves_of(trained), moves_of(ner))
            ner.model.from_bytes(trained.model.to_bytes())

    return go_on


def moves_of(ner: Any) -> list[str]:
    """The names of its last layer's outputs; `move_names` leaves one of them out."""
    return [ner.moves.get_class_name(number) for number in range(ner.moves.n_moves)]


def in_order(model: Any, moves: Sequence[str], wanted: Sequence[str]) -> None:
    """Sort the outputs of the last layer; spaCy orders the moves by how often a label comes in the data."""
    upper = model.get_ref("upper")
    order = [moves.index(move) for move in wanted]
    for name in upper.param_names:
        upper.set_param(name, upper.get_param(name)[order])


def norms(table: Mapping[str, str]) -> Lookups:
    """Word to norm, as a vocabulary takes it."""
    lookups = Lookups()
    lookups.add_table("lexeme_norm", dict(table))
    return lookups


def write_norms(table: Mapping[str, str], path: Path) -> Path:
    """The table as `norms_of` reads it."""
    path.write_text(json.dumps(table), encoding="utf-8")
    return path


def norms_of(path: str | None) -> Lookups | None:
    """The [initialize.lookups]: the table in a JSON file, if one is named."""
    return norms(json.loads(Path(path).read_text(encoding="utf-8"))) if path else None


registry.misc.register("namewire.norms.v1", func=norms_of)
registry.callbacks.register("namewire.numpy_blas.v1", func=numpy_blas)
registry.callbacks.register("namewire.weights.v1", func=weights_of)
