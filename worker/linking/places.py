"""Places: countries by every name they have, other places with or without what they are."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from worker.linking.countries import SHARED, country
from worker.linking.folding import REMEMBERED, fold
from worker.linking.lands import union
from worker.linking.names import Links, Name
from worker.linking.organisations import is_acronym, join_acronyms

_SAME: Final = {
    "st": "saint",
    "mt": "mount",
    "ft": "fort",
    "northern": "north",
    "eastern": "east",
    "southern": "south",
    "western": "west",
}
# "Belize City" is not Belize, and "Oaxaca City" not Oaxaca.
_CITIES: Final[dict[tuple[str, ...], tuple[str, ...]]] = {
    ("new", "york", "city"): ("new", "york"),
    ("d", "c"): ("washington", "d", "c"),
    ("dc",): ("washington", "d", "c"),
}
# The State of Virginia is Virginia; that of Washington is another place than the city.
_STATES: Final = frozenset("commonwealth emirate kingdom province republic state sultanate".split())
_CITIES_TOO: Final = frozenset({("washington",), ("new", "york")})
_COMPASS: Final = frozenset({"north", "east", "south", "west"})
_AIRPORT: Final = ("international", "airport")
# What it is, said once more without its name.
_GROUNDS: Final = frozenset(
    "airport bay bridge canal castle cathedral channel desert gulf harbour island islands lake mountains "
    "park palace peninsula port river sea stadium station strait temple valley".split()
)
_KINDS: Final = (("islands",), ("island",), ("province",), ("sea",), ("ocean",), ("d", "c"), ("dc",))
_BEFORE: Final = frozenset({"mount", "river"})  # in front it is no part of another place's name
_NOT_IN: Final = frozenset({("buenos", "aires", "province")})  # the city does not lie in it


def link_places(names: Sequence[Name], introduced: Sequence[tuple[int, int]] = ()) -> Links:
    """Which of the names are the same place's."""
    links = Links(names)
    seen: dict[str, int] = {}
    for number, name in enumerate(names):
        for key in _keys(name.text):
            twin = seen.setdefault(key, number)
            if twin != number:
                links.join(twin, number)
    for one, other in introduced:
        links.join(one, other)
    _join_shared(seen, links)
    _join_grounds(names, links)
    short = [number for number, name in enumerate(names) if _is_acronym(name)]
    if short:
        join_acronyms(names, short, introduced, links)
    return links


def _join_shared(seen: Mapping[str, int], links: Links) -> None:
    """A name that is two countries' means the one of them that the article names in full."""
    for name, lands in SHARED.items():
        if name in seen:
            named = [seen[key] for land in lands if (key := _key(land)) in seen]
            if len(named) == 1:
                links.join(named[0], seen[name])


def _join_grounds(names: Sequence[Name], links: Links) -> None:
    """ "The Gulf" is the Persian Gulf, where it is the only one."""
    for number, name in enumerate(names):
        if len(name.words) == 1 and name.words[0] in _GROUNDS:
            ground = name.words[0]
            full = {links.root(at) for at, one in enumerate(names) if ground in (one.words[0], one.words[-1])}
            full.discard(links.root(number))
            if len(full) == 1:
                links.join(full.pop(), number)


def _is_acronym(name: Name) -> bool:
    """Of two letters without points there are too many: "PA" need not be Palo Alto."""
    letters = len(name.words) == 1 or all(len(word) == 1 for word in name.words)
    return letters and len(name.text) > 2 and is_acronym(name.text) and not country(name.text)


@lru_cache(maxsize=REMEMBERED)
def _keys(text: str) -> tuple[str, ...]:
    """What a place is known by. "Mexico City" is not Mexico."""
    land = country(text) or union(fold(text))
    if land:
        return (_key(land),)
    words = tuple(_SAME.get(word, word) for word in fold(text))
    words = _CITIES.get(words, words)
    if len(words) > 2 and words[1] == "of" and words[0] in _STATES and words[2:] not in _CITIES_TOO:
        words = words[2:]
        if land := country(" ".join(words).upper()):
            return (_key(land),)
    if words[-2:] == _AIRPORT:
        words = (*words[:-2], words[-1])
    kinds = () if words[0] in _COMPASS or words in _NOT_IN else _KINDS  # "the North" is not the North Sea
    bare = [words[: -len(kind)] for kind in kinds if words[-len(kind) :] == kind]
    if words[0] in _BEFORE:
        bare.append(words[1:])
    named = [part for part in bare if part and not country(" ".join(part))]
    return tuple("".join(part) for part in (words, *named))


def _key(land: str) -> str:
    return f"country {land}"
