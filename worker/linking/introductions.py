"""Names that an article introduces for others, in brackets: "World Health Organization (WHO)"."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from contract.entities import Entity
from worker.linking.organisations import is_acronym

# Between a name and what is introduced; between brackets there may be a few words more.
_OPENING: Final = re.compile(r" ?\((?:[^()\n]{0,40}[ ,])?[\"'“‘]?")
_BRACKETS: Final = ("(", " (")
_CLOSING: Final = frozenset(")\"'”’,;")
_LONGEST: Final = 48
_INSIDE: Final = re.compile(r"(.{3,}?) ?\(([\w.&-]{2,10})\)?")


def introductions(content: str, entities: Sequence[Entity]) -> Iterator[tuple[int, int]]:
    """Pairs of neighbours, in order of position, of which one is introduced as another name of the other."""
    if "(" not in content:
        return
    for number, (one, other) in enumerate(pairwise(entities)):
        if content.startswith(_BRACKETS, one.end) and other.start - one.end < _LONGEST:
            gap = content[one.end : other.start]
            closes = content[other.end : other.end + 1] in _CLOSING
            if _OPENING.fullmatch(gap) and _introduces(
                one.text, other.text, directly=gap.strip() == "(", closes=closes
            ):
                yield number, number + 1


def _introduces(name: str, other: str, *, directly: bool, closes: bool) -> bool:
    short, shorter = is_acronym(name), is_acronym(other)
    if short == shorter:
        return _is_other_script(name, other)
    if shorter and directly and closes:
        return True
    acronym, full = (name, other) if short else (other, name)
    return closes and _has_letters(acronym, full)


def _has_letters(acronym: str, full: str) -> bool:
    rest = iter(full.casefold())
    letters = [letter for letter in acronym.casefold() if letter.isalpha()]
    return letters[0] == full[:1].casefold() and all(letter in rest for letter in letters)


def _is_other_script(name: str, other: str) -> bool:
    """Whether the second repeats the first in another script, as "Osaka Bay (大阪湾)"."""
    letters = [char for char in other if char.isalpha()]
    return name[:1] < "\u0250" and bool(letters) and all(char > "\u036f" for char in letters)


def without_brackets(text: str) -> tuple[str, str]:
    """The name and what is introduced inside of the mention itself, if anything is."""
    inside = _INSIDE.fullmatch(text) if "(" in text else None
    if inside is not None and is_acronym(inside[2]):
        return inside[1], inside[2]
    return text, ""
