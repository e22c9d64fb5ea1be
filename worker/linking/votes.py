"""Where an article gives one name two labels and the evidence is lopsided, it agrees with itself."""

from collections.abc import Iterable, Mapping
from typing import Final

from contract.entities import UNCOUNTED_LABELS
from worker.linking.countries import country
from worker.linking.forms import Form

Words = tuple[str, ...]

_LOPSIDED: Final = 3  # times as much evidence
# "May" the month says nothing about Theresa May; demonyms stay what they are.
_SILENT: Final = UNCOUNTED_LABELS
_STAYS: Final = "NORP"
_PLACES: Final = frozenset({"LOC", "FAC"})


def vote(forms: Iterable[Form]) -> None:
    """Sets the label of each form to what the article agrees on."""
    labels: dict[Words, str] = {}
    split = False
    for form in forms:
        if form.label in _SILENT:
            continue
        split |= labels.setdefault(form.words, form.label) != form.label
        if form.label in _PLACES and country(form.text):
            form.label = "GPE"
    # In most articles no name has two labels, and nobody has to count.
    if split:
        _count(forms)


def _count(forms: Iterable[Form]) -> None:
    ballots: dict[Words, dict[str, int]] = {}
    for form in forms:
        if form.found_as not in _SILENT:
            ballot = ballots.setdefault(form.words, {})
            ballot[form.found_as] = ballot.get(form.found_as, 0) + form.times
    split = {words: dict(ballot) for words, ballot in ballots.items() if len(ballot) > 1}
    _hear_full_names(split, ballots)
    for form in forms:
        ballot = split.get(form.words, {})
        if form.found_as in ballot and form.found_as != _STAYS and form.label == form.found_as:
            form.label = _winner(ballot) or form.label


def _hear_full_names(split: Mapping[Words, dict[str, int]], ballots: Mapping[Words, dict[str, int]]) -> None:
    """A person's full name is evidence that the family name alone is a person's, where one says so."""
    for words, ballot in ballots.items():
        family = split.get(words[-1:]) if len(words) > 1 else None
        if family is not None and "PERSON" in family and "PERSON" in ballot:
            family["PERSON"] += ballot["PERSON"]


def _winner(ballot: Mapping[str, int]) -> str:
    first, second = sorted(ballot.items(), key=lambda item: (-item[1], item[0]))[:2]
    return first[0] if first[1] >= _LOPSIDED * second[1] else ""
