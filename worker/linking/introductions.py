"""Names that an article introduces for others: "World Health Organization (WHO)", "Ajó, also called ..."."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

from contract.entities import Entity
from worker.linking.organisations import is_acronym

# Between a name and what is introduced; between brackets there may be a few words more.
_OPENING: Final = re.compile(r" ?\((?:[^()\n]{0,40}[ ,])?[\"'“‘]?")
_BRACKETS: Final = ("(", " (")
_SAYING: Final = re.compile(
    r"\)?[,;]? ?\(?(?:(?:and|but|or) )?(?:(?:which|who|he|she|it) )?(?:(?:is|are|was|were) )?"
    r"(?:(?:also|better|commonly|formerly|later|locally|now|officially|once|originally|popularly|previously|then)"
    r" )?"
    r"(?:known|called|translated|renamed|named|nicknamed|a\.k\.a\.|aka|born|née|formerly|now|then|or)"
    r"(?: locally)?(?: as)?(?: the)? [\"“'‘]?"
)
# One of them is in whatever introduces something.
_SIGNALS: Final = ("(", " known ", " called ", " translated ", "named ", " a.k.a. ", " aka ", " formerly ")
# What says so in brackets only: outside, another one is meant.
_BRACKETED: Final = re.compile(r".*\b(?:born|née|now|then|or)(?: the)? \W?")
_CLOSING: Final = frozenset(")\"'”’,;")
_LONGEST: Final = 48
_INSIDE: Final = re.compile(r"(.{3,}?) ?\(([\w.&-]{2,10})\)?")


def introductions(content: str, entities: Sequence[Entity]) -> Iterator[int]:
    """The places, in order of position, at which one is introduced as another name of its neighbour."""
    starts = [entity.start for entity in entities]
    places = {bisect_right(starts, position) - 1 for position in _signals(content)}
    for place in sorted(places):
        if 0 <= place < len(entities) - 1 and _introduces(content, entities[place], entities[place + 1]):
            yield place


def _signals(content: str) -> Iterator[int]:
    """Where something may be introduced. Plain searches: there is nothing to find in most articles."""
    for word in _SIGNALS:
        position = content.find(word)
        while position >= 0:
            yield position
            position = content.find(word, position + 1)


def _introduces(content: str, one: Entity, other: Entity) -> bool:
    if not 1 < other.start - one.end < _LONGEST:
        return False
    gap = content[one.end : other.start]
    if gap.startswith(_BRACKETS) and _OPENING.fullmatch(gap):
        closes = content[other.end : other.end + 1] in _CLOSING
        if _repeats(one.text, other.text, directly=gap.strip() == "(", closes=closes):
            return True
    return _says_so(gap)


def _says_so(gap: str) -> bool:
    """Whether it is said in words: ", also known as"."""
    return _SAYING.fullmatch(gap) is not None and ("(" in gap or not _BRACKETED.fullmatch(gap))


def _repeats(name: str, other: str, *, directly: bool, closes: bool) -> bool:
    short, shorter = is_acronym(name), is_acronym(other)
    if short == shorter:
        return _is_other_script(name, other)
    acronym, full = (name, other) if short else (other, name)
    letters, spelled = _spelled(acronym, full)
    # "Workers' Party (PT)" and "Social Democratic Party (PSD)" are in another language, "Kestrel (NYSE)" is
    # listed there.
    if shorter and directly and closes:
        return 2 * spelled >= letters or _initials(acronym) == _initials(full.title())
    return closes and spelled == letters and acronym[:1].casefold() == full[:1].casefold()


def _initials(name: str) -> list[str]:
    """The capitals, in the order of the alphabet."""
    return sorted(char for char in name if char.isupper())


def _spelled(acronym: str, full: str) -> tuple[int, int]:
    """How many letters the acronym has, and how many of them the name has in that order."""
    rest, spelled = full.casefold(), 0
    letters = [letter for letter in acronym.casefold() if letter.isalpha()]
    for letter in letters:
        if letter in rest:
            rest = rest[rest.index(letter) + 1 :]
            spelled += 1
    return len(letters), spelled


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
