"""The role `write`: entity messages in, exact counts out; one atomic commit per group of articles."""

import logging
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from contract.documents import article_document, bytes_at_most
from contract.errors import InvalidMessage
from contract.messages import EntityMessage, decode_entity_message
from contract.names import ARTICLES
from telemetry.events import event
from worker.bookkeeping import (
    FACTS,
    Entry,
    Known,
    Stored,
    Written,
    article_entry,
    count_entry,
    learnt,
    mended_entry,
)
from worker.catalogue import (
    ARTICLES_IN,
    ARTICLES_OUT,
    COMMIT_SIZE,
    COMMIT_TIME,
    STORED,
    WORDS_IN,
    WORDS_OUT,
    WRITES,
)
from worker.dead import DeadLetters, Hopeless
from worker.fate import Conflict, Never, TryLater
from worker.ledger import Change, Delta, Reference, Version, decide, deltas, touched
from worker.lifeline import Lifeline
from worker.persist import persist
from worker.pubsub import Received
from worker.status import Counts
from worker.tracing import Traces, Untraced

log = logging.getLogger(__name__)

STAGE_DECODE: Final = "decode"
STAGE_STORE: Final = "store"
# Firestore takes 10 MiB a commit; the increments of a full commit need less than the difference.
_COMMIT_BYTES: Final = 7_000_000
# Everything of an article but its text, which nothing here depends on.
_ARTICLE_FIELDS: Final = (
    *("version", "confirmed_at", "confirmed_by", "publication_key", "day", "mentions", "entities"),
    *("linking_version", "reprocessed_at"),
)


class Keeps(Protocol):
    """The part of a database that this module needs."""

    def read(
        self, references: Sequence[Reference], fields: Sequence[str] | None = None
    ) -> dict[Reference, Stored]: ...
    def commit(self, entries: Sequence[Entry]) -> list[Written]: ...


@dataclass(slots=True)
class _Case:
    """One article: every message about it in the batch, and what they come to."""

    article_id: str
    messages: list[Received] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)

    _decided: tuple[Stored | None, Change | None] | None = None

    @property
    def words(self) -> int:
        return sum(version.message.words for version in self.versions)

    def change(self, stored: Mapping[Reference, Stored]) -> Change | None:
        """What the versions come to. Asked when commits are cut and when one is made, decided once."""
        before = stored.get((ARTICLES, self.article_id))
        if self._decided is None or self._decided[0] is not before:
            self._decided = before, decide(None if before is None else before.document, self.versions)
        return self._decided[1]


