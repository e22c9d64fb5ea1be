"""Names that an article introduces for others: "World Health Organization (WHO)", "Ajó, also called ..."."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from contract.entities import Entity
from worker.linking.folding import fold
from worker.linking.organisations import is_acronym
from worker.linking.vocabulary import KINDS, LANGUAGES

# Between a name and what is introduced; between brackets there may be a few words more.
_OPENING: Final = re.compile(r" ?\((?:[^()\n]{0,40}[ ,])?[\"'“‘]?")
_BRACKETS: Final = ("(", " (")
_OR: Final = ", or "  # says it of an acronym only: otherwise another one comes
_BESIDE: Final = re.compile(r"[,;] (?:or |abbreviated |short )?")
_SAYING: Final = re.compile(
    r"\)?[,;]? ?\(?(?:(?:and|but|or) )?(?:(?:which|who|he|she|it) )?(?:(?:is|are|was|were) )?"
    r"(?:(?:also|better|commonly|formerly|later|locally|now|officially|once|originally|popularly|previously|then)"
    r" )?"
    r"(?:known|called|translated|renamed|named|nicknamed|a\.k\.a\.|aka|born|née|formerly|now|then|or)"
    r"(?: locally)?(?: as| by (?:the|its|their)(?: [A-Z][a-z]+)? (?:initials|acronym|abbreviation))?"
    r"(?: the)? [\"“'‘]?"
)
# "Kestrel named Vane the buyer", "Kestrel, who called Vane a thief": one does something to the other.
_DOING: Final = re.compile(
    r"(?: |,? (?:and|but|or) |,? (?:(?:and|but|or) )?(?:which|who|he|she|it) )"
    r"(?:\w+ed|born|now|then|or) (?!as )"
)
_KIN: Final = (
    "(?:grand)?(?:son|daughter|father|mother|child)|(?:half-)?(?:brother|sister)|"
    "nephew|niece|uncle|aunt|cousin"
)
_RELATIVE: Final = re.compile(rf"\b(?:{_KIN})s?,? (?:of )?$")
_OWNER: Final = re.compile(r"((?:[^\W\d_][\w.]* ){0,2}[^\W\d_][\w.]*)['’]s $")
_AND_RELATIVE: Final = re.compile(rf",? (?:his|her|their|whose) (?:\w+ )?(?:{_KIN})s?\b")
# One of them is in whatever introduces something.
_SIGNAL: Final = re.compile(r"\(| known | called | translated |named | a\.k\.a\. | aka | formerly |, or ")
# What says so in brackets only: outside, another one is meant.
_BRACKETED: Final = re.compile(r".*\b(?:born|née|now|then|or)(?: the)? \W?")
# What a place has, whose acronym may follow in brackets.
_OF_PLACES: Final = frozenset({"assembly", "government", "legislature", "parliament"})
# Behind what is introduced: "the Paris of the East".
_COMPARING: Final = re.compile(r"[\"”’']? of ")
_CLOSING: Final = frozenset(")\"'”’,;")
_TRANSLATED: Final = re.compile(rf" \([,;]? ?(?:[A-Z][a-z]+ )?(?:{'|'.join(LANGUAGES)}): [\"'“‘]?")
_LONGEST: Final = 48
_EXCHANGES: Final = frozenset({"NYSE", "NASDAQ", "LSE", "TSX", "ASX", "NSE", "BSE", "HKEX", "OTC", "AIM"})
_INSIDE: Final = re.compile(r"(.{3,}?) ?\(([\w.&-]{2,10})\)?")


def is_relative(content: str, entity: Entity) -> bool:
    """Whether somebody's son or mother is introduced: "her father, Ahmed Ali"."""
    start, end = entity.start, entity.end
    return (
        _RELATIVE.search(content, max(0, start - _LONGEST), start) is not None
        or _AND_RELATIVE.match(content, end) is not None
    )


def owner(content: str, entity: Entity) -> str:
    """Whose it is, where the article says so right before it: "Russia's Defence Ministry"."""
    found = _OWNER.search(content, max(0, entity.start - _LONGEST), entity.start)
    return found[1] if found else ""


def introductions(content: str, entities: Sequence[Entity]) -> Iterator[int]:
    """The places, in order of position, at which one is introduced as another name of its neighbour."""
    for place, (one, other) in enumerate(pairwise(entities)):
        begin, end = one.end, other.start
        if 1 < end - begin < _LONGEST and _SIGNAL.search(content, begin, end):
            third = entities[place + 2] if place + 2 < len(entities) else None
            shortened = third is not None and _shortens(content, other, third)
            if _introduces(content, one, other, shortened=shortened):
                yield place
                if shortened:
                    yield place + 1


