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
    labels: dict[Words, str] = {}
    split = False
    agreed = [entity.label for entity in entities]
    for place, entity in enumerate(entities):
        label = entity.label
        if label not in _SILENT:
            split |= labels.setdefault(fold(entity.text), label) != label
        if label in _PLACES and country(entity.text):
            agreed[place] = "GPE"
    # In most articles no name has two labels, and nobody has to count.
    if split:
        winners = _vote(entities)
        agreed = [_outvoted(entity, label, winners) for entity, label in zip(entities, agreed, strict=True)]
    return agreed


def _outvoted(entity: Entity, label: str, winners: Mapping[Words, str]) -> str:
    stays = entity.label == _STAYS or entity.label in _SILENT or label != entity.label
    return label if stays else winners.get(fold(entity.text), label)


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
