"""Links the mentions of one article: each counts for exactly one entity, under one name."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from operator import lt
from typing import Final

from contract.entities import Entity, name_of
from worker.linking import organisations, people
from worker.linking.countries import country
from worker.linking.folding import LONGEST, REMEMBERED, fold, tidy
from worker.linking.forms import ALONE, Form, Meaning, forms_of
from worker.linking.introductions import introductions, is_relative, owner, without_brackets
from worker.linking.names import Links, Name
from worker.linking.organisations import is_acronym, link_organisations, without_legal_form, written_out
from worker.linking.people import link_people, without_titles
from worker.linking.places import link_places
from worker.linking.votes import is_short_country, vote

# Raise it with whatever changes what is linked, pycountry's names included: what comes again is then linked
# anew, and the counts follow.
VERSION: Final = 5

Rules = Callable[[Sequence[Name], Sequence[tuple[int, int]]], Links]
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
    forms, different = forms_of(mentions)
    vote(different)
    _find_meanings(content, mentions, forms, different)
    linked = list(entities)
    for place, (number, mention, form) in enumerate(zip(order, mentions, forms, strict=True)):
        eid, canonical = form.meaning if form.meant is None else form.meant(place)
        found_as = None if form.label == form.found_as else form.found_as
        linked[number] = Entity(
            mention.text, form.label, mention.start, mention.end, eid, canonical, found_as
        )
    return linked


def _in_order(entities: Sequence[Entity]) -> Sequence[int]:
    """Their numbers by position; recognizers give them so."""
    numbers = range(len(entities))
    starts = [entity.start for entity in entities]
    if all(map(lt, starts, starts[1:])):
        return numbers
    return sorted(numbers, key=lambda number: (starts[number], entities[number].end))


@dataclass(slots=True)
class _Group:
    """The names under one label."""

    names: list[Name] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    introduced: list[tuple[int, int]] = field(default_factory=list)
    _numbers: dict[tuple[str, ...], int] = field(default_factory=dict)

    def enter(self, form: Form) -> None:
        self.forms.append(form)
        if "(" not in form.text or form.label != "ORG":
            form.number = self._add(form.text, form.words, form)
            return
        text, acronym = without_brackets(form.text)
        if is_short_country(text):
            text, acronym = form.text, ""
        form.number = self._add(text, fold(text), form)
        if acronym:
            self.introduced.append((form.number, self._add(acronym, fold(acronym), form)))

    def _add(self, text: str, words: tuple[str, ...], form: Form) -> int:
        number = self._numbers.get(words)
        if number is None:
            number = self._numbers[words] = len(self.names)
            self.names.append(Name(words, text, form.first, {text: form.times}))
        else:
            name = self.names[number]
            name.forms[text] = name.forms.get(text, 0) + form.times
            if name.text.isupper() and not text.isupper():
                name.text, name.first = text, form.first  # a headline names nobody before the others do
        return number


def _find_meanings(
    content: str, mentions: Sequence[Entity], forms: Sequence[Form], different: Iterable[Form]
) -> None:
    groups: dict[str, _Group] = {}
    for form in different:
        label, text = form.label, form.text
        if len(text) > LONGEST or text.isspace():
            form.meaning = _nameless(form)
        elif label not in _RULES:
            form.meaning = _alone(label, text)
        else:
            if label not in groups:
                groups[label] = _Group()
            groups[label].enter(form)
    for place in introductions(content, mentions):
        one, other = forms[place], forms[place + 1]
        if one.label == other.label and ALONE not in (one.number, other.number):
            groups[one.label].introduced.append((one.number, other.number))
    for label, group in groups.items():
        if label in ("PERSON", "ORG"):
            for name in group.names:
                name.is_relative = partial(is_relative, content, mentions[name.first])
                name.owner = partial(owner, content, mentions[name.first])
        _resolve(label, group)


def _nameless(form: Form) -> Meaning:
    """What is too long for a name, or blank, stands for itself, without a form."""
    return name_of(form.text, form.label).id, None


@lru_cache(maxsize=REMEMBERED)
def _alone(label: str, text: str) -> Meaning:
    """What stands for itself."""
    canonical = tidy(text)
    return name_of(canonical, label).id, canonical


def _resolve(label: str, group: _Group) -> None:
    if len(group.names) == 1:
        meaning = _meaning(label, group.names)
        for form in group.forms:
            form.meaning = meaning
        return
    links = _RULES[label](group.names, group.introduced)
    members: dict[int, list[Name]] = {}
    for number, name in enumerate(group.names):
        members.setdefault(links.root(number), []).append(name)
    meanings = {root: _meaning(label, names) for root, names in members.items()}
    for form in group.forms:
        form.meaning = meanings[links.root(form.number)]
        if links.depends(form.number):
            form.meant = partial(_meant, links, meanings, form.number)


def _meant(links: Links, meanings: Mapping[int, Meaning], number: int, place: int) -> Meaning:
    return meanings[links.meant(number, place)]


def _meaning(label: str, names: Sequence[Name]) -> Meaning:
    """The fullest form; of equals the commonest, of these the one with its accents, or the first."""
    alone = len(names) == len(names[0].forms) == 1
    return _named(label, names[0].text if alone else _best(label, names))


@lru_cache(maxsize=REMEMBERED)
def _named(label: str, text: str) -> Meaning:
    form = _shown(label, text)
    return name_of(form, label).id, form


def _best(label: str, names: Sequence[Name]) -> str:
    forms = [(text, times) for name in names for text, times in name.forms.items()]
    return max(forms, key=lambda form: (_worth(label, form[0]), form[1], _accents(form[0])))[0]


@lru_cache(maxsize=REMEMBERED)
def _worth(label: str, text: str) -> int:
    """How full a form is, and that it is neither shouted nor mumbled."""
    return 2 * _fullness(label, text) + (not (text.isupper() or text.islower()))


def _accents(text: str) -> int:
    """How many letters have theirs, roughly: whatever is no letter of English."""
    return sum(char > "\x7f" and char.isalpha() for char in text)


def _fullness(label: str, text: str) -> int:
    if label == "PERSON":
        return people.fullness(fold(text))
    if label == "ORG":
        return 0 if is_acronym(text) else organisations.fullness(fold(text))
    if country(text):
        return LONGEST  # whatever it is short for: it is shown in full
    return 0 if is_acronym(text) else len(fold(text))


def _shown(label: str, text: str) -> str:
    """The form without what is no part of a name; shown again, it stays as it is."""
    while True:
        form = tidy(text)
        if label == "PERSON":
            form = without_titles(form)
        elif label == "ORG":
            shorter = written_out(without_legal_form(without_brackets(form)[0]))
            form = form if is_short_country(shorter) else shorter
        elif label in ("GPE", "LOC"):
            form = country(form) or form
        if form == text:
            return form
        text = form
