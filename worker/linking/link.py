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
    for number, mention, label, form in zip(
        order, mentions, labels, _canonical_forms(content, mentions, labels), strict=True
    ):
        found_as = None if label == mention.label else mention.label
        eid = name_of(form or mention.text, label).id
        linked[number] = Entity(mention.text, label, mention.start, mention.end, eid, form, found_as)
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
    _numbers: dict[tuple[str, ...], int] = field(default_factory=dict)

    def add(self, text: str, place: int) -> int:
        """The number of the name that this is a form of."""
        words = fold(text)
        number = self._numbers.get(words)
        if number is None:
            number = self._numbers[words] = len(self.names)
            self.names.append(Name(words, place, {text: 1}))
        else:
            forms = self.names[number].forms
            forms[text] = forms.get(text, 0) + 1
        return number


def _canonical_forms(content: str, mentions: Sequence[Entity], labels: Sequence[str]) -> list[str | None]:
    """For each mention the form of its name; None where it is too long for a name, or blank."""
    forms: list[str | None] = []
    groups: dict[str, _Group] = {}
    numbers: dict[int, int] = {}
    for place, (mention, label) in enumerate(zip(mentions, labels, strict=True)):
        form = tidy(mention.text) if len(mention.text) <= LONGEST else ""
        forms.append(form or None)
        if form and label in _RULES:
            group = groups.get(label)
            if group is None:
                group = groups[label] = _Group()
            numbers[place] = _enter(group, mention.text, label, place)
    for one, other in introductions(content, mentions):
        if one in numbers and other in numbers and labels[one] == labels[other]:
            groups[labels[one]].introduced.append((numbers[one], numbers[other]))
    resolved = {label: _resolve(label, group) for label, group in groups.items()}
    for place, number in numbers.items():
        links, shown = resolved[labels[place]]
        forms[place] = shown[links.meant(number, place)]
    return forms


def _enter(group: _Group, text: str, label: str, place: int) -> int:
    if label != "ORG" or "(" not in text:
        return group.add(text, place)
    name, acronym = without_brackets(text)
    number = group.add(name, place)
    if acronym:
        group.introduced.append((number, group.add(acronym, place)))
    return number


def _resolve(label: str, group: _Group) -> tuple[Links, dict[int, str]]:
    """The links, and by root the fullest form; of equals the commonest, of these the first."""
    links = _RULES[label](group.names, group.introduced)
    best: dict[int, tuple[int, int]] = {}
    shown: dict[int, str] = {}
    for number, name in enumerate(group.names):
        root = links.root(number)
        for text, times in name.forms.items():
            worth, form = _look(label, text)
            if root not in best or (worth, times) > best[root]:
                best[root] = worth, times
                shown[root] = form
    return links, shown


@lru_cache(maxsize=REMEMBERED)
def _look(label: str, text: str) -> tuple[int, str]:
    """What a form of a name is worth, more where it is neither shouted nor mumbled, and how it is shown."""
    calm = not (text.isupper() or text.islower())
    return 2 * _fullness(label, text) + calm, _shown(label, text)


def _fullness(label: str, text: str) -> int:
    if label == "PERSON":
        return fullness(fold(text))
    return 0 if is_acronym(text) else len(fold(text))


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
