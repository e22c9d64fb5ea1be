"""The loop that both roles share: take a batch, handle it, settle each message, stop in order."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from worker.exits import OK, RECYCLE
from worker.fate import TryLater
from worker.intake import Intake
from worker.leases import Leases
from worker.lifeline import Lifeline
from worker.memory import resident_megabytes
from worker.pubsub import Received
from worker.status import Status
from worker.suspects import hesitation

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

    def run(self) -> int:
        """Blocks; returns an exit code of `worker.exits`."""
        try:
            with self._helpers() as helpers:
                self.status.begin()
                self.lifeline.ready()
                code = self._loop(helpers)
        finally:
            # Whatever ended the loop, others get at once what was not begun.
            self.leases.release(self.intake.rest())
            self.leases.close()
        self.status.show(now=True)
        log.info("drained; %s messages done", self.status.counts.done)
        return code

    def _loop(self, helpers: Sequence[threading.Thread]) -> int:
        while not self.lifeline.stopping:
            self._turn()
            if not all(helper.is_alive() for helper in helpers):
                raise RuntimeError("a helping thread ended; its own report is above")
            if resident_megabytes() > self.megabytes:
                log.warning("resident size is past %s MB; ending to be replaced", self.megabytes)
                return RECYCLE
        return OK

    def _turn(self) -> None:
        self.lifeline.alive()
        self.status.show()
        batch = self.intake.take(most=self.most, patience=self._patience)
        if batch:
            self.status.counts.received += len(batch)
            self.lifeline.pause(hesitation(batch))
            self._settle(batch)

    def _patience(self) -> float:
        return 0.0 if self.lifeline.stopping else self.patience()

    def _settle(self, batch: Sequence[Received]) -> None:
        """Every message of the batch is settled here, once: acknowledged or given back.

        What the handler raises besides TryLater is a defect: it ends the process, loudly.
        """
        left = {message.ack_id: message for message in batch}
        self.leases.begin(batch)
        try:
            for done in self.handle(batch):
                for message in done:
                    del left[message.ack_id]
                self.leases.done(done)
                self._count(done)
                self.lifeline.alive()
        except TryLater as error:
            log.warning("giving back %s messages: %s", len(left), error)
        finally:
            self.leases.release(list(left.values()))

    def _count(self, done: Sequence[Received]) -> None:
        counts = self.status.counts
        counts.done += len(done)
        counts.done_until = max([counts.done_until, *(message.published_at.timestamp() for message in done)])

    @contextmanager
    def _helpers(self) -> Iterator[Sequence[threading.Thread]]:
        """Pulling and lease keeping; the leases are kept until everything in hand is settled."""
        self.intake.inherit()
        keeper = threading.Thread(target=self.leases.keep, name="leases", daemon=True)
        puller = threading.Thread(target=self.intake.fill, name="intake", daemon=True)
        keeper.start()
        puller.start()
        try:
            yield keeper, puller
        finally:
            self.intake.close()
            puller.join(_JOIN_SECONDS)
