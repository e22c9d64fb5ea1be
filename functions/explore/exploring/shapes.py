"""What pages and API show, as plain values; field names are those of the API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Days = Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Leader:
    """A name in a ranking; `mentions` are those the question is about, the rest is about all articles."""

    id: str
    text: str
    label: str
    mentions: int
    mentions_total: int
    articles_total: int
    first_seen: str | None
    last_seen: str | None


@dataclass(frozen=True, slots=True)
class Ranking:
    """The leading names; `complete` unless one that was not read might belong among them."""

    leaders: Sequence[Leader]
    complete: bool = True
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """A source, and how much there is of it."""

    key: str
    name: str
    articles: int
    mentions: int
    first_seen: str | None
    last_seen: str | None


@dataclass(frozen=True, slots=True)
class Publications:
    """A page of sources, those with the most articles first."""

    publications: Sequence[Publication]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """The sentence around a mention, in three parts."""

    before: str
    mention: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """An article in a list."""

    id: str
    title: str | None
    publication: str
    publication_key: str
    day: str
    received_at: datetime
    words: int
    mentions: int | None = None
    quote: Quote | None = None


@dataclass(frozen=True, slots=True)
class Lines:
    """A page of articles, the latest first."""

    articles: Sequence[Line]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Minute:
    """How many of the stored articles came in within a minute."""

    minute: datetime
    articles: int


@dataclass(frozen=True, slots=True)
class Totals:
    """How much there is of everything; of `entities` at least so many, unless `entities_is_exact`."""

    articles: int
    entities: int
    publications: int
    entities_is_exact: bool


@dataclass(frozen=True, slots=True)
class Share:
    """What a publication has of the mentions of a name."""

    key: str
    name: str
    mentions: int


@dataclass(frozen=True, slots=True)
class Companion:
    """A name that appears with another, in so many of the articles looked at."""

    id: str
    text: str
    label: str
    articles: int


@dataclass(frozen=True, slots=True)
class Entity:
    """A name with everything its document tells."""

    id: str
    text: str
    label: str
    mentions: int
    articles: int
    first_seen: str | None
    last_seen: str | None
    days: Days
    shares: Sequence[Share]
    publications: int


@dataclass(frozen=True, slots=True)
class Company:
    """Who appears with a name, counted in its latest articles."""

    companions: Sequence[Companion]
    looked_at: int


@dataclass(frozen=True, slots=True)
class Mention:
    """A found name in an article; `start` and `end` are code points of its text.

    `canonical` is the name of the entity that it counts for, as the article knows it best.
    """

    text: str
    label: str
    start: int
    end: int
    entity_id: str
    canonical: str
    is_counted: bool


@dataclass(frozen=True, slots=True)
class Article:
    """An article with everything its document tells."""

    id: str
    fields: Mapping[str, Any]
    content: str | None
    mentions: Sequence[Mention]
    counted: Mapping[str, int]  # entity id -> mentions


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was read for an answer: when, and at the cost of how many document reads."""

    value: Any
    reads: int
    as_of: datetime
