"""Places: countries by every name they have, other places with or without what they are."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from worker.linking.countries import country
from worker.linking.folding import REMEMBERED, fold
from worker.linking.names import Links, Name

_SAME: Final = {
    "st": "saint",
    "mt": "mount",
    "ft": "fort",
    "northern": "north",
    "eastern": "east",
    "southern": "south",
    "western": "west",
}
_KINDS: Final = (("city",), ("islands",), ("island",), ("province",), ("d", "c"), ("dc",))


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
    return links


@lru_cache(maxsize=REMEMBERED)
def _keys(text: str) -> tuple[str, ...]:
    """What a place is known by. "Mexico City" is not Mexico."""
    land = country(text)
    if land:
        return (f"country {land}",)
    words = tuple(_SAME.get(word, word) for word in fold(text))
    bare = [words[: -len(kind)] for kind in _KINDS if words[-len(kind) :] == kind]
    named = [part for part in bare if part and not country(" ".join(part))]
    return tuple("".join(part) for part in (words, *named))
