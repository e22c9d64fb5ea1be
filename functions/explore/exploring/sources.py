"""One publication: what its document tells, and whom it writes about."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from contract.identity import publication_key
from contract.names import PUBLICATIONS
from exploring.errors import NotThere
from exploring.firestore import Found, Reader
from exploring.leaders import by_number
from exploring.lists import publication_of
from exploring.shapes import Days, Leader, Publication

# Of these the page shows the leading ones of each label, and the cloud.
NAMES: Final = 200


@dataclass(frozen=True, slots=True)
class Source:
    """A publication with its days (articles on each) and its leading names."""

    publication: Publication
    days: Days
    leaders: Sequence[Leader]


def source(reader: Reader, key: str) -> Source:
    """Raises NotThere."""
    found = _found(reader, key)
    leaders = by_number(reader, ("publications", key), limit=NAMES).leaders
    days = found.fields.get("days") or {}
    return Source(
        publication_of(found), sorted((day, number) for day, number in days.items() if number), leaders
    )


def publication(reader: Reader, key: str) -> Publication:
    """Its own document alone. Raises NotThere."""
    return publication_of(_found(reader, key))


def is_key(key: str) -> bool:
    return bool(key) and publication_key(key) == key


def _found(reader: Reader, key: str) -> Found:
    found = reader.get(PUBLICATIONS, key) if is_key(key) else None
    if found is None:
        raise NotThere("There is no such publication here.")
    return found
