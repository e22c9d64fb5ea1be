"""The mean of two trainings' weights: steadier than either, at the cost of one."""

from pathlib import Path
from typing import Any

import spacy


def blend(first: Path, second: Path, target: Path) -> Path:
    """Write the mean of two pipelines, the second trained on from the first, to `target`."""
    nlp, other = spacy.load(first), spacy.load(second)
    mine: Any = nlp.get_pipe("ner")
    theirs: Any = other.get_pipe("ner")
    for node, twin in zip(mine.model.walk(), theirs.model.walk(), strict=True):
        for name in node.param_names:
            if node.has_param(name):
                node.set_param(name, (node.get_param(name) + twin.get_param(name)) / 2)
    nlp.to_disk(target)
    return target
