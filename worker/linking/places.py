"""Places: countries by every name they have, other places with or without what they are."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from worker.linking.countries import country
from worker.linking.folding import REMEMBERED, fold
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
_CITIES: Final[dict[tuple[str, ...], tuple[str, ...]]] = {("new", "york", "city"): ("new", "york")}
_KINDS: Final = (("islands",), ("island",), ("province",), ("d", "c"), ("dc",))


def link_places(names: Sequence[Name], introduced: Iterable[tuple[int, int]] = ()) -> Links:
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
    short = [number for number, name in enumerate(names) if _is_acronym(name)]
    if short:
        join_acronyms(names, short, links)
    return links


def _is_acronym(name: Name) -> bool:
    """Of two letters there are too many: "PA" need not be Palo Alto."""
    return len(name.words) == 1 and len(name.text) > 2 and is_acronym(name.text) and not country(name.text)


@lru_cache(maxsize=REMEMBERED)
def _keys(text: str) -> tuple[str, ...]:
    """What a place is known by. "Mexico City" is not Mexico."""
    land = country(text)
    if land:
        return (f"country {land}",)
    words = tuple(_SAME.get(word, word) for word in fold(text))
    words = _CITIES.get(words, words)
    bare = [words[: -len(kind)] for kind in _KINDS if words[-len(kind) :] == kind]
    named = [part for part in bare if part and not country(" ".join(part))]
    return tuple("".join(part) for part in (words, *named))