@dataclass(slots=True)
class Store:
    """Handles batches of the subscription `entities-store`."""

    database: Keeps
    dead: DeadLetters
    counts: Counts
    lifeline: Lifeline
    commit_writes: int
    keep_content: bool
    uncounted: frozenset[str]
    known: Known = field(default_factory=Known)
    traces: Traces = field(default_factory=Untraced)

    def handle(self, batch: Sequence[Received]) -> Iterator[Sequence[Received]]:
        """Yields messages whose article is committed or dead-lettered. Raises TryLater."""
        began = time.monotonic()
        with self.counts.totals.timing("decode"), self.traces.stage("decode", batch):
            cases, hopeless = self._decode(batch)
        yield self.dead.bury(hopeless)
        stored = self._read_articles(cases) if cases else {}
        for group in self._groups(cases, stored):
            yield from self._commit(group, stored)
        self.counts.busy_s += time.monotonic() - began

    def _decode(self, batch: Sequence[Received]) -> tuple[list[_Case], list[Hopeless]]:
        cases: dict[str, _Case] = {}
        hopeless = []
        for message in batch:
            try:
                version = self._version(decode_entity_message(message.data), self.traces.context(message))
            except InvalidMessage as error:
                hopeless.append(Hopeless(message, error, STAGE_DECODE))
                continue
            case = cases.setdefault(version.message.id, _Case(version.message.id))
            case.messages.append(message)
            case.versions.append(version)
        self.counts.totals.add(ARTICLES_IN, sum(len(case.messages) for case in cases.values()))
        self.counts.totals.add(WORDS_IN, sum(case.words for case in cases.values()))
        return list(cases.values()), hopeless

    def _version(self, message: EntityMessage, trace: str | None) -> Version:
        document = article_document(message, keep_content=self.keep_content, uncounted=self.uncounted)
        if trace:
            document["trace"] = trace  # whoever looks at the article goes on with it
        return Version(document, message)

    def _read_articles(self, cases: Sequence[_Case]) -> dict[Reference, Stored]:
        references = [(ARTICLES, case.article_id) for case in cases]
        messages = [message for case in cases for message in case.messages]
        with self.counts.totals.timing("read"), self.traces.stage("read", messages):
            return persist(
                lambda: self.database.read(references, _ARTICLE_FIELDS),
                lifeline=self.lifeline,
                what="reading articles",
            )

    def _groups(self, cases: Sequence[_Case], stored: Mapping[Reference, Stored]) -> Iterator[list[_Case]]:
        """Cuts the batch into commits; an article is never split, one that is too large stands alone."""
        group: list[_Case] = []
        documents: set[Reference] = set()
        size = 0
        for case in cases:
            more, bytes_ = _extent(case, stored)
            full = len(documents | more) > self.commit_writes or size + bytes_ > _COMMIT_BYTES
            if group and full:
                yield group
                group, documents, size = [], set(), 0
            group.append(case)
            documents |= more
            size += bytes_
        if group:
            yield group

    def _commit(
        self, group: Sequence[_Case], stored: Mapping[Reference, Stored] | None
    ) -> Iterator[Sequence[Received]]:
        """One commit; when it can never succeed, smaller ones, until the culprit is alone."""
        attempt = _Attempt(self, group, stored)
        messages = [message for case in group for message in case.messages]
        began = time.monotonic()
        try:
            with self.counts.totals.timing("commit"), self.traces.stage("commit", messages):
                persist(attempt.run, lifeline=self.lifeline, what="a commit")
        except TryLater:
            raise
        except Exception as error:  # noqa: BLE001 - one article must not cost the batch, whatever is wrong with it
            self.known.forget(attempt.references)
            if len(group) > 1:
                log.warning(
                    "a commit of %s articles failed for good; trying smaller ones",
                    len(group),
                    extra=event("commit.halved", articles=len(group), error=type(error).__name__),
                )
                middle = len(group) // 2
                yield from self._commit(group[:middle], None)
                yield from self._commit(group[middle:], None)
            else:
                yield self._bury(group[0], error)
            return
        self._count(attempt, time.monotonic() - began)
        yield messages

    def _count(self, attempt: "_Attempt", seconds: float) -> None:
        totals = self.counts.totals
        if attempt.writes:
            self.counts.writes += attempt.writes
            totals.add(WRITES, attempt.writes)
            totals.observe(COMMIT_SIZE, attempt.writes)
            totals.observe(COMMIT_TIME, seconds)
        messages = sum(len(case.messages) for case in attempt.group)
        outcomes = Counter(attempt.outcomes.values())
        # Of several messages about an article one changes its counts, at most.
        outcomes["repeat"] = messages - outcomes.total()
        for outcome, number in outcomes.items():
            if number:
                totals.add(STORED, number, outcome)
        totals.add(ARTICLES_OUT, messages)
        totals.add(WORDS_OUT, sum(case.words for case in attempt.group))

    def _bury(self, case: _Case, error: Exception) -> list[Received]:
        # The database's own words may quote the article; those of a defect of ours do not.
        trace = None if isinstance(error, Never) else error
        log.error(
            "article %s cannot be stored: %s",
            *(case.article_id, type(error).__name__),
            exc_info=trace,
            extra=event("article.not_stored", article_id=case.article_id, error=type(error).__name__),
        )
        reason = InvalidMessage.of("article", f"it cannot be stored: {type(error).__name__}: {error}")
        return self.dead.bury([Hopeless(message, reason, STAGE_STORE) for message in case.messages])


