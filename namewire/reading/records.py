"""One article as a file has it, or the reason why a place in the file holds none."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from contract.article import ALIASES, FIELDS

_NAMES: Final = frozenset(FIELDS).union(*ALIASES.values())
_PUBLICATION: Final = ("publication", *ALIASES["publication"])
CONTENT_NAMES: Final = ("content", *ALIASES["content"])


@dataclass(frozen=True, slots=True)
class Record:
    """Fields under the names the file gives them; whether they make a valid article is not ours to say."""

    source: str
    place: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Nothing that could be sent."""

    source: str
    place: str
    field: str
    message: str


Item = Record | Unreadable
Items = Iterator[Item]


def record(source: str, place: str, fields: Mapping[str, Any], *, publication: str | None) -> Record:
    """The fields that mean something to us; `publication` is for articles that name none."""
    known = {name: value for name, value in fields.items() if name in _NAMES}
    if publication and not any(known.get(name) for name in _PUBLICATION):
        known["publication"] = publication
    return Record(source, place, known)
