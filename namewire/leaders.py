"""Who leads the news: the entities with the most mentions, everywhere, in one publication, on one day."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any, Protocol

from contract.names import ENTITIES
from namewire.output import cells, print_table, table

Found = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Leader:
    """An entity; `mentions` are those that the question is about, the rest is about all articles."""

    id: str
    text: str
    label: str
    mentions: int
    mentions_total: int
    articles_total: int
    first_seen: str | None
    last_seen: str | None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Answers(Protocol):
    """The part of a database that the questions need."""

    def leading(
        self, path: Sequence[str], *, equal: Mapping[str, str] | None = None, limit: int | None = None
    ) -> Iterator[Found]: ...
    def articles(self, equal: Mapping[str, str], fields: Sequence[str]) -> Iterator[Found]: ...
    def get_many(
        self, collection: str, names: Sequence[str], fields: Sequence[str] | None = None
    ) -> dict[str, dict[str, Any]]: ...


def leaders(
    database: Answers,
    *,
    limit: int,
    publication_key: str | None = None,
    day: str | None = None,
    label: str | None = None,
) -> list[Leader]:
    """The leading entities. With a publication and a day, that day's articles are counted again."""
    if publication_key and day:
        return _recounted(database, {"publication_key": publication_key, "day": day}, label, limit)
    path = _path(publication_key, day)
    if label and len(path) == 1:
        found = database.leading(path, equal={"label": label}, limit=limit)
    else:
        # No index combines a label with the names inside a map: read in order, leave out the others.
        found = database.leading(path, limit=None if label else limit)
    matching = (
        _leader(name, entity, _number(entity, path))
        for name, entity in found
        if label in (None, entity["label"])
    )
    return list(islice((leader for leader in matching if leader.mentions > 0), limit))


def show_leaders(found: Sequence[Leader], *, title: str = "") -> None:
    numbers = ("#", "mentions", "articles")
    made = table(
        title, ("#", "name", "label", "mentions", "articles", "first seen", "last seen"), numbers=numbers
    )
    for number, leader in enumerate(found, start=1):
        seen = (leader.first_seen or "", leader.last_seen or "")
        made.add_row(*cells(number, leader.text, leader.label, leader.mentions, leader.articles_total, *seen))
    print_table(made)


def _path(publication_key: str | None, day: str | None) -> tuple[str, ...]:
    if publication_key:
        return "publications", publication_key
    return ("days", day) if day else ("mentions",)


def _recounted(database: Answers, equal: Mapping[str, str], label: str | None, limit: int) -> list[Leader]:
    """Entities know their publications and their days, but not both together; articles do."""
    mentions: Counter[str] = Counter()
    for _, article in database.articles(equal, ["mentions"]):
        mentions.update(article.get("mentions", {}))
    ranked = sorted(mentions, key=lambda name: (-mentions[name], name))
    leading: list[Leader] = []
    while ranked and len(leading) < limit:
        some, ranked = ranked[:limit], ranked[limit:]
        entities = database.get_many(ENTITIES, some)
        leading += [
            _leader(name, entities[name], mentions[name])
            for name in some
            if name in entities and label in (None, entities[name]["label"])
        ]
    return leading[:limit]


def _leader(name: str, entity: Mapping[str, Any], mentions: int) -> Leader:
    return Leader(
        id=name,
        text=entity["text"],
        label=entity["label"],
        mentions=mentions,
        mentions_total=entity.get("mentions", 0),
        articles_total=entity.get("articles", 0),
        first_seen=entity.get("first_seen"),
        last_seen=entity.get("last_seen"),
    )


def _number(entity: Mapping[str, Any], path: Sequence[str]) -> int:
    value: Any = entity
    for name in path:
        value = value.get(name, {})
    return value if isinstance(value, int) else 0
