"""Sends what can never be handled to a dead-letter topic, with who, when, where and why."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from contract.errors import InvalidMessage
from contract.letters import dead_letter
from worker.outbox import Outbox
from worker.pubsub import Outgoing, Received
from worker.status import Counts

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Hopeless:
    """A message, and why it can never be handled."""

    message: Received
    error: InvalidMessage
    stage: str


@dataclass(slots=True)
class DeadLetters:
    """The way to one dead-letter topic."""

    outbox: Outbox
    counts: Counts
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def bury(self, cases: Sequence[Hopeless]) -> list[Received]:
        """The messages whose letters are safe and that may be acknowledged. Raises TryLater."""
        if not cases:
            return []
        buried = []
        for case, refusal in zip(
            cases, self.outbox.send([self._letter(case) for case in cases]), strict=True
        ):
            message = case.message
            if refusal is None:
                # Only the field: the reason may quote what people wrote.
                field = case.error.errors[0].field
                log.warning(
                    "dead letter: message %s failed at %s on %s", message.message_id, case.stage, field
                )
                buried.append(message)
            else:
                log.error(
                    "no dead letter for %s, Pub/Sub's own policy takes it: %s", message.message_id, refusal
                )
        self.counts.dead_lettered += len(buried)
        return buried

    def _letter(self, case: Hopeless) -> Outgoing:
        letter = dead_letter(
            case.message.data,
            case.message.attributes,
            error=case.error,
            stage=case.stage,
            source_message_id=case.message.message_id,
            source_published_at=case.message.published_at,
            attempts=case.message.attempt,
            failed_at=self.now(),
        )
        return Outgoing(letter.data, letter.attributes)
