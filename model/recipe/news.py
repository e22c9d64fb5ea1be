"""Real news: articles whose names are listed in `annotated/`, and articles that nobody labelled.

Of the former a first pipeline adds the dates and amounts, of the latter it says all. It judges each
name where it stands; an article as a whole knows better, so the names of one article are made to agree.
"""

import gzip
import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from model.recipe.marks import lists, placed
from model.recipe.samples import Mention, Sample, read

ANNOTATED = Path(__file__).with_name("annotated")
ADDED = frozenset(("DATE", "MONEY"))  # the lists leave them to the first pipeline
# Share of the articles that are read without labels. usgov is not news and would drown the rest; the
# others have lists, or are the text of gmb, which has labels.
UNLABELLED: Mapping[str, float] = {"usgov": 0.15}
SOURCES = ("wikinews", "voa_gmb_rebuilt", *UNLABELLED)
HELD_BACK = 0.1  # of the articles with lists measure, and do not teach
MAJORITY = 0.7  # of a name's places in an article must agree, or all of them are unknown
GRAM = 8  # words; an article that shares as many in a row with a held-out text is left out

Predict = Callable[[Sequence[str]], Iterable[list[Mention]]]


def articles_of(folder: Path, source: str) -> Path:
    """The file of one source of articles."""
    return folder / f"{source}.jsonl.gz"


def _grams(text: str) -> Iterator[tuple[str, ...]]:
    words = text.split()
    return zip(*(words[i:] for i in range(GRAM)), strict=False)


def held_out(data: Path) -> set[tuple[str, ...]]:
    """Every stretch of words of the development and test texts."""
    files = [path for split in ("dev", "test") for path in sorted(data.glob(f"*.{split}.jsonl.gz"))]
    return {gram for path in files for sample in read(path) for gram in _grams(sample.text)}


def unlabelled(folder: Path, data: Path) -> Iterator[Sample]:
    """The articles to learn from, none with a held-out passage."""
    secret = held_out(data)
    for source, weight in UNLABELLED.items():
        for doc_id, text in bodies(articles_of(folder, source)):
            if chance(source, doc_id) < weight and secret.isdisjoint(_grams(text)):
                yield Sample(text, (), (), source, doc_id)


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


def agreed(text: str, mentions: Sequence[Mention]) -> tuple[list[Mention], list[tuple[int, int]]]:
    """One label for one name in an article; names without a clear majority become unknown."""
    votes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for m in mentions:
        votes[text[m.start : m.end]][m.label] += 1
    full = [name.split() for name, count in votes.items() if count.most_common(1)[0][0] == "PERSON"]
    family = {words[-1] for words in full if len(words) > 1}
    clear: list[Mention] = []
    unknown: list[tuple[int, int]] = []
    for m in mentions:
        count = votes[text[m.start : m.end]]
        label, most = count.most_common(1)[0]
        if text[m.start : m.end] in family and "PERSON" in count:
            clear.append(replace(m, label="PERSON"))
        elif most >= MAJORITY * count.total() and "\n" not in text[m.start : m.end]:
            clear.append(replace(m, label=label))
        else:
            unknown.append((m.start, m.end))
    return clear, unknown


def read_by(samples: Sequence[Sample], predict: Predict) -> Iterator[Sample]:
    """The articles with the names that a pipeline finds in them."""
    for sample, found in zip(samples, predict([s.text for s in samples]), strict=True):
        mentions, unknown = agreed(sample.text, found)
        yield replace(sample, mentions=tuple(mentions), unknown=tuple(unknown))
