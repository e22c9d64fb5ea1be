"""Every question that pages and API have, each with its bound, its cost, and the answers kept for seconds."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from contract.names import ENTITIES, PUBLICATIONS
from exploring import articles, finding, lists, names, sources
from exploring.cache import Cache
from exploring.firestore import Condition, Firestore, Reader
from exploring.leaders import by_days, by_mentions, by_number
from exploring.periods import Period
from exploring.rate import Rate
from exploring.shapes import Company, Entity, Leader, Lines, Loaded, Minute, Publications, Ranking, Totals

T = TypeVar("T")

PULSE_PUBLICATIONS: Final = 12
PULSE_ARTICLES: Final = 10
# A hundred reads; of millions of names nobody needs the exact number every few seconds.
MOST_COUNTED: Final = 100_000


@dataclass(frozen=True, slots=True)
class Pulse:
    """How much there is, and what comes in."""

    totals: Totals
    minutes: list[Minute]
    publications: Publications
    latest: Lines


@dataclass(frozen=True, slots=True)
class Portrait:
    """Everything on the page of a name."""

    entity: Entity
    company: Company
    articles: Lines


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What is known at once; `is_whole` when a search would find no other names."""

    names: list[Leader]
    is_whole: bool


class Explorer:
    """Answers with what was read at most seconds ago. Raises Unreachable, NotThere and BadQuestion."""

    def __init__(
        self, firestore: Firestore, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._firestore = firestore
        self._now = now
        self._cache = Cache(firestore.aside)
        self._rate = Rate()

    @property
    def now(self) -> datetime:
        return self._now()

    def pulse(self) -> Loaded:
        return self._load(("pulse",), self._pulse)

    def overview(self, period: Period, label: str | None, *, limit: int) -> tuple[Loaded, Loaded]:
        """The pulse and the ranking, read beside each other."""
        pulse = self._firestore.aside(self.pulse)
        ranking = self.ranking(period, label, limit=limit)
        return pulse.result(), ranking

    def ranking(self, period: Period, label: str | None, *, limit: int, cursor: str | None = None) -> Loaded:
        days = period.days(self.now)

        def work(reader: Reader) -> Ranking:
            if not days:
                return by_mentions(reader, limit=limit, label=label, cursor=cursor)
            return by_days(reader, days, limit=limit, label=label)

        return self._load(("ranking", tuple(days), label, limit, cursor), work)

    def ranking_on(self, day: str, label: str | None, *, limit: int) -> Loaded:
        return self._load(
            ("ranking", (day,), label, limit, None),
            lambda reader: by_days(reader, [day], limit=limit, label=label),
        )

    def ranking_in(self, key: str, label: str | None, *, limit: int) -> Loaded:
        return self._load(
            ("ranking in", key, label, limit),
            lambda reader: by_number(reader, ("publications", key), limit=limit, label=label),
        )

    def portrait(self, name: str, *, limit: int) -> Loaded:
        def work(reader: Reader) -> Portrait:
            # Not aside: this may itself run aside, when an answer is renewed.
            entity = reader.begin(lambda: names.entity(reader, name))
            articles, company = names.lately(reader, name, limit=limit)
            return Portrait(entity(), company, articles)

        return self._load(("portrait", name, limit), work)

    def entity(self, name: str) -> Loaded:
        return self._load(("entity", name), lambda reader: names.entity(reader, name))

    def company(self, name: str) -> Loaded:
        return self._load(("company", name), lambda reader: names.company(reader, name))

    def mentioning(self, name: str, *, limit: int, cursor: str | None = None) -> Loaded:
        return self._load(
            ("mentioning", name, limit, cursor),
            lambda reader: names.mentioning(reader, name, limit=limit, cursor=cursor),
        )

    def source(self, key: str) -> Loaded:
        return self._load(("source", key), lambda reader: sources.source(reader, key))

    def publication(self, key: str) -> Loaded:
        return self._load(("publication", key), lambda reader: sources.publication(reader, key))

    def published_by(self, key: str, *, limit: int, cursor: str | None = None) -> Loaded:
        condition: Condition = (("publication_key",), "==", key)
        return self._load(
            ("published by", key, limit, cursor),
            lambda reader: lists.matching(reader, condition, limit=limit, cursor=cursor),
        )

    def publications(self, *, limit: int, cursor: str | None = None) -> Loaded:
        return self._load(
            ("publications", limit, cursor),
            lambda reader: lists.publications(reader, limit=limit, cursor=cursor),
        )

    def latest(self, *, limit: int, cursor: str | None = None) -> Loaded:
        return self._load(
            ("latest", limit, cursor), lambda reader: lists.latest(reader, limit=limit, cursor=cursor)
        )

    def article(self, name: str) -> Loaded:
        """One read, and the largest documents there are: not kept."""
        return self._read(lambda reader: articles.article(reader, name))

    def suggestions(self, typed: str, *, limit: int) -> Loaded:
        known = self._load(("at hand",), finding.at_hand)
        found, is_whole = finding.suggest(known.value, typed, limit=limit)
        return Loaded(Suggestions(found, is_whole), known.reads, known.as_of)

    def search(self, typed: str, *, limit: int) -> Loaded:
        return self._load(("search", typed, limit), lambda reader: finding.search(reader, typed, limit=limit))

    def _pulse(self, reader: Reader) -> Pulse:
        # Counting the articles themselves would cost a read for each thousand of them.
        sums = reader.begin(lambda: reader.add_up(PUBLICATIONS, ("articles",)))
        entities = reader.begin(lambda: reader.count(ENTITIES, most=MOST_COUNTED))
        sources = reader.begin(lambda: lists.publications(reader, limit=PULSE_PUBLICATIONS))
        latest = reader.begin(lambda: lists.latest(reader, limit=PULSE_ARTICLES))
        minutes = self._rate.line(reader, self.now)
        publications, articles = sums()
        totals = Totals(articles, entities(), publications, entities() < MOST_COUNTED)
        return Pulse(totals, minutes, sources(), latest())

    def _load(self, question: Hashable, work: Callable[[Reader], Any]) -> Loaded:
        return self._cache.get(question, lambda: self._read(work))

    def _read(self, work: Callable[[Reader], Any]) -> Loaded:
        reader = Reader(self._firestore)
        as_of = self.now
        value = work(reader)
        return Loaded(value, reader.reads, as_of)
