"""Where an article gives one name two labels and the evidence is lopsided, it agrees with itself."""

from collections.abc import Mapping, Sequence
from typing import Final

from contract.entities import UNCOUNTED_LABELS, Entity
from worker.linking.countries import country
from worker.linking.folding import fold

Words = tuple[str, ...]

_LOPSIDED: Final = 3  # times as much evidence
# "May" the month says nothing about Theresa May; demonyms stay what they are.
_SILENT: Final = UNCOUNTED_LABELS
_STAYS: Final = "NORP"
_PLACES: Final = frozenset({"LOC", "FAC"})


def agreed_labels(entities: Sequence[Entity]) -> list[str]:
    """The label of each mention after the vote."""
    winners = _vote(entities) if _disagree(entities) else {}
    return [_agreed(entity, winners) for entity in entities]


def _disagree(entities: Sequence[Entity]) -> bool:
    """Whether a name has two labels. In most articles none has, and nobody has to count."""
    labels: dict[Words, str] = {}
    return any(
        labels.setdefault(fold(entity.text), entity.label) != entity.label
        for entity in entities
        if entity.label not in _SILENT
    )


def _vote(entities: Sequence[Entity]) -> dict[Words, str]:
    ballots: dict[Words, dict[str, int]] = {}
    for entity in entities:
        if entity.label not in _SILENT:
            ballot = ballots.setdefault(fold(entity.text), {})
            ballot[entity.label] = ballot.get(entity.label, 0) + 1
    split = {words: dict(ballot) for words, ballot in ballots.items() if len(ballot) > 1}
    _hear_full_names(split, ballots)
    return {words: winner for words, ballot in split.items() if (winner := _winner(ballot))}


def _hear_full_names(split: Mapping[Words, dict[str, int]], ballots: Mapping[Words, dict[str, int]]) -> None:
    """A person's full name is evidence that the family name alone is a person's, where one says so."""
    for words, ballot in ballots.items():
        family = split.get(words[-1:]) if len(words) > 1 else None
        if family is not None and "PERSON" in family and "PERSON" in ballot:
            family["PERSON"] += ballot["PERSON"]


def _winner(ballot: Mapping[str, int]) -> str:
    first, second = sorted(ballot.items(), key=lambda item: (-item[1], item[0]))[:2]
    return first[0] if first[1] >= _LOPSIDED * second[1] else ""


def _agreed(entity: Entity, winners: Mapping[Words, str]) -> str:
    label = entity.label
    if label in _PLACES and country(entity.text):
        return "GPE"
    if not winners or label == _STAYS or label in _SILENT:
        return label
    return winners.get(fold(entity.text), label)
