"""Turns what a commit adds into the fewest writes that keep every document exact. Pure.

Numbers that only grow are increments, which no other writer can disturb. What is no sum (the
commonest form, the first and last day) and numbers that shrink are written from what was read, on
the condition that it is still so; see ADR 4.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from contract.documents import shown_text
from contract.names import ARTICLES
from contract.search import terms_of_entity
from worker.ledger import CONFIRMATION, Change, Delta, Path, Reference

FACTS: Final = ("text", "label", "key", "terms", "name", "first_seen", "last_seen", "forms", "names")
# How the texts write an entity, and how the articles know it best.
_SPELLINGS: Final = ("forms", "names")
# Whatever counts articles. One that is right has either all of them or none.
_NUMBERS: Final = ("articles", "mentions", "publications", "days", *_SPELLINGS)
_KNOWN_DOCUMENTS: Final = 20_000  # about 27 MB


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as read, and when it was last written (the database's own token).

    None after a blind increment: another writer may have changed the document before it.
    """

    document: dict[str, Any]
    update_time: Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One document write. `fields` None deletes; `requires` is existence or an update time.

    `after` holds the facts of an entity or publication once this is written.
    """

    reference: Reference
    fields: Mapping[str, Any] | None
    increments: Mapping[Path, int] = field(default_factory=dict)
    merge: bool = False
    requires: Any = None
    after: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """The outcome of an entry: when it was written, and the numbers after its increments, in their order."""

    update_time: Any
    results: Sequence[int] = ()


@dataclass(slots=True)
class Known:
    """The facts of entities and publications written lately, so that most commits read nothing."""

    limit: int = _KNOWN_DOCUMENTS
    _facts: OrderedDict[Reference, Stored] = field(init=False, default_factory=OrderedDict)

    def missing(self, references: Iterable[Reference]) -> list[Reference]:
        return [reference for reference in references if reference not in self._facts]

    def get(self, reference: Reference) -> Stored | None:
        stored = self._facts.get(reference)
        if stored is not None:
            self._facts.move_to_end(reference)
        return stored

    def learn(self, reference: Reference, document: Mapping[str, Any], update_time: Any) -> None:
        facts = {name: document[name] for name in FACTS if name in document}
        self._facts[reference] = Stored(facts, update_time)
        self._facts.move_to_end(reference)
        while len(self._facts) > self.limit:
            self._facts.popitem(last=False)

    def forget(self, references: Iterable[Reference]) -> None:
        for reference in references:
            self._facts.pop(reference, None)


def article_entry(change: Change, stored: Stored | None) -> Entry:
    """The write of an article: created, replaced, or confirmed."""
    reference = (ARTICLES, change.article_id)
    requires = False if stored is None else stored.update_time
    if change.confirms_only:
        confirmation = {name: change.document[name] for name in CONFIRMATION}
        return Entry(reference, confirmation, merge=True, requires=requires)
    return Entry(reference, change.document, requires=requires)


def count_entry(reference: Reference, delta: Delta, stored: Stored | None) -> Entry:
    """The one write of an entity or publication; where numbers shrink, `stored` is the whole document."""
    if stored is None:
        fields = whole({}, delta)
        return Entry(reference, fields, requires=False, after=fields)
    if delta.shrinks:
        return whole_entry(reference, delta, stored)
    facts = _grown(stored.document, delta)
    news = {
        name: value
        for name, value in facts.items()
        if name not in _SPELLINGS and value != stored.document.get(name)
    }
    is_spelled_anew = facts.get("forms", {}).keys() != stored.document.get("forms", {}).keys()
    # A blind increment must not bring back a document that another writer has just deleted.
    requires = stored.update_time if news or is_spelled_anew else True
    return Entry(reference, news, delta.numbers, merge=True, requires=requires, after=facts)


def whole_entry(reference: Reference, delta: Delta, stored: Stored) -> Entry:
    """The document written whole, on the condition that it was not written since it was read."""
    fields = whole(stored.document, delta)
    # An entity that no article mentions any more is no entity. Where anything is left although no article
    # is, the numbers were wrong before; what is wrong with them must stay as it is to be repaired (ADR 12).
    kept = fields if any(fields.get(name) for name in _NUMBERS) else None
    return Entry(reference, kept, requires=stored.update_time, after=kept)


def learnt(entry: Entry, written: Written) -> tuple[dict[str, Any], bool]:
    """The facts after a write, and whether what follows from days and spellings must be looked at again.

    A day or a known spelling that begins with our own increment was removed by another writer's
    correction since we last looked; first and last day, or the terms, may be wrong now.
    """
    facts = dict(entry.after or {})
    if not entry.increments:
        return facts, False
    doubtful = False
    for (path, number), result in zip(entry.increments.items(), written.results, strict=True):
        is_first = entry.requires is True and result == number
        if path[0] in _SPELLINGS:
            expected = facts.get(path[0], {})
            doubtful |= is_first and expected.get(path[1], 0) > number
            facts[path[0]] = {**expected, path[1]: result}
        doubtful |= is_first and path[0] == "days"
    return facts, doubtful


def mended_entry(reference: Reference, stored: Stored) -> Entry:
    """Sets first and last day from the days themselves, and the terms from the spellings."""
    mended = {**_span(list(stored.document.get("days", {}))), **_terms(stored.document)}
    return Entry(
        reference, mended, merge=True, requires=stored.update_time, after={**stored.document, **mended}
    )


def _grown(document: Mapping[str, Any], delta: Delta) -> dict[str, Any]:
    """The facts after numbers have grown, from the facts before."""
    facts: dict[str, Any] = {**document, **delta.facts}
    if "label" in facts:
        for name in _SPELLINGS:
            times = dict(document.get(name, {}))
            for spelling, number in _part(delta, name).items():
                times[spelling] = times.get(spelling, 0) + number
            facts[name] = times
        facts.update(text=_text(facts, document, delta), **_terms(facts))
    days = [document[name] for name in ("first_seen", "last_seen") if name in document]
    return {**facts, **_span([*days, *_part(delta, "days")])}


def whole(document: Mapping[str, Any], delta: Delta) -> dict[str, Any]:
    """The whole document with the numbers added; what has become zero is gone."""
    copy = {name: dict(value) if isinstance(value, dict) else value for name, value in document.items()}
    added: dict[str, Any] = {"mentions": 0, "articles": 0, **copy, **delta.facts}
    for path, number in delta.numbers.items():
        _add(added, path, number)
    if "label" in added:
        added.setdefault("forms", {})
        added.update(text=_text(added, document, delta), **_terms(added))
    return {**added, **_span(list(added.get("days", {})))}


def _text(facts: Mapping[str, Any], document: Mapping[str, Any], delta: Delta) -> str:
    # Articles too large for one document store no offsets, and so count no forms.
    shown = shown_text(facts.get("names", {}), facts.get("forms", {}))
    return str(document.get("text", delta.form)) if shown is None else shown


def _terms(facts: Mapping[str, Any]) -> dict[str, list[str]]:
    """Made of the key, that of the full name, and of the spellings."""
    if "key" not in facts:
        return {}
    return {"terms": terms_of_entity(facts["key"].partition(":")[2], facts.get("forms", {}))}


def _part(delta: Delta, name: str) -> dict[str, int]:
    return {path[1]: number for path, number in delta.numbers.items() if path[0] == name}


def _span(days: list[str]) -> dict[str, str]:
    return {"first_seen": min(days), "last_seen": max(days)} if days else {}


def _add(whole: dict[str, Any], path: Path, number: int) -> None:
    *parents, last = path
    place = whole
    for name in parents:
        place = place.setdefault(name, {})
    # May be negative where numbers were wrong before: cutting it off would change how wrong they are.
    value = place.get(last, 0) + number
    if value or not parents:
        place[last] = value
    else:
        place.pop(last, None)
