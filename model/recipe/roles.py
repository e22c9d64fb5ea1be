"""What part rare words play in names: that of a given name, a family name, a town, a body.

The tables of the embedding cannot keep a hundred thousand words apart that a training meets once or never.
spaCy's own table of norms can: there a rare word of the lists stands for its role, as every other of that
role does, at 12 bytes a word, where a row of the embedding has 384.
"""

import random
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import spacy

from model.recipe import famous, gazetteer, world

PEOPLE: Final = Path(__file__).with_name("people")  # given and family names by country, written by hand
SHARE: Final = 0.6  # of the words has its role while a training learns; the lists know no more of other names
_FREQUENT: Final = 5  # times in the texts: the training knows it better than the lists do
_COMMON: Final = 3  # times in small letters: an ordinary word, too
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
_LETTERS: Final = str.maketrans(
    {
        "Đ": "D",
        "đ": "d",
        "Ł": "L",
        "ł": "l",
        "Ø": "O",
        "ø": "o",
        "ı": "i",
        "ß": "ss",
        "Æ": "Ae",
        "æ": "ae",
        "Œ": "Oe",
        "œ": "oe",
    }
)
LINES: Final[Mapping[str, str]] = {"given": "given", "family": "family", "bodies": "body"}
_KINDS: Final[Mapping[str, str]] = {"GPE": "place", "LOC": "place", "FAC": "place", "ORG": "body"}

Roles = Iterator[tuple[str, str]]  # a word, and its role in one name


def table(seen: Mapping[str, int], listed: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Word to role, for those that the texts hardly know; `seen` is how often they do."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    tokens = spacy.blank("en").tokenizer
    for word, role in listed:
        for token in tokens(word):
            if len(token) > 1 and token.text[0].isupper() and seen.get(token.text, 0) < _FREQUENT:
                found[token.text][role] += 1
    roles = {word: _role(counts) + _doubt(word, seen) for word, counts in sorted(found.items())}
    plain = ((_plain(word), role) for word, role in roles.items() if not word.isascii())
    return {word: role for word, role in plain if seen.get(word, 0) < _FREQUENT} | roles


def part(roles: Mapping[str, str], seed: int) -> dict[str, str]:
    """The part of the table that a training has: others stay unknown to it, as most names will be."""
    return {word: role for word, role in roles.items() if random.Random(f"{seed}:{word}").random() < SHARE}


def listed() -> Roles:
    """The words of all names of the lists."""
    for path in sorted(famous.FAMOUS.glob("*.txt")):
        for names in famous.read(path).values():
            for label, entries in names.items():
                for entry in entries:
                    yield from _in_person(entry) if label == "PERSON" else _in_name(entry, _KINDS[label])
    for path in sorted(PEOPLE.glob("*.txt")):
        for names in famous.read(path, LINES).values():
            yield from _people(names.get("given", ()), names.get("family", ()))
            yield from _in_names(names.get("body", ()), "body")
    for country in gazetteer.countries():
        yield from _in_names(country.towns, "place")
    for given, family in gazetteer.people().values():
        yield from _people(given, family)
    everything = world.world()
    for region in everything.regions:
        yield from _people(region.given, region.family)
        yield from _in_names(region.cities, "place")
        yield from _in_names(region.organisations, "body")
    yield from _in_names(everything.places, "place")
    yield from _in_names(everything.bodies, "body")


def _people(given: Iterable[str], family: Iterable[str]) -> Roles:
    for role, names in (("given", given), ("family", family)):
        for name in names:
            yield from ((word, role) for word in name.split())


def _in_person(entry: str) -> Roles:
    full, family = famous.person(entry)
    first, *others = full.split()
    turned = bool(others) and family.split()[0] == first  # Mao Zedong
    yield first, "family" if turned or not others else "given"
    for word in others:
        yield word, "given" if turned else "family"


def _in_names(names: Iterable[str], kind: str) -> Roles:
    for name in names:
        yield from _in_name(name, kind)


def _in_name(name: str, kind: str) -> Roles:
    """A name of one word is more than a word of a name."""
    words = name.split()
    role = kind if len(words) == 1 else f"in {kind}"
    for word in words:
        yield word, role


def _role(counts: "Counter[str]") -> str:
    (role, times), *others = counts.most_common(2)
    second = [_SHORT[other] for other, less in others if less >= _SECOND * (times + less)]
    return _SHORT[role] + "".join(second)


def _doubt(word: str, seen: Mapping[str, int]) -> str:
    small = word.lower()
    return _WORD if small != word and seen.get(small, 0) >= _COMMON else ""


def _plain(word: str) -> str:
    """As papers write it that have no accents."""
    letters = unicodedata.normalize("NFKD", word.translate(_LETTERS))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
