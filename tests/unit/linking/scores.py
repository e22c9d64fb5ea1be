"""How well mentions are linked: pairs of mentions, and B-cubed, within each article."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from contract.entities import Entity

Clusters = Sequence[Hashable]
Links = Callable[[str, Sequence[Entity]], Clusters]


@dataclass(frozen=True)
class Linked:
    """An article with its mentions, and for each the real thing that it means."""

    doc_id: str
    text: str
    mentions: Sequence[Entity]
    clusters: Clusters


class Score(NamedTuple):
    """Precision, recall and their harmonic mean."""

    precision: float
    recall: float

    @property
    def f(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def score(articles: Iterable[Linked], links: Links, labels: frozenset[str]) -> tuple[Score, Score]:
    """Pairwise and B-cubed, over the mentions with one of the labels."""
    pairs, cubed = Counter[str](), Counter[str]()
    for article in articles:
        found = links(article.text, article.mentions)
        chosen = [
            (guess, truth)
            for guess, truth, mention in zip(found, article.clusters, article.mentions, strict=True)
            if mention.label in labels
        ]
        _add(chosen, pairs, cubed)
    return (
        Score(pairs["both"] / pairs["found"], pairs["both"] / pairs["true"]),
        Score(cubed["precision"] / cubed["mentions"], cubed["recall"] / cubed["mentions"]),
    )


def _add(chosen: Sequence[tuple[Hashable, Hashable]], pairs: Counter[str], cubed: Counter[str]) -> None:
    both = Counter(chosen)
    found, true = (Counter(pair[side] for pair in chosen) for side in (0, 1))
    for name, counts in (("both", both), ("found", found), ("true", true)):
        pairs[name] += sum(number * (number - 1) // 2 for number in counts.values())
    cubed["mentions"] += len(chosen)
    for (guess, truth), number in both.items():
        cubed["precision"] += number * number / found[guess]  # type: ignore[assignment]
        cubed["recall"] += number * number / true[truth]  # type: ignore[assignment]
