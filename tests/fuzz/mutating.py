"""Changes an input where bytes changed at random would only make it no JSON any more."""

import copy
import json
import random
from collections.abc import Callable
from typing import Any, Final

Mutate = Callable[[bytes, int], bytes]
_SHARE: Final = 0.6  # of the inputs; the others are for random bytes
_VALUES: Final[tuple[Any, ...]] = (
    *(None, True, "", " ", "x", "\u00a0", "..", "__x__", "a/b", "\0", "\ud83d", "\U0001f3d9", "e\u0301"),
    *(0, -1, 1, 3, 10**18, 10**400, 0.5, float("nan"), float("inf"), 1e308, [], {}, [[]], [None, "x"]),
    *(
        "2026-02-31",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:60-23:59",
        "2026-11-24T08:30Z",
        "the the 's",
    ),
    *([{"text": "x", "label": "ORG", "start": 0, "end": 1}], {"name": "", "version": ""}, "x" * 5_000),
)
_NAMES: Final = (
    *("id", "content", "text", "maintext", "publication", "source", "title", "url", "author", "authors"),
    *("language", "section", "published_at", "date", "schema", "publication_key", "content_sha256", "words"),
    *("entities", "model", "received_at", "processed_at", "source_message_id", "label", "start", "end"),
    *("entity_id", "canonical", "found_as", "linking_version"),
)


def mutated(raw: bytes, most: int, seed: int, mutate: Mutate) -> bytes:
    """A neighbour of the input: some value in its JSON changed, or some bytes."""
    chance = random.Random(seed)
    head, gap, data = raw.rpartition(b"\n\n")
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or chance.random() > _SHARE:
        return mutate(raw, most)
    for _ in range(chance.randint(1, 3)):
        _change(value, chance)
    return (head + gap + json.dumps(value, ensure_ascii=chance.random() < 0.5).encode(errors="replace"))[
        :most
    ]


def _change(value: dict[str, Any], chance: random.Random) -> None:
    """One field: new, gone, twice as much, or deeper down."""
    name = chance.choice([*value, chance.choice(_NAMES)])
    inside = [item for item in _items(value.get(name)) if isinstance(item, dict)]
    if inside and chance.random() < 0.7:
        _change(chance.choice(inside), chance)
    elif name in value and chance.random() < 0.2:
        del value[name]
    elif isinstance(value.get(name), str | list) and chance.random() < 0.3:
        value[name] = value[name] * 2
    else:
        value[name] = copy.deepcopy(chance.choice(_VALUES))


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
