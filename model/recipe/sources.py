"""Which corpora the recipe reads, how much each weighs, what each can judge."""

import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from model.recipe.samples import file_of, read

# Copies of each document in training. A broken number takes that share of the
# documents: the silver labels of gmb are many, so 0.6 keeps them from drowning
# the hand-made ones, and the small corpora nearest to news are repeated.
TRAIN_WEIGHTS: Mapping[str, float] = {
    "gmb": 0.6,
    "uner_ewt": 3.0,
    "wikigold": 2.0,
    "gum": 2.0,
    "redocred": 1.0,
    "crossner": 1.0,
}

# In the second stage, where hand-made labels of news take the place of the silver ones.
AGAIN_WEIGHTS: Mapping[str, float] = {**TRAIN_WEIGHTS, "gmb": 0.2}

# Share of the development documents that choose the best step; gmb is thinned
# for the same reason as above.
DEV_WEIGHTS: Mapping[str, float] = {
    "gmb": 0.4,
    "uner_ewt": 1.0,
    "wikigold": 1.0,
    "gum": 1.0,
    "redocred": 1.0,
    "crossner": 1.0,
}

_NAMES = ("PERSON", "ORG", "GPE", "LOC")

# Labels that a corpus annotates; predictions with any other label are not scored on it.
JUDGED: Mapping[str, frozenset[str]] = {
    "uner_pud": frozenset(_NAMES),
    "gum": frozenset(_NAMES),
    "redocred": frozenset((*_NAMES, "DATE")),
    "wikigold": frozenset(_NAMES),
    "uner_ewt": frozenset(_NAMES),
    "crossner": frozenset((*_NAMES, "EVENT", "WORK_OF_ART")),
    "gmb": frozenset((*_NAMES, "NORP", "DATE", "MONEY")),
    "wnut17": frozenset(("PERSON", "GPE", "LOC", "WORK_OF_ART", "PRODUCT")),
}


NEEDED: Mapping[str, Iterable[str]] = {"train": TRAIN_WEIGHTS, "dev": DEV_WEIGHTS, "test": JUDGED}


def problems(data: Path, splits: Iterable[str] = tuple(NEEDED)) -> list[str]:
    """What keeps this folder from serving these splits, one line each; empty if nothing."""
    if not data.is_dir():
        return [f"{data}: no such folder"]
    paths = (file_of(data, source, split) for split in splits for source in NEEDED[split])
    return [f"{path.name}: {problem}" for path in paths if (problem := _problem(path))]


def _problem(path: Path) -> str | None:
    if not path.is_file():
        return "missing"
    try:
        first = next(read(path), None)
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        return f"unreadable ({error})"
    return "empty" if first is None else None
