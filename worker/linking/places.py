"""Places: countries by every name they have, other places with or without what they are."""

from collections.abc import Iterable, Sequence
from typing import Final

from worker.linking.countries import country
from worker.linking.names import Links, Name

_SHORT: Final = {"st": "saint", "mt": "mount", "ft": "fort"}
_KINDS: Final = (("city",), ("islands",), ("island",), ("d", "c"), ("dc",))


def link_places(names: Sequence[Name], introduced: Iterable[tuple[int, int]] = ()) -> Links:
    """Which of the names are the same place's."""
    links = Links(names)
    seen: dict[str, int] = {}
    for number, name in enumerate(names):
        for key in _keys(name):
            twin = seen.setdefault(key, number)
            if twin != number:
                links.join(twin, number)
    for one, other in introduced:
        links.join(one, other)
    return links


def _keys(name: Name) -> list[str]:
    """What a place is known by. "Mexico City" is not Mexico."""
    land = country(name.text)
    if land:
        return [f"country {land}"]
    words = tuple(_SHORT.get(word, word) for word in name.words)
    bare = [words[: -len(kind)] for kind in _KINDS if words[-len(kind) :] == kind]
    return [
        "".join(part) for part in (words, *bare) if part and (part == words or not country(" ".join(part)))
    ]