@dataclass(slots=True)
class _Attempt:
    """A commit that may be tried again: after a conflict, or when nobody knows whether it came through.

    Every further try reads again. If the commit had come through after all, the articles are found
    to be stored, and nothing is counted twice.
    """

    store: Store
    group: Sequence[_Case]
    stored: Mapping[Reference, Stored] | None
    references: list[Reference] = field(default_factory=list)
    writes: int = 0
    outcomes: dict[str, str] = field(default_factory=dict)  # of the articles whose counts change

    def run(self) -> None:
        stored, self.stored = self.stored, None
        if stored is None:
            references = [(ARTICLES, case.article_id) for case in self.group]
            stored = self.store.database.read(references, _ARTICLE_FIELDS)
        changes = [change for case in self.group if (change := case.change(stored)) is not None]
        if not changes:
            return
        counts = deltas(changes)
        self.references = list(counts)
        entries = [article_entry(change, stored.get((ARTICLES, change.article_id))) for change in changes]
        try:
            entries += self._count_entries(counts)
            written = self.store.database.commit(entries)
        except (Conflict, TryLater):
            self.store.known.forget(self.references)
            raise
        self.writes += len(entries)
        self.outcomes |= {change.article_id: outcome for change in changes if (outcome := _outcome(change))}
        self._learn(entries, written)

    def _count_entries(self, counts: Mapping[Reference, Delta]) -> list[Entry]:
        facts = self._facts(counts)
        entries = {ref: count_entry(ref, delta, facts.get(ref)) for ref, delta in counts.items()}
        # What is no sum must not be made of facts that another writer may have changed since.
        if unsure := [ref for ref, entry in entries.items() if entry.requires is None]:
            read = self.store.database.read(unsure, FACTS)
            entries |= {ref: count_entry(ref, counts[ref], read.get(ref)) for ref in unsure}
        return list(entries.values())

    def _facts(self, counts: Mapping[Reference, Delta]) -> dict[Reference, Stored]:
        """What is known of each document; read where nothing is, and whole where numbers shrink."""
        known, database = self.store.known, self.store.database
        shrinking = [reference for reference, delta in counts.items() if delta.shrinks]
        growing = known.missing(ref for ref, delta in counts.items() if not delta.shrinks)
        facts = {ref: stored for ref in counts if (stored := known.get(ref)) is not None}
        for reference in shrinking:
            facts.pop(reference, None)
        if growing:
            facts.update(database.read(growing, FACTS))
        if shrinking:
            facts.update(database.read(shrinking))
        return facts

    def _learn(self, entries: Sequence[Entry], written: Sequence[Written]) -> None:
        doubtful = []
        for entry, outcome in zip(entries, written, strict=True):
            if entry.after is None:
                self.store.known.forget([entry.reference])
                continue
            facts, doubt = learnt(entry, outcome)
            is_blind = entry.requires is True
            self.store.known.learn(entry.reference, facts, None if is_blind else outcome.update_time)
            if doubt:
                doubtful.append(entry.reference)
        if doubtful:
            persist(lambda: self._mend(doubtful), lifeline=self.store.lifeline, what="mending days and terms")

    def _mend(self, references: Sequence[Reference]) -> None:
        """Rare: two writers and a correction. Another write for each of these documents."""
        self.store.known.forget(references)
        stored = self.store.database.read(references)
        self.store.database.commit([mended_entry(ref, document) for ref, document in stored.items()])


def _outcome(change: Change) -> str | None:
    if change.confirms_only:
        return None
    if change.stored is None:
        return "new"
    return "rereading" if change.stored["version"] == change.document["version"] else "correction"


def _extent(case: _Case, stored: Mapping[Reference, Stored]) -> tuple[set[Reference], int]:
    """The documents that an article's commit writes, and about how many bytes."""
    own = (ARTICLES, case.article_id)
    try:
        change = case.change(stored)
        if change is None:
            return set(), 0
        size = 0 if change.confirms_only else bytes_at_most(change.document)
        return {own} | touched(change), size
    except Exception:  # noqa: BLE001 - what is stored is broken; the commit will say so and single the article out
        return {own}, 0
