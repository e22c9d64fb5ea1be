"""One document of counts against its recount: what differs, and what added to it sets it right. Pure."""

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from contract.documents import shown_text
from contract.identity import publication_key
from contract.names import ENTITIES, PUBLICATIONS
from namewire.recount.findings import Difference, Verdict
from namewire.recount.sums import Right
from worker.ledger import Delta, Path, Reference

NUMBERS: Final = ("mentions", "articles")
MAPS: Final = {ENTITIES: ("publications", "days", "forms", "names"), PUBLICATIONS: ("days",)}
_SPAN: Final = ("first_seen", "last_seen")
# For an entity whose document is lost and of which no article keeps the offsets, until an article names it.
_NO_LABEL: Final = "UNKNOWN"


def compare(reference: Reference, stored: Mapping[str, Any] | None, right: Right) -> Verdict:
    """The verdict on a document, or on its absence."""
    exists, must_exist = stored is not None, right.numbers.get(("articles",), 0) > 0
    found = stored or {}
    delta = _delta(reference, found, right)
    if exists and must_exist:
        differences = [*_numbers(reference, found, right), *_facts(reference, found, right)]
        lagging = not differences and _lags(reference, found, right)
        return Verdict(reference, differences, delta if differences or lagging else None, lagging)
    if not exists and not must_exist:
        return Verdict(reference)
    difference = Difference(
        reference, (), _summary(_bases(reference, found)) if exists else None, _summary(right.numbers) or None
    )
    return Verdict(reference, [difference], delta)


def cleaned(reference: Reference, document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with whole numbers where numbers must be, and no zeros in its maps."""
    clean = dict(document)
    for name in NUMBERS:
        clean[name] = _base(document.get(name))
    for name in MAPS[reference[0]]:
        clean[name] = {key: base for key, value in _map(document, name).items() if (base := _base(value))}
    if not clean.get("names"):
        clean.pop("names", None)  # as of an entity that no linked article names
    if reference[0] == ENTITIES and not isinstance(document.get("label"), str):
        clean |= {"label": _NO_LABEL, "key": f"{_NO_LABEL}:{reference[1]}"}
    return clean


def facts_for(reference: Reference, document: Mapping[str, Any], facts: Mapping[str, str]) -> dict[str, str]:
    """The facts that the document must say. Several names may have one key; the one that it has is right."""
    has_name = reference[0] == PUBLICATIONS and _is_name(document.get("name"), reference[1])
    return {name: value for name, value in facts.items() if not (name == "name" and has_name)}


def _numbers(reference: Reference, stored: Mapping[str, Any], right: Right) -> Iterator[Difference]:
    for name in NUMBERS:
        value, number = stored.get(name), right.numbers.get((name,), 0)
        if type(value) is not int or value != number:
            yield Difference(reference, (name,), value, number)
    for name in MAPS[reference[0]]:
        entries = _map(stored, name)
        if not isinstance(stored.get(name, entries), dict):
            yield Difference(reference, (name,), stored[name], {})
        wanted = {path[1]: number for path, number in right.numbers.items() if path[0] == name}
        for key in sorted(entries.keys() | wanted.keys()):
            if type(value := entries.get(key)) is not int or value != wanted.get(key):
                yield Difference(reference, (name, key), value, wanted.get(key))


def _facts(reference: Reference, stored: Mapping[str, Any], right: Right) -> Iterator[Difference]:
    wanted = {**facts_for(reference, stored, right.facts), **_span(right)}
    shown = _shown(right)
    text = stored.get("text")
    if reference[0] == ENTITIES and shown and (not isinstance(text, str) or text not in _spellings(right)):
        wanted["text"] = shown
    for name, value in wanted.items():
        if stored.get(name) != value:
            yield Difference(reference, (name,), stored.get(name), value)


def _lags(reference: Reference, stored: Mapping[str, Any], right: Right) -> bool:
    shown = _shown(right)
    return reference[0] == ENTITIES and shown is not None and stored.get("text") != shown


def _shown(right: Right) -> str | None:
    return shown_text(_part(right, "names"), _part(right, "forms"))


def _spellings(right: Right) -> dict[str, int]:
    """Any of the full names will do, or of the forms where there is none."""
    return _part(right, "names") or _part(right, "forms")


def _part(right: Right, field: str) -> dict[str, int]:
    return {path[1]: number for path, number in right.numbers.items() if path[0] == field}


def _span(right: Right) -> dict[str, str]:
    days = [path[1] for path in right.numbers if path[0] == "days"]
    return dict(zip(_SPAN, (min(days), max(days)), strict=True)) if days else {}


def _is_name(value: Any, key: str) -> bool:
    return isinstance(value, str) and bool(value) and publication_key(value) == key


def _delta(reference: Reference, stored: Mapping[str, Any], right: Right) -> Delta:
    """What is missing from every number. It stays the same whatever the writer adds and takes away."""
    bases = _bases(reference, stored)
    missing = {path: right.numbers.get(path, 0) - bases.get(path, 0) for path in {**bases, **right.numbers}}
    # All facts, those that are stored too: the document may be gone when this is added, with what it said.
    return Delta(
        {path: number for path, number in missing.items() if number}, dict(right.facts), reference[1]
    )


def _bases(reference: Reference, stored: Mapping[str, Any]) -> dict[Path, int]:
    bases: dict[Path, int] = {(name,): _base(stored.get(name)) for name in NUMBERS}
    for name in MAPS[reference[0]]:
        bases.update({(name, key): _base(value) for key, value in _map(stored, name).items()})
    return bases


def _base(value: Any) -> int:
    """What an increment would add to: of no number, zero; what a fraction has too much is cut off."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return 0
    return math.floor(value)


def _map(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = document.get(name)
    return value if isinstance(value, dict) else {}


def _summary(numbers: Mapping[Path, int]) -> dict[str, int]:
    return {name: numbers[name,] for name in NUMBERS if (name,) in numbers}
