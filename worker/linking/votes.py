"""Where an article gives one name two labels and the evidence is lopsided, it agrees with itself."""

from collections.abc import Iterable, Mapping
from typing import Final

from contract.entities import UNCOUNTED_LABELS
from worker.linking.countries import country
from worker.linking.forms import Form
from worker.linking.vocabulary import GENERATIONS

Words = tuple[str, ...]
Ballot = dict[str, int]

_LOPSIDED: Final = 3  # times as much evidence
_LIKELY: Final = 2  # is enough for a family name that is somebody's elsewhere, who is named in full
# "May" the month says nothing about Theresa May; demonyms stay what they are.
_SILENT: Final = UNCOUNTED_LABELS
_STAYS: Final = "NORP"
_PERSON: Final = "PERSON"
_PLACES: Final = frozenset({"LOC", "FAC"})
_ALL_PLACES: Final = _PLACES | {"GPE"}


def vote(forms: Iterable[Form]) -> None:
    """Sets the label of each form to what the article agrees on."""
    labels: dict[Words, str] = {}
    families: set[str] = set()
    split = False
    for form in forms:
        if form.label in _SILENT:
            continue
        split |= labels.setdefault(form.words, form.label) != form.label
        if form.label == _PERSON and len(form.words) > 1:
            families.add(form.words[-1])
        elif form.label in _PLACES and country(form.text):
            form.label = "GPE"
    # In most articles no name has two labels, and nobody has to count.
    if split or any(labels.get((family,), _PERSON) != _PERSON for family in families):
        _count(forms)


def _count(forms: Iterable[Form]) -> None:
    ballots: dict[Words, Ballot] = {}
    for form in forms:
        if form.found_as not in _SILENT:
            ballot = ballots.setdefault(form.words, {})
            ballot[form.label] = ballot.get(form.label, 0) + form.times
    families = _families(ballots)
    for form in forms:
        if form.found_as in (_STAYS, *_SILENT) or form.label != form.found_as:
            continue
        ballot = dict(ballots[form.words])
        bearers = families.get(form.words, 0)
        # "Jordan" alone is the country, whoever else is called so, unless he is called so too.
        if bearers and (_PERSON in ballot or not country(form.text)):
            ballot[_PERSON] = ballot.get(_PERSON, 0) + bearers
        if _ALL_PLACES.issuperset(ballot) and country(form.text):
            continue  # a country is a GPE, whatever its name in small letters was taken for
        if len(ballot) > 1:
            form.label = _winner(ballot, family=bearers > 0 and _PERSON in ballots[form.words]) or form.label


def _families(ballots: Mapping[Words, Ballot]) -> dict[Words, int]:
    """How often people are named in full, by their family names: evidence for who is meant by these alone."""
    families: dict[Words, int] = {}
    for words, ballot in ballots.items():
        if len(words) > 1 and _PERSON in ballot and words[-1] not in GENERATIONS:
            families[words[-1:]] = families.get(words[-1:], 0) + ballot[_PERSON]
    return families


def _winner(ballot: Ballot, *, family: bool) -> str:
    if _ALL_PLACES.issuperset(ballot):
        return max(ballot, key=ballot.__getitem__)  # or the first
    first, second = sorted(ballot.items(), key=lambda item: (-item[1], item[0]))[:2]
    likely = family and first[0] == _PERSON
    return first[0] if first[1] >= (_LIKELY if likely else _LOPSIDED) * second[1] else ""
