"""Where an article gives one name two labels and the evidence is lopsided, it agrees with itself."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Final

from contract.entities import UNCOUNTED_LABELS
from worker.linking.countries import country
from worker.linking.folding import REMEMBERED, fold, tidy
from worker.linking.forms import Form
from worker.linking.lands import union
from worker.linking.organisations import is_acronym, without_form
from worker.linking.vocabulary import ADJECTIVES, GENERATIONS, NAMESAKES

Words = tuple[str, ...]
Key = Words | str  # what is voted on: a name, or the country or union that it is a name of
Ballot = dict[str, int]

_LOPSIDED: Final = 3  # times as much evidence
_LIKELY: Final = 2  # is enough for a family name that is somebody's elsewhere, who is named in full
# "May" the month says nothing about Theresa May.
_SILENT: Final = UNCOUNTED_LABELS
_GROUP: Final = "NORP"
_PERSON: Final = "PERSON"
_PLACES: Final = frozenset({"LOC", "FAC"})
_ALL_PLACES: Final = _PLACES | {"GPE"}
_RIVER: Final = "river"
_AIRLINES: Final = frozenset({("emirates",), ("america",)})


def vote(forms: Iterable[Form]) -> None:
    """Sets the label of each form to what the article agrees on."""
    labels: dict[Key, str] = {}
    families: set[str] = set()
    split = False
    rivers: AbstractSet[Words] | None = None
    for form in forms:
        if form.label in _SILENT:
            continue
        split |= labels.setdefault(_key(form.text), form.label) != form.label
        if form.label == _PERSON and len(form.words) > 1:
            families.add(form.words[-1])
        elif form.label in _PLACES and country(form.text):
            rivers = _rivers(forms) if rivers is None else rivers
            if form.words not in rivers:
                form.label = "GPE"
        elif form.label == "ORG" and is_short_country(form.text):
            form.label = "GPE"  # the DPRK
    # In most articles no name has two labels, and nobody has to count.
    if split or any(labels.get((family,), _PERSON) != _PERSON for family in families):
        _count(forms)


@lru_cache(maxsize=REMEMBERED)
def _key(text: str) -> Key:
    """The same for all names of a country or union: the U.K. is the United Kingdom. Emirates flies."""
    words = fold(text)
    return words if words in _AIRLINES else country(text) or union(words) or words


@lru_cache(maxsize=REMEMBERED)
def is_short_country(text: str) -> bool:
    """Whether it is a country's acronym. Its name alone may be its team's, or the bloc GUAM's."""
    text = tidy(text)
    land = country(text) if is_acronym(text) else None
    return land is not None and land.casefold() != text.casefold()


def _rivers(forms: Iterable[Form]) -> AbstractSet[Words]:
    """What rivers the article names, by their names alone: there the Niger is no country."""
    ends = {form.words[:-1] for form in forms if form.words[-1] == _RIVER}
    return ends | {form.words[1:] for form in forms if form.words[0] == _RIVER}


def _count(forms: Iterable[Form]) -> None:
    ballots: dict[Key, Ballot] = {}
    for form in forms:
        if form.found_as not in _SILENT:
            ballot = ballots.setdefault(_key(form.text), {})
            ballot[form.label] = ballot.get(form.label, 0) + form.times
    families = _families(forms)
    within = {
        (form.label, (word,)) for form in forms if len(form.words) > 1 for word in without_form(form.words)
    }
    for form in forms:
        if form.found_as in _SILENT or form.label != form.found_as or _is_people(form):
            continue
        ballot = ballots[_key(form.text)]
        land = country(form.text)
        if _ALL_PLACES.issuperset(ballot) and land:
            continue  # a country is a GPE, whatever its name in small letters was taken for
        # "Jordan" alone is the country, whoever else is called so, and "Dell" may be Dell Technologies.
        bearers = families.get(form.words, 0)
        if bearers and (
            land
            or form.words[0] in NAMESAKES
            or any((label, form.words) in within for label in ballot if label != _PERSON)
        ):
            if form.label == _PERSON:
                continue
            bearers = 0
        likely = bearers > 0 and _PERSON in ballot
        if bearers:
            ballot = {**ballot, _PERSON: ballot.get(_PERSON, 0) + bearers}
        if len(ballot) > 1:
            form.label = _winner(ballot, likely=likely) or form.label


def _is_people(form: Form) -> bool:
    """Whether it names a people, whatever else does."""
    return form.found_as == _GROUP and form.words[-1] in ADJECTIVES


def _families(forms: Iterable[Form]) -> dict[Words, int]:
    """How often people are named in full, by their family names: evidence for who is meant by these alone."""
    families: dict[Words, int] = {}
    for form in forms:
        if form.label == _PERSON and len(form.words) > 1 and form.words[-1] not in GENERATIONS:
            families[form.words[-1:]] = families.get(form.words[-1:], 0) + form.times
    return families


def _winner(ballot: Ballot, *, likely: bool) -> str:
    if _ALL_PLACES.issuperset(ballot):
        return max(ballot, key=ballot.__getitem__)  # or the first
    first, second = sorted(ballot.items(), key=lambda item: (-item[1], item[0]))[:2]
    enough = _LIKELY if likely and first[0] == _PERSON else _LOPSIDED
    return first[0] if first[1] >= enough * second[1] else ""