def _introduces(content: str, one: Entity, other: Entity, *, shortened: bool) -> bool:
    gap = content[one.end : other.start]
    if gap.startswith(_BRACKETS) and _OPENING.fullmatch(gap):
        if _is_of_the_tail(one.text, other.text):
            return False
        closing = content[other.end : other.end + 1]
        if _is_other_script(one.text, other.text) or (
            closing in _CLOSING and _abbreviates(one.text, other.text)
        ):
            return True
        # "Yöpartio (Night Patrol)"; of a place, what is in brackets is as often where it lies.
        if one.label == "ORG" and gap.strip() == "(" and (closing == ")" or shortened):
            return _renders(one.text, other.text)
    if gap.removesuffix("the ") == _OR:
        # "The Justice and Development Party, or AKP": of what says what it is; "Kestrel, or CNN" are two.
        if one.label == "ORG" and is_acronym(other.text) and not KINDS.isdisjoint(fold(one.text)):
            return _renders(one.text, other.text)
        return _abbreviates(one.text, other.text) or _translates(other.text, one.text)
    return _says_so(gap) and not _COMPARING.match(content, other.end)


def _renders(name: str, other: str) -> bool:
    """Whether what stands alone in brackets behind an organisation is its name in other words or letters."""
    if is_acronym(other):
        # Of another language, often: "Law and Justice (PiS)". But "Kestrel (NYSE)" is listed there.
        return " " in name and other not in _EXCHANGES and not is_acronym(name)
    # "AKP (Justice and Development Party)"; in "BBC (London)" it is a place.
    return not is_acronym(name) or not KINDS.isdisjoint(fold(other)[1:])


def _shortens(content: str, name: Entity, short: Entity) -> bool:
    """Whether it follows as an acronym in the same brackets: "(National Steel Company, CSN)".

    Of a place it says where that is: "(Cleveland, OH)".
    """
    if name.label != "ORG" or short.start - name.end > _LONGEST or content[short.end : short.end + 1] != ")":
        return False
    if not _BESIDE.fullmatch(content[name.end : short.start]):
        return False
    return is_acronym(short.text) or (" " not in short.text and _spells(short.text, name.text))


def _says_so(gap: str) -> bool:
    """Whether it is said in words: ", also known as"."""
    if _SAYING.fullmatch(gap) and not _DOING.match(gap):
        return "(" in gap or not _BRACKETED.fullmatch(gap)
    return ": " in gap and _TRANSLATED.fullmatch(gap) is not None


def _abbreviates(name: str, other: str) -> bool:
    """Whether one is an acronym, with all of its letters in the other."""
    short, shorter = is_acronym(name), is_acronym(other)
    if short == shorter:
        return False
    acronym, full = (name, other) if short else (other, name)
    return _spells(acronym, full)


def _is_of_the_tail(name: str, acronym: str) -> bool:
    """Whether in "Parliament of New South Wales (NSW)" it is the place's alone."""
    head, _, tail = name.partition(" of ")
    if head.casefold() not in _OF_PLACES or not tail:
        return False
    return "".join(word[:1] for word in fold(tail)) == "".join(fold(acronym))


def _translates(acronym: str, full: str) -> bool:
    """Whether its letters begin words of the full name, in another language's order: the Forces are FARC."""
    if not is_acronym(acronym) or is_acronym(full):
        return False
    return {word[:1] for word in fold(full)}.issuperset("".join(fold(acronym)))


def _spells(short: str, full: str) -> bool:
    """Whether the full name begins as the short one does, and has all of its letters in that order."""
    rest = iter(full.casefold())
    letters = [letter for letter in short.casefold() if letter.isalpha()]
    return short[:1].casefold() == full[:1].casefold() and all(letter in rest for letter in letters)


def _is_other_script(name: str, other: str) -> bool:
    """Whether the second repeats the first in another script, as "Osaka Bay (大阪湾)"."""
    letters = [char for char in other if char.isalpha()]
    return name[:1] < "\u0250" and bool(letters) and all(char > "\u036f" for char in letters)


def without_brackets(text: str) -> tuple[str, str]:
    """The name and what is introduced inside of the mention itself, if anything is."""
    inside = _INSIDE.fullmatch(text) if "(" in text else None
    if inside is not None and is_acronym(inside[2]) and inside[1].strip().casefold() not in ("", "the"):
        return inside[1], inside[2]
    return text, ""
