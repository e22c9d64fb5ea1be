"""Links the mentions of one article: each counts for exactly one entity, under one name."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Final

from contract.entities import Entity, name_of
from worker.linking.countries import country
from worker.linking.folding import LONGEST, REMEMBERED, fold, tidy
from worker.linking.introductions import introductions, without_brackets
from worker.linking.names import Links, Name
from worker.linking.organisations import is_acronym, link_organisations, without_legal_form
from worker.linking.people import fullness, link_people, without_titles
from worker.linking.places import link_places
from worker.linking.votes import agreed_labels

# Raise it with whatever changes what is linked, pycountry's names included: what comes again is then linked
# anew, and the counts follow.
VERSION: Final = 1

_Meaning = tuple[str, str | None]  # the entity's id, and the canonical form
_ALONE: Final = -1
Rules = Callable[[Sequence[Name], Iterable[tuple[int, int]]], Links]
_RULES: Final[dict[str, Rules]] = {
    "PERSON": link_people,
    "ORG": link_organisations,
    "GPE": link_places,
    "LOC": link_places,
    "FAC": link_places,
}


def link(content: str, entities: Sequence[Entity]) -> list[Entity]:
    """The mentions as found, each with the entity that it counts for and its canonical form."""
    order = _in_order(entities)
    mentions = [entities[number] for number in order]
    labels = agreed_labels(mentions)
    linked = list(entities)
    for number, mention, label, meant in zip(
        order, mentions, labels, _meanings(content, mentions, labels), strict=True
    ):
        found_as = None if label == mention.label else mention.label
        linked[number] = Entity(mention.text, label, mention.start, mention.end, *meant, found_as)
    return linked


def _in_order(entities: Sequence[Entity]) -> Sequence[int]:
    """Their numbers by position; recognizers give them so."""
    numbers = range(len(entities))
    if all(one.start < other.start for one, other in pairwise(entities)):
        return numbers
    return sorted(numbers, key=lambda number: (entities[number].start, entities[number].end))


@dataclass(slots=True)
class _Group:
    """The names under one label."""

    names: list[Name] = field(default_factory=list)
    introduced: list[tuple[int, int]] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)  # by form
    _by_words: dict[tuple[str, ...], int] = field(default_factory=dict)

    def add(self, text: str, place: int) -> int:
        """The number of the name that this is a form of."""
        number = self.numbers.get(text)
        if number is None:
            words = fold(text)
            number = self.numbers[text] = self._by_words.setdefault(words, len(self.names))
            if number == len(self.names):
                self.names.append(Name(words, place, {}))
            self.names[number].forms[text] = 0
        self.names[number].forms[text] += 1
        return number


def _meanings(content: str, mentions: Sequence[Entity], labels: Sequence[str]) -> list[_Meaning]:
    """What each mention counts for."""
    groups: dict[str, _Group] = {}
    numbers = [_enter(groups, mention.text, labels[place], place) for place, mention in enumerate(mentions)]
    for one, other in introductions(content, mentions):
        if labels[one] == labels[other] and _ALONE not in (numbers[one], numbers[other]):
            groups[labels[one]].introduced.append((numbers[one], numbers[other]))
    resolved = {label: _resolve(label, group) for label, group in groups.items()}
    return [
        _alone(label, mention.text) if number == _ALONE else resolved[label](number, place)
        for place, (mention, label, number) in enumerate(zip(mentions, labels, numbers, strict=True))
    ]


def _enter(groups: dict[str, _Group], text: str, label: str, place: int) -> int:
    """The number of the name in its group; none for what stands alone."""
    group = groups.get(label)
    if group is None:
        if label not in _RULES:
            return _ALONE
        group = groups[label] = _Group()
    if text not in group.numbers:
        if not _is_name(text):
            return _ALONE
        if label == "ORG" and "(" in text:
            return _enter_both(group, *without_brackets(text), place)
    return group.add(text, place)


def _enter_both(group: _Group, name: str, acronym: str, place: int) -> int:
    number = group.add(name, place)
    if acronym:
        group.introduced.append((number, group.add(acronym, place)))
    return number


def _is_name(text: str) -> bool:
    return len(text) <= LONGEST and not text.isspace()


def _alone(label: str, text: str) -> _Meaning:
    """What stands for itself; without a form where that is too long for a name, or blank."""
    return _remembered(label, text) if _is_name(text) else (name_of(text, label).id, None)


@lru_cache(maxsize=REMEMBERED)
def _remembered(label: str, text: str) -> _Meaning:
    form = tidy(text)
    return name_of(form, label).id, form


def _resolve(label: str, group: _Group) -> Callable[[int, int], _Meaning]:
    """Tells what a name means at some place."""
    links = _RULES[label](group.names, group.introduced)
    members: dict[int, list[Name]] = {}
    for number, name in enumerate(group.names):
        members.setdefault(links.root(number), []).append(name)
    roots = {root: _meaning(label, names) for root, names in members.items()}
    return lambda number, place: roots[links.meant(number, place)]


def _meaning(label: str, names: Sequence[Name]) -> _Meaning:
    """The fullest form; of equals the commonest, of these the first."""
    alone = len(names) == len(names[0].forms) == 1
    form = _shown(label, names[0].text if alone else _best(label, names))
    return name_of(form, label).id, form


def _best(label: str, names: Sequence[Name]) -> str:
    forms = [(text, times) for name in names for text, times in name.forms.items()]
    return max(forms, key=lambda form: (_worth(label, form[0]), form[1]))[0]


@lru_cache(maxsize=REMEMBERED)
def _worth(label: str, text: str) -> int:
    """How full a form is, and that it is neither shouted nor mumbled."""
    return 2 * _fullness(label, text) + (not (text.isupper() or text.islower()))


def _fullness(label: str, text: str) -> int:
    if label == "PERSON":
        return fullness(fold(text))
    return 0 if is_acronym(text) else len(fold(text))


@lru_cache(maxsize=REMEMBERED)
def _shown(label: str, text: str) -> str:
    """The form without what is no part of a name; shown again, it stays as it is."""
    while True:
        form = tidy(text)
        if label == "PERSON":
            form = without_titles(form)
        elif label == "ORG":
            form = without_legal_form(without_brackets(form)[0])
        elif label in ("GPE", "LOC"):
            form = country(form) or form
        if form == text:
            return form
        text = form
