"""Strict-span precision, recall and F of a pipeline, per corpus and label.

    python -m model.recipe.report PIPELINE DATA        prints these figures

A name counts when both borders and the label are right. Leading "the" and a
possessive 's are cut on both sides first: the corpora disagree on them.
Predictions that touch an unknown span are not scored.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from model.recipe.hooks import load
from model.recipe.samples import Mention, Sample, file_of, read
from model.recipe.sources import JUDGED, NEEDED

PLACES = frozenset(("GPE", "LOC", "FAC"))
CORE = frozenset(("PERSON", "ORG", "PLACE"))
POSSESSED = frozenset(("PERSON", "ORG", "GPE", "LOC", "FAC", "NORP"))
BATCH = 64

Predict = Callable[[Sequence[str]], Iterable[list[Mention]]]
Figures = dict[str, "SourceFigures"]


@dataclass
class Count:
    """Hits, false alarms and misses."""

    hits: int = 0
    alarms: int = 0
    misses: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.hits + other.hits, self.alarms + other.alarms, self.misses + other.misses)

    @property
    def support(self) -> int:
        """Names in the gold data."""
        return self.hits + self.misses

    def percent(self) -> "Percent":
        """Precision, recall and F in percent, one decimal."""
        p = self.hits / (self.hits + self.alarms) if self.hits + self.alarms else 0.0
        r = self.hits / self.support if self.support else 0.0
        f = 2 * p * r / (p + r) if p + r else 0.0
        return Percent(round(100 * p, 1), round(100 * r, 1), round(100 * f, 1), self.support)


@dataclass(frozen=True)
class Percent:
    """One row of figures."""

    p: float
    r: float
    f: float
    support: int


@dataclass(frozen=True)
class SourceFigures:
    """Everything measured on one corpus; `core` is PERSON, ORG and PLACE (GPE, LOC, FAC as one)."""

    core: Percent
    micro: Percent
    place: Percent
    labels: dict[str, Percent]


def merged(label: str) -> str:
    """GPE, LOC and FAC as one PLACE."""
    return "PLACE" if label in PLACES else label


def trimmed(text: str, mention: Mention) -> Mention:
    """The mention without a leading article and a possessive ending."""
    start, end = mention.start, mention.end
    for article in ("the ", "The "):
        if text.startswith(article, start, end):
            start += len(article)
    if mention.label in POSSESSED and text[start:end].endswith(("'s", "’s")):
        end -= 2
    return Mention(start, end, mention.label)


def tally(
    counts: dict[str, Count],
    gold: Iterable[Mention],
    predicted: Iterable[Mention],
    judged: frozenset[str],
) -> None:
    """Add one text to the counts, labels outside `judged` left out."""
    wanted = {m for m in gold if m.label in judged}
    found = {m for m in predicted if m.label in judged}
    for mention in wanted & found:
        counts[mention.label].hits += 1
    for mention in found - wanted:
        counts[mention.label].alarms += 1
    for mention in wanted - found:
        counts[mention.label].misses += 1


def scorable(sample: Sample, predicted: Iterable[Mention]) -> list[Mention]:
    """The predictions that touch no unknown span."""
    return [m for m in predicted if not any(m.start < end and start < m.end for start, end in sample.unknown)]


def score(samples: Sequence[Sample], predict: Predict, judged: frozenset[str]) -> SourceFigures:
    """Measure one corpus."""
    plain: defaultdict[str, Count] = defaultdict(Count)
    places: defaultdict[str, Count] = defaultdict(Count)
    for sample, raw in zip(samples, predict([s.text for s in samples]), strict=True):
        gold = [trimmed(sample.text, m) for m in sample.mentions]
        predicted = [trimmed(sample.text, m) for m in scorable(sample, raw)]
        tally(plain, gold, predicted, judged)
        tally(places, _merged(gold), _merged(predicted), frozenset(map(merged, judged)))
    by_support = sorted(plain, key=lambda label: -plain[label].support)
    return SourceFigures(
        core=sum((places[label] for label in sorted(CORE & places.keys())), Count()).percent(),
        micro=sum(plain.values(), Count()).percent(),
        place=places["PLACE"].percent(),
        labels={label: plain[label].percent() for label in by_support},
    )


def _merged(mentions: Iterable[Mention]) -> list[Mention]:
    return [Mention(m.start, m.end, merged(m.label)) for m in mentions]


def predictor(pipeline: Path) -> Predict:
    """Names as the saved pipeline finds them."""
    nlp = load(pipeline)

    def predict(texts: Sequence[str]) -> Iterable[list[Mention]]:
        for doc in nlp.pipe(texts, batch_size=BATCH):
            yield [Mention(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents]

    return predict


def evaluate(pipeline: Path, data: Path, split: str = "test") -> Figures:
    """Measure every corpus that has this split and may be used for it."""
    predict = predictor(pipeline)
    return {
        source: score(list(read(file_of(data, source, split))), predict, JUDGED[source])
        for source in NEEDED[split]
    }


def mean(figures: Figures) -> float:
    """Every corpus counts the same, however large."""
    return sum(one.core.f for one in figures.values()) / len(figures)
