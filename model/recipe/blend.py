"""The mean of trainings' weights: steadier than any of them, at the cost of one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import spacy

from model.recipe.hooks import in_order, moves_of


def blend(pipelines: Sequence[Path], target: Path) -> Path:
    """Write the mean of pipelines that went on from the same one to `target`."""
    nlp, *others = map(spacy.load, pipelines)
    mine: Any = nlp.get_pipe("ner")
    for other in others:
        theirs: Any = other.get_pipe("ner")
        in_order(theirs.model, moves_of(theirs), moves_of(mine))
    nodes: Any = zip(*(one.get_pipe("ner").model.walk() for one in (nlp, *others)), strict=True)  # type: ignore[attr-defined]
    for node, *twins in nodes:
        for name in node.param_names:
            if node.has_param(name):
                every = [twin.get_param(name) for twin in (node, *twins)]
                node.set_param(name, sum(every[1:], every[0]) / len(every))
    nlp.to_disk(target)
    return target
