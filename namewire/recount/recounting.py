"""The recount itself: every article is added up, every document of counts is compared."""

from collections.abc import Callable
from typing import Final

from contract.names import ENTITIES, PUBLICATIONS
from namewire.database import Condition, SnapshotGone, Unsteady
from namewire.recount.compare import compare
from namewire.recount.findings import SPAN, WRITTEN, Findings, Verdict
from namewire.recount.reading import Reading
from namewire.recount.shares import FIELDS, share_of
from namewire.recount.sums import Right, Sums
from worker.ledger import Path, Reference

_LEFT_OUT: Final[Condition] = ("left_out", "array_contains", "entity_ids")


class Recount:
    """`count` tells how many documents have been read, by collection."""

    def __init__(
        self,
        reading: Reading,
        sums: Sums,
        findings: Findings,
        *,
        count: Callable[[str], None] = lambda name: None,
    ) -> None:
        self._reading = reading
        self._sums = sums
        self._findings = findings
        self._count = count

    def run(self) -> None:
        """Fills the findings. Raises Trouble and Interrupted."""
        self._add_articles()
        for collection in (ENTITIES, PUBLICATIONS):
            self._compare(collection)
        for reference in self._sums.unseen():
            self._missing(reference)
        for reference, why in self._findings.doubts():
            self._look_again(reference, why)

    def _add_articles(self) -> None:
        for row in self._reading.rows("articles", FIELDS):
            share = share_of(row.id, row.fields)
            self._sums.add(share.numbers)
            self._sums.name(share.facts)
            self._findings.record_article(share.differences, mendable=share.mendable)
            self._count("articles")
        self._sums.flush()

    def _compare(self, collection: str) -> None:
        for row in self._reading.rows(collection):
            reference = (collection, row.id)
            self._sums.see(reference)
            verdict = compare(reference, row.fields, self._sums.right(reference))
            if not self._reading.is_exact(row):
                self._findings.doubt(reference, WRITTEN)
            elif verdict.span_only:
                self._findings.doubt(reference, SPAN)
            else:
                self._findings.record(verdict)
            self._count(collection)

    def _missing(self, reference: Reference) -> None:
        if self._reading.lost:
            self._findings.doubt(reference, WRITTEN)
        else:
            self._findings.record(compare(reference, None, self._sums.right(reference)))

    def _look_again(self, reference: Reference, why: str) -> None:
        try:
            verdict = self._span_now(reference) if why == SPAN else None
            self._findings.record(verdict or self._verdict_now(reference))
        except (SnapshotGone, Unsteady):
            self._findings.undecided += 1
        self._count("again")

    def _span_now(self, reference: Reference) -> Verdict | None:
        """A clean verdict where a writer has mended first and last day meanwhile, as it does (ADR 4)."""
        document = self._reading.database.look(*reference)
        days = (document or {}).get("days")
        if document is None or not days:
            return None
        span = (document.get("first_seen"), document.get("last_seen"))
        return Verdict(reference) if span == (min(days), max(days)) else None

    def _verdict_now(self, reference: Reference) -> Verdict:
        """One document and all of its articles, at a moment of their own."""
        moment = self._reading.database.now()
        document = self._reading.database.look(*reference, at=moment)
        numbers: dict[Path, int] = {}
        facts: dict[str, str] = {}
        for condition in _conditions(reference):
            for row in self._reading.articles_of(condition, FIELDS, at=moment):
                share = share_of(row.id, row.fields)
                facts = facts or share.facts.get(reference, {})
                for owner, path, number in share.numbers:
                    if owner == reference:
                        numbers[path] = numbers.get(path, 0) + number
        return compare(reference, document, Right(numbers, facts))


def _conditions(reference: Reference) -> tuple[Condition, ...]:
    """How the articles of a document are found. The largest of them do not list their entities."""
    collection, name = reference
    if collection == PUBLICATIONS:
        return (("publication_key", "==", name),)
    return ("entity_ids", "array_contains", name), _LEFT_OUT
