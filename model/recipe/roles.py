"""What part rare words play in names: that of a given name, a family name, a town, a body.

The tables of the embedding cannot keep a hundred thousand words apart that a training meets once or never.
spaCy's own table of norms can: there a rare word of the lists stands for its role, as every other of that
role does, at 11 bytes a word on disk, where a row of the embedding has 384.
"""

import random
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

import spacy

from model.recipe import famous, gazetteer, world

PEOPLE: Final = Path(__file__).with_name("people")  # given and family names by country, written by hand
SHARE: Final = 0.8  # of the table is what a training has: it has to do without as well, as with most names
_FREQUENT: Final = 12  # times in the texts: the training knows it better than the lists do
_COMMON: Final = 3  # times in small letters: an ordinary word, too
_TOWN: Final = 15_000  # people: of the words of smaller ones alone 2.3 in 1,000 stood in 2,200 articles
_SECOND: Final = 0.25  # of the entries of a word makes a second role worth telling
# Behind every word of the table stands one of these, or two: in capitals, as no norm of a word is.
_SHORT: Final[Mapping[str, str]] = {
    "given": "G",
    "family": "F",
    "place": "P",
    "in place": "Q",
    "body": "B",
    "in body": "C",
}
_WORD: Final = "W"
_BASE_LETTERS: Final = str.maketrans(
    dict(zip("ĐđŁłØøıÐðÞþƏəĦħ", "DdLlOoiDdTtAaHh", strict=True))
    | {"ß": "ss", "Æ": "Ae", "æ": "ae", "Œ": "Oe", "œ": "oe"}
)
_NO_NAME: Final = re.compile(r"[IVXL]+|[JS]r\.?")
_EPITHET: Final = frozenset({"of", "the"})  # what follows is no name of the person's
LINES: Final[Mapping[str, str]] = {"given": "given", "family": "family", "bodies": "body"}
_KINDS: Final[Mapping[str, str]] = {"GPE": "place", "LOC": "place", "FAC": "place", "ORG": "body"}

Roles = Iterator[tuple[str, str]]  # a word, and its role in one name


def table(seen: Mapping[str, int], words: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Word to role, for those that the texts hardly know; `seen` is how often they do."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    tokens = spacy.blank("en").tokenizer
    for word, role in words:
        for token in tokens(word):
            if len(token) > 1 and token.text[0].isupper():
                for spelling in _spellings(token.text):
                    if seen.get(spelling, 0) < _FREQUENT:
                        found[spelling][role] += 1
    return {word: _role(counts) + _doubt(word, seen) for word, counts in sorted(found.items())}


def part(roles: Mapping[str, str], seed: int) -> dict[str, str]:
    """The part of the table that a training has: others stay unknown to it, as most names will be."""
    return {word: role for word, role in roles.items() if random.Random(f"{seed}:{word}").random() < SHARE}


def words_of_lists() -> Roles:
    """The words of all names of the lists."""
    for path in sorted(famous.FAMOUS.glob("*.txt")):
        for names in famous.read(path).values():
            for label, entries in names.items():
                for entry in entries:
                    yield from _in_person(entry) if label == "PERSON" else _in_name(entry, _KINDS[label])
    for kinds in _written():
        yield from _in_names(kinds.get("body", ()), "body")
    yield from _apart()
    for towns in gazetteer.towns(_TOWN).values():
        yield from _in_names(towns, "place")
    everything = world.world()
    for region in everything.regions:
        yield from _people(region.given, region.family)
        yield from _in_names(region.cities, "place")
        yield from _in_names(region.organisations, "body")
    yield from _in_names(everything.places, "place")
    yield from _in_names(everything.bodies, "body")


def _written() -> Iterator[Mapping[str, Sequence[str]]]:
    for path in sorted(PEOPLE.glob("*.txt")):
        yield from famous.read(path, LINES).values()


def _apart() -> Roles:
    """The words of the lists that hold given and family names apart."""
    for names in _written():
        yield from _people(names.get("given", ()), names.get("family", ()))
    for given, family in gazetteer.people().values():
        yield from _people(given, family)


def _people(given: Iterable[str], family: Iterable[str]) -> Roles:
    for role, names in (("given", given), ("family", family)):
        for name in names:
            yield from ((word, role) for word in name.split())


@cache
def _names_of_people() -> "Counter[tuple[str, str]]":
    """How often those lists have a word in which role."""
    return Counter(_apart())


def _in_person(entry: str) -> Roles:
    full, short = famous.person(entry)
    first, *others = full.split()
    apart = _names_of_people()
    is_family = apart[first, "family"] > apart[first, "given"]
    if others and short.split()[0] == first and is_family:  # Mao Zedong
        yield first, "family"
        yield from ((word, "given") for word in others)
        return
    yield first, "given" if others else "family"
    # Of a monarch or an Ethiopian the short name is the first one; the others are the father's, or none.
    family = others if short.split()[0] == first else short.split()
    for word in others:
        if word in _EPITHET:
            return
        if word in family and not _NO_NAME.fullmatch(word):
            yield word, "family"


def _in_names(names: Iterable[str], kind: str) -> Roles:
    for name in names:
        yield from _in_name(name, kind)


def _in_name(name: str, kind: str) -> Roles:
    """A name of one word is more than a word of a name."""
    words = name.replace("-", " ").split()
    role = kind if len(words) == 1 else f"in {kind}"
    for word in words:
        yield word, role


def _role(counts: "Counter[str]") -> str:
    """The commonest, and the next if it is common enough; of equals always the same first."""
    first, *others = sorted(counts, key=lambda role: (-counts[role], _SHORT[role]))
    second = [_SHORT[other] for other in others[:1] if counts[other] >= _SECOND * counts.total()]
    return _SHORT[first] + "".join(second)


def _doubt(word: str, seen: Mapping[str, int]) -> str:
    small = word.lower()
    return _WORD if small != word and seen.get(small, 0) >= _COMMON else ""


def _spellings(word: str) -> set[str]:
    """As it is, as papers write it that have no accents, and with their apostrophe."""
    letters = unicodedata.normalize("NFKD", word.translate(_BASE_LETTERS))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return {word, plain, word.replace("'", "’"), plain.replace("'", "’")}
