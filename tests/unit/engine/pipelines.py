"""Pipelines of every shape that the engine knows, with the configurations of the spaCy project's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import spacy
from spacy.language import Language
from spacy.training import Example
from thinc.api import NumpyOps, set_current_ops

from model import EMBEDDED
from model.recipe.hooks import norms

# The labels of `en_core_web_*`.
LABELS: Final = (
    "CARDINAL", "DATE", "EVENT", "FAC", "GPE", "LANGUAGE", "LAW", "LOC", "MONEY", "NORP", "ORDINAL", "ORG",
    "PERCENT", "PERSON", "PRODUCT", "QUANTITY", "TIME", "WORK_OF_ART",
)  # fmt: skip
_WORDS: Final = (
    "the", "of", "and", "in", "to", "a", "said", "on", "for", "Mr.", "President", "Obama", "Iraq", "U.S.",
    "'s", ",", ".", "2004", "killed", "people",
)  # fmt: skip
_WORD_VECTORS: Final = 20_000
_VECTOR_WIDTH: Final = 300


@dataclass(frozen=True, slots=True)
class Shape:
    """What can be chosen in a pipeline; the defaults are those of `en_core_web_sm`."""

    lang: str = "en"
    attrs: Sequence[str] = ("NORM", "PREFIX", "SUFFIX", "SHAPE")
    rows: Sequence[int] = (5000, 1000, 2500, 2500)
    vectors: bool = False
    floret: bool = False
    width: int = 96
    depth: int = 4
    window: int = 1
    pieces: int = 3
    hidden: int = 64
    state_pieces: int = 2
    six: bool = False
    upper: bool = True
    listens: bool = False
    norms: bool = False
    labels: Sequence[str] = LABELS


SHAPES: Final = {
    "sm": Shape(),
    "md and lg": Shape(vectors=True),
    "sm, the tagger's attributes": Shape(
        attrs=("NORM", "PREFIX", "SUFFIX", "SHAPE", "SPACY", "IS_SPACE"),
        rows=(5000, 1000, 2500, 2500, 50, 50),
    ),
    "the quickstart's": Shape(listens=True, width=256, depth=8, vectors=True),
    "listening": Shape(listens=True, labels=("PERSON", "ORG", "GPE")),
    "six features": Shape(six=True),
    "no upper layer": Shape(upper=False),
    "one piece": Shape(state_pieces=1, pieces=1, labels=("PERSON",)),
    "wide window": Shape(window=2, depth=2, width=64, pieces=2, attrs=("LOWER", "SHAPE"), rows=(2000, 500)),
    "one layer": Shape(depth=1, six=True, upper=False, attrs=("ORTH",), rows=(3000,)),
    "floret vectors": Shape(vectors=True, floret=True, depth=2, six=True),
    "a table of norms": Shape(norms=True, rows=(300, 100, 300, 100)),
    "German": Shape(lang="de", labels=("PER", "LOC", "ORG", "MISC")),
    "French": Shape(lang="fr", labels=("PER", "LOC", "ORG", "MISC")),
    "Russian": Shape(lang="ru", labels=("PER", "LOC", "ORG")),
    "any language": Shape(lang="xx", labels=("PER", "LOC", "ORG", "MISC")),
}


def trained() -> Language:
    """The embedded pipeline, on numpy's kernels as in the worker."""
    set_current_ops(NumpyOps(use_blis=False))
    return spacy.load(EMBEDDED)


def random_pipeline(
    shape: Shape, *, seed: int, out: float = 0.0, last: float = 0.0, ops: NumpyOps | None = None
) -> Language:
    """A pipeline with random weights; O and L- score so much more, for fewer and shorter names."""
    set_current_ops(ops or NumpyOps(use_blis=False))
    rng = np.random.default_rng(seed)
    nlp = spacy.blank(shape.lang)
    if shape.vectors:
        _add_vectors(nlp, rng, floret=shape.floret)
    if shape.norms:
        # Not "Mr.", which the tokenizer has made with its own norm before.
        nlp.vocab.lookups = norms({word: "F" for word in _WORDS if word.istitle() and word.isalpha()})
    if shape.listens:
        nlp.add_pipe("tok2vec", config={"model": _tok2vec(shape)})
    ner: Any = nlp.add_pipe("ner", config={"model": _model(shape)})
    for label in shape.labels:
        ner.add_label(label)
    nlp.initialize(lambda: [Example.from_dict(nlp.make_doc("Ann saw Bob"), {"entities": []})])
    pipe: Any
    for _, pipe in nlp.pipeline:
        _randomize(pipe.model, rng)
    _favour(ner, out, last)
    return nlp


def _tok2vec(shape: Shape) -> dict[str, Any]:
    return {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2",
            "width": shape.width,
            "attrs": list(shape.attrs),
            "rows": list(shape.rows),
            "include_static_vectors": shape.vectors,
        },
        "encode": {
            "@architectures": "spacy.MaxoutWindowEncoder.v2",
            "width": shape.width,
            "depth": shape.depth,
            "window_size": shape.window,
            "maxout_pieces": shape.pieces,
        },
    }


def _model(shape: Shape) -> dict[str, Any]:
    listener = {"@architectures": "spacy.Tok2VecListener.v1", "width": shape.width, "upstream": "*"}
    return {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": shape.six,
        "hidden_width": shape.hidden,
        "maxout_pieces": shape.state_pieces,
        "use_upper": shape.upper,
        "nO": None,
        "tok2vec": listener if shape.listens else _tok2vec(shape),
    }


def _add_vectors(nlp: Language, rng: np.random.Generator, *, floret: bool) -> None:
    """Vectors for words that texts are likely to have, and some that share a row."""
    data = rng.standard_normal((_WORD_VECTORS, _VECTOR_WIDTH)).astype(np.float32)
    if floret:
        nlp.vocab.vectors = spacy.vectors.Vectors(
            strings=nlp.vocab.strings,
            data=data,
            mode="floret",
            minn=3,
            maxn=4,
            hash_count=2,
            bow="<",
            eow=">",
        )
        return
    nlp.vocab.vectors = spacy.vectors.Vectors(strings=nlp.vocab.strings, data=data)
    for row, word in enumerate(_WORDS):
        nlp.vocab.vectors.add(word, row=row // 2)


def _randomize(model: Any, rng: np.random.Generator) -> None:
    """Every weight of every layer; the upper one is zero in a pipeline that was not trained."""
    for node in model.walk():
        for name in node.param_names:
            if node.has_param(name):
                value = node.get_param(name)
                scale = 1.0 if value.ndim < 2 or node.name == "hashembed" else value.shape[-1] ** -0.5
                node.set_param(name, (rng.standard_normal(value.shape) * scale).astype(np.float32))


def _favour(ner: Any, out: float, last: float) -> None:
    layer = ner.model.layers[2] if ner.model.layers[2].name == "linear" else ner.model.layers[1]
    bias = layer.get_param("b")
    for index in range(ner.moves.n_moves):
        bias[index] += {"O": out, "L": last}.get(ner.moves.get_class_name(index)[0], 0.0)
    layer.set_param("b", bias)
