"""From records to the publish function, at a pace; keeps account of what became of them."""

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from namewire.batches import Batch, batches
from namewire.errors import Interrupted, Trouble
from namewire.output import cells, print_line, print_table, table
from namewire.publishing import Accepted, Publisher
from namewire.reading.records import Item

SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Rejection:
    """One reason why one article was not sent or not accepted."""

    source: str
    place: str
    field: str
    message: str


@dataclass(slots=True)
class Report:
    """What became of a submission; of many rejections the first few are kept."""

    accepted: int = 0
    rejected: int = 0
    rejections: list[Rejection] = field(default_factory=list)
    failure: Trouble | Interrupted | None = None

    @property
    def exit_code(self) -> int:
        if self.failure is not None:
            return self.failure.exit_code
        return 1 if self.rejected else 0

    def reject(self, reasons: Iterable[Rejection]) -> None:
        self.rejected += 1
        self.rejections.extend(list(reasons)[: SHOWN - len(self.rejections)])

    def as_json(self) -> dict[str, Any]:
        return {
            "accepted": self.accepted,
            "rejected": self.rejected,
            "rejections": [
                {"file": item.source, "place": item.place, "field": item.field, "message": item.message}
                for item in self.rejections
            ],
            "complete": self.failure is None,
        }


def show_report(report: Report, *, seconds: float) -> None:
    """How many, how fast, and which were rejected."""
    if report.rejections:
        made = table("Rejected", ("file", "where", "field", "what is wrong"))
        for item in report.rejections:
            made.add_row(*cells(item.source, item.place, item.field, item.message))
        print_table(made)
    more = report.rejected - len({(item.source, item.place) for item in report.rejections})
    if more > 0:
        print_line(f"and {more:,} more that were rejected")
    rate = report.accepted / seconds if seconds > 0 else 0.0
    told = f"{report.accepted:,} accepted, {report.rejected:,} rejected"
    print_line(f"{told} in {seconds:.1f} s ({rate:,.0f} articles/s)")


@dataclass(slots=True)
class Submission:
    """Sends records in their order. `pause` may raise Interrupted, and so may `check`."""

    publisher: Publisher
    pause: Callable[[float], None]
    batch: int
    rate: float | None = None
    accepted: Callable[[Accepted], None] = lambda article: None
    clock: Callable[[], float] = time.monotonic

    def run(self, items: Iterable[Item], report: Report, *, sent: Callable[[], None] = lambda: None) -> None:
        """Fills the report; what ends the submission early is in it, too."""
        try:
            self._run(items, report, sent)
        except (Trouble, Interrupted) as failure:
            report.failure = failure

    def _run(self, items: Iterable[Item], report: Report, sent: Callable[[], None]) -> None:
        began, count = self.clock(), 0
        # A slow pace in small steps: no second without an article, and none with two seconds' worth.
        most = self.batch if self.rate is None else max(1, min(self.batch, math.floor(self.rate)))
        for batch in batches(items, most=most):
            due = 0.0 if self.rate is None else count / self.rate - (self.clock() - began)
            self.pause(max(0.0, due))
            self._send(batch, report)
            count += len(batch)
            sent()

    def _send(self, batch: Batch, report: Report) -> None:
        for item in batch.unreadable:
            report.reject([Rejection(item.source, item.place, item.field, item.message)])
        if not batch.lines:
            return
        outcome = self.publisher.send(batch.lines)
        report.accepted += len(outcome.accepted)
        for article in outcome.accepted:
            self.accepted(article)
        for refused in outcome.rejected:
            origin = batch.records[refused.index]
            report.reject(
                Rejection(origin.source, origin.place, error.field, error.message) for error in refused.errors
            )
