"""Sends what can never be handled to a dead-letter topic, with who, when, where and why."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from contract import limits
from contract.errors import InvalidMessage
from contract.letters import dead_letter
from telemetry.context import TRACEPARENT, traceparent_in
from telemetry.events import event
from worker.catalogue import DEAD
from worker.fate import Never
from worker.outbox import Outbox
from worker.pubsub import Outgoing, Received
from worker.status import Counts
from worker.tracing import Traces, Untraced

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
    traces: Traces = field(default_factory=Untraced)

    def bury(self, cases: Sequence[Hopeless]) -> list[Received]:
        """The messages whose letters are safe and that may be acknowledged. Raises TryLater."""
        if not cases:
            return []
        buried = []
        for case, refusal in zip(cases, self._send(cases), strict=True):
            message = case.message
            # Only the field: the reason may quote what people wrote.
            where = case.error.errors[0].field
            facts = {
                "message_id": message.message_id,
                "stage": case.stage,
                "field": where,
                "bytes": len(message.data),
            }
            facts["traceparent"] = traceparent_in(message.attributes)
            if refusal is None:
                log.warning(
                    "dead letter: message %s failed at %s on %s",
                    *(message.message_id, case.stage, where),
                    extra=event("dead_letter", **facts),
                )
                self.traces.fail(message, case.stage, where)
                self.counts.totals.add(DEAD, 1, case.stage, where.partition(".")[0])
                buried.append(message)
            else:
                log.error(
                    "no dead letter for %s, Pub/Sub's own policy takes it: %s",
                    *(message.message_id, refusal),
                    extra=event("dead_letter.refused", **facts),
                )
        self.counts.dead_lettered += len(buried)
        return buried

    def _send(self, cases: Sequence[Hopeless]) -> list[Never | None]:
        messages = [case.message for case in cases]
        with self.counts.totals.timing("bury"), self.traces.send("send dead letter", messages) as contexts:
            pairs = zip(cases, contexts, strict=True)
            return self.outbox.send([self._letter(case, context) for case, context in pairs])

    def _letter(self, case: Hopeless, context: Mapping[str, str]) -> Outgoing:
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
        # A trace is worth less than an attribute of its sender's.
        room = TRACEPARENT in letter.attributes or len(letter.attributes) < limits.ATTRIBUTES
        return Outgoing(letter.data, {**letter.attributes, **context} if room else letter.attributes)
