"""Real news: articles whose names are listed in `annotated/`; a first pipeline adds the dates and amounts."""

import gzip
import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from model.recipe.marks import lists, placed
from model.recipe.samples import Mention, Sample

ANNOTATED = Path(__file__).with_name("annotated")
ADDED = frozenset(("DATE", "MONEY"))  # the lists leave them to the first pipeline
SOURCES = ("wikinews", "voa_gmb_rebuilt")
HELD_BACK = 0.1  # of the articles with lists measure, and do not teach

Predict = Callable[[Sequence[str]], Iterable[list[Mention]]]


def articles_of(folder: Path, source: str) -> Path:
    """The file of one source of articles."""
    return folder / f"{source}.jsonl.gz"


def bodies(path: Path) -> Iterator[tuple[str, str]]:
    """Id and text of each article in a file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            yield str(row["id"]), str(row["body"])


def chance(source: str, doc_id: str) -> float:
    """The same number in [0, 1) for an article on every run."""
    return random.Random(f"{source}:{doc_id}").random()


def _lists() -> dict[str, dict[str, str]]:
    return {key: entries for path in sorted(ANNOTATED.glob("*.txt")) for key, entries in lists(path).items()}


def listed_ids() -> frozenset[str]:
    """The articles with lists, in whatever source."""
    return frozenset(key.partition(" ")[2] for key in _lists())


def listed(folder: Path, *, held_back: bool = False) -> Iterator[Sample]:
    """The articles with lists: those to learn from, or those held back."""
    names = _lists()
    for source in sorted({key.partition(" ")[0] for key in names}):
        for doc_id, text in bodies(articles_of(folder, source)):
            if (entries := names.get(f"{source} {doc_id}")) and held_back == (
                chance(source, doc_id) < HELD_BACK
            ):
                yield placed(text, entries, source, doc_id)


def dated(samples: Sequence[Sample], predict: Predict) -> Iterator[Sample]:
    """The same with the dates and amounts that a pipeline finds between the names."""
    for sample, found in zip(samples, predict([s.text for s in samples]), strict=True):
        taken = [(m.start, m.end) for m in sample.mentions] + list(sample.unknown)
        more = [
            m
            for m in found
            if m.label in ADDED and not any(m.start < end and start < m.end for start, end in taken)
        ]
        yield replace(sample, mentions=tuple(sorted((*sample.mentions, *more), key=lambda m: m.start)))
