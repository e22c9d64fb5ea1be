"""Real news that nobody labelled, as a first pipeline reads it.

That pipeline judges each name where it stands; an article as a whole knows better,
so the names of one article are made to agree before the second training learns from them.
"""

import gzip
import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from model.recipe.samples import Mention, Sample, read

# Share of the articles. usgov is not news and would drown the rest;
# voa_gmb_rebuilt is the text of gmb, which has labels.
ARTICLE_WEIGHTS: Mapping[str, float] = {"wikinews": 1.0, "usgov": 0.15}
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
    for source, weight in ARTICLE_WEIGHTS.items():
        with gzip.open(articles_of(folder, source), "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                sample = Sample(str(row["body"]), (), (), source, str(row["id"]))
                chance = random.Random(f"{source}:{sample.doc_id}").random()
                if chance < weight and secret.isdisjoint(_grams(sample.text)):
                    yield sample


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
