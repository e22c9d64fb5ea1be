"""The loop that both roles share: take a batch, handle it, settle each message, stop in order."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from telemetry.events import event
from worker.catalogue import AGE, BATCH_SIZE, INHERITED, RECEIVED, REDELIVERED, SETTLED
from worker.exits import OK, RECYCLE
from worker.fate import TryLater
from worker.intake import Intake
from worker.leases import Leases
from worker.lifeline import Lifeline
from worker.memory import resident_megabytes
from worker.pubsub import Received
from worker.status import Counts, Status
from worker.suspects import hesitation
from worker.tracing import Traces, Untraced

log = logging.getLogger(__name__)

# Yields the messages of the batch as they are finished; raises TryLater when the process has to end.
Handle = Callable[[Sequence[Received]], Iterator[Sequence[Received]]]

_JOIN_SECONDS: Final = 5.0


@dataclass(slots=True)
class Pump:
    """Moves messages from a subscription through a handler until it is asked to stop."""

    intake: Intake
    leases: Leases
    lifeline: Lifeline
    status: Status
    handle: Handle
    most: int
    patience: Callable[[], float]
    megabytes: int
    traces: Traces = field(default_factory=Untraced)

    def run(self) -> int:
        """Blocks; returns an exit code of `worker.exits`."""
        try:
            with self._helpers() as helpers:
                self.status.begin()
                self.lifeline.ready()
                code = self._loop(helpers)
        finally:
            # Whatever ended the loop, others get at once what was not begun.
            self._release(self.intake.rest())
            self.leases.close()
            self.status.save()
            self.traces.close()
        self.status.show(now=True)
        done = self.status.counts.done
        log.info("drained; %s messages done", done, extra=event("drained", messages=done))
        return code

    def _loop(self, helpers: Sequence[threading.Thread]) -> int:
        while not self.lifeline.stopping:
            self._turn()
            if not all(helper.is_alive() for helper in helpers):
                raise RuntimeError("a helping thread ended; its own report is above")
            resident = resident_megabytes()
            if resident > self.megabytes:
                log.warning(
                    "resident size is past %s MB; ending to be replaced",
                    self.megabytes,
                    extra=event("memory.limit", resident_mb=resident, limit_mb=self.megabytes),
                )
                return RECYCLE
        return OK

    def _turn(self) -> None:
        self.lifeline.alive()
        self.status.show()
        batch = self.intake.take(most=self.most, patience=self._patience)
        if batch:
            self._count_received(batch)
            self.lifeline.pause(hesitation(batch))
            self._settle(batch)

    def _patience(self) -> float:
        return 0.0 if self.lifeline.stopping else self.patience()

    def _settle(self, batch: Sequence[Received]) -> None:
        """Every message of the batch is settled here, once: acknowledged or given back.

        What the handler raises besides TryLater is a defect: it ends the process, loudly.
        """
        left = {message.ack_id: message for message in batch}
        report = _Report(self.status.counts, batch)
        self.leases.begin(batch)
        self.traces.begin(batch)
        try:
            for done in self.handle(batch):
                for message in done:
                    del left[message.ack_id]
                with self.status.counts.totals.timing("settle"):
                    self.leases.done(done)
                self.traces.done(done)
                self._count_done(done)
                self.lifeline.alive()
        except TryLater as error:
            log.warning(
                "giving back %s messages: %s",
                len(left),
                error,
                extra=event("batch.given_back", messages=len(left)),
            )
        finally:
            self._release(list(left.values()))
            report.write(released=len(left), traceparent=self.traces.end())

    def _release(self, messages: Sequence[Received]) -> None:
        self.leases.release(messages)
        if messages:
            self.status.counts.totals.add(SETTLED, len(messages), "released")
            self.status.save()

    def _count_received(self, batch: Sequence[Received]) -> None:
        counts = self.status.counts
        counts.received += len(batch)
        counts.totals.add(RECEIVED, len(batch))
        counts.totals.observe(BATCH_SIZE, len(batch))
        again = sum(message.attempt > 1 for message in batch)
        if again:
            counts.totals.add(REDELIVERED, again)

    def _count_done(self, done: Sequence[Received]) -> None:
        if not done:
            return
        counts, now = self.status.counts, time.time()
        published = [message.published_at.timestamp() for message in done]
        counts.done += len(done)
        counts.done_until = max(counts.done_until, *published)
        counts.totals.add(SETTLED, len(done), "acknowledged")
        for moment in published:
            counts.totals.observe(AGE, max(0.0, now - moment))
        self.status.save()

    @contextmanager
    def _helpers(self) -> Iterator[Sequence[threading.Thread]]:
        """Pulling and lease keeping; the leases are kept until everything in hand is settled."""
        inherited = self.intake.inherit()
        if inherited:
            self.status.counts.totals.add(INHERITED, inherited)
        keeper = threading.Thread(target=self.leases.keep, name="leases", daemon=True)
        puller = threading.Thread(target=self.intake.fill, name="intake", daemon=True)
        keeper.start()
        puller.start()
        try:
            yield keeper, puller
        finally:
            self.intake.close()
            puller.join(_JOIN_SECONDS)


class _Report:
    """The one line about a batch: what it was, and what became of it."""

    def __init__(self, counts: Counts, batch: Sequence[Received]) -> None:
        self._counts = counts
        self._batch = batch
        self._began = time.monotonic()
        self._before = (counts.done, counts.dead_lettered, counts.words, counts.writes)

    def write(self, *, released: int, traceparent: str | None) -> None:
        if not log.isEnabledFor(logging.INFO):
            return
        counts, size = self._counts, len(self._batch)
        now = (counts.done, counts.dead_lettered, counts.words, counts.writes)
        done, dead, words, writes = (after - before for after, before in zip(now, self._before, strict=True))
        seconds = time.monotonic() - self._began
        oldest = time.time() - min(message.published_at.timestamp() for message in self._batch)
        numbers = {
            "messages": size,
            "bytes": sum(len(message.data) for message in self._batch),
            "done": done,
            "released": released,
            "dead_lettered": dead,
            "words": words,
            "writes": writes,
            "duration_ms": round(seconds * 1_000, 1),
            "oldest_s": round(max(0.0, oldest), 3),
        }
        log.info(
            "batch of %s: %s done, %s dead letters, %s given back, in %.0f ms; the oldest was %.1f s old",
            *(size, done, dead, released, seconds * 1_000, oldest),
            extra=event("batch.done", **numbers, traceparent=traceparent),
        )
