"""Countries and unions of countries within other names: whose court, congress or council it is."""

from functools import cache
from typing import Final

from worker.linking.countries import country_names
from worker.linking.vocabulary import IRREGULAR, NATIONAL, PUBLIC

Words = tuple[str, ...]

# Written short or long.
UNIONS: Final[dict[Words, str]] = {
    tuple(long.split()): short
    for short, forms in {
        "us": ("u s", "united states", "united states of america"),
        "uk": ("u k", "united kingdom"),
        "un": ("u n", "united nations"),
        "eu": ("e u", "european union"),
    }.items()
    for long in forms
}
# How articles name them that name them in full.
WRITTEN_OUT: Final = {"un": "United Nations", "eu": "European Union"}
_BEGINNINGS: Final = frozenset(words[0] for words in UNIONS)
_SIZES: Final = sorted({len(words) for words in UNIONS}, reverse=True)
_CHAMBERS: Final = frozenset({"house", "senate"})
_LONGEST: Final = 4  # words; the few countries of more are named in short
_ENOUGH: Final = 4  # letters
_NO_LANDS: Final = frozenset({"car", "georgia"})  # a word, and a state as well


def union(words: Words) -> str | None:
    """The letters of the union or country that folded words name, if it is one of these."""
    return UNIONS.get(words) or (words[0] if len(words) == 1 and words[0] in WRITTEN_OUT else None)


def unified(words: Words) -> Words:
    """The U.S. Congress is the United States Congress, a U.N. envoy the United Nations'."""
    if _BEGINNINGS.isdisjoint(words):
        return words
    found: list[str] = []
    place = 0
    while place < len(words):
        size = next((size for size in _SIZES if words[place : place + size] in UNIONS), 1)
        part = words[place : place + size]
        found.append(UNIONS.get(part, part[0]))
        place += size
    return tuple(found)


def at_home(words: Words) -> tuple[Words, Words]:
    """Whose it is, and what it is called there: the Supreme Court of the UK is the UK Supreme Court."""
    if not words:
        return (), ()
    if len(words) > 2 and words[0] in NATIONAL and not PUBLIC.isdisjoint((words[1], words[-1])):
        return words[:1], words[1:]
    if words[0] in _CHAMBERS and words[-1] == "committee":
        return words[:1], words[1:]
    for size in range(1, min(len(words), _LONGEST + 1)):
        if is_land(words[:size]):
            return words[:size], words[size:]
    if "of" in words[1:-1]:
        place = len(words) - 1 - words[::-1].index("of", 1)  # the last
        land = words[place + 2 :] if words[place + 1] == "the" else words[place + 1 :]
        if land and is_land(land):
            return land, words[:place]
    return (), ()


def whose(land: Words) -> str:
    """The country or union by one name: the Polish court is Poland's, the U.S. Congress the American one."""
    name = " ".join(land)
    name = _countries_of().get(name, name)
    return country_names().get(name, name)


@cache
def _countries_of() -> dict[str, str]:
    """Of adjectives. Most begin as their country does; what is more than one's, or none's, stays itself."""
    countries = sorted({name.casefold() for name in country_names().values() if name.isalpha()})
    regular: dict[str, str] = {}
    for adjective in NATIONAL:
        alike, name = max((_alike(adjective, name), name) for name in countries)
        if alike >= _ENOUGH:
            regular[adjective] = name
    return {**regular, **IRREGULAR}


def _alike(one: str, other: str) -> int:
    """With how many letters both begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def is_land(words: Words) -> bool:
    """Whether folded words name a country or a union."""
    return " ".join(words) in _lands()


@cache
def _lands() -> frozenset[str]:
    return frozenset(UNIONS.values()).union(country_names()) - _NO_LANDS
