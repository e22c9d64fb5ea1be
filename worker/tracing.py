"""An article's way through a batch as spans: each has its stages under its own parent, in its own trace.

`Untraced` is the default, and costs a handful of empty calls a batch.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from opentelemetry.trace import Span

from telemetry import tracing
from telemetry.context import TRACEPARENT, traceparent_in
from worker.pubsub import Received


class Traces(Protocol):
    """What the loop and the handlers tell of a batch. One batch at a time, in one thread."""

    def begin(self, batch: Sequence[Received]) -> None: ...
    def stage(self, name: str, messages: Sequence[Received]) -> AbstractContextManager[None]: ...
    def send(
        self, name: str, messages: Sequence[Received]
    ) -> AbstractContextManager[Sequence[Mapping[str, str]]]:
        """Attributes for what is sent about each message."""
        ...

    def context(self, message: Received) -> str | None:
        """The `traceparent` of what is done about a message."""
        ...

    def fail(self, message: Received, stage: str, field: str) -> None: ...
    def done(self, messages: Sequence[Received]) -> None: ...
    def end(self) -> str | None:
        """What is not done was given back. The batch's own `traceparent`."""
        ...

    def close(self) -> None: ...


class Untraced:
    """Nobody wants to see it."""

    def begin(self, batch: Sequence[Received]) -> None: ...

    def stage(self, name: str, messages: Sequence[Received]) -> AbstractContextManager[None]:
        return nullcontext()

    def send(
        self, name: str, messages: Sequence[Received]
    ) -> AbstractContextManager[Sequence[Mapping[str, str]]]:
        return nullcontext([_NOTHING] * len(messages))

    def context(self, message: Received) -> str | None:
        return None

    def fail(self, message: Received, stage: str, field: str) -> None: ...
    def done(self, messages: Sequence[Received]) -> None: ...
    def end(self) -> str | None:
        return None

    def close(self) -> None: ...


_NOTHING: Mapping[str, str] = {}


@dataclass(slots=True)
class Traced:
    """Spans of a role; `what` is what it handles, in the plural."""

    tracing: tracing.Tracing
    role: str
    what: str
    _batch: "Span | None" = field(init=False, default=None)
    _open: dict[str, "Span"] = field(init=False, default_factory=dict)  # by ack id

    def begin(self, batch: Sequence[Received]) -> None:
        from opentelemetry.trace import Link, SpanKind

        now = time.time_ns()
        for message in batch:
            self._open[message.ack_id] = self.tracing.tracer.start_span(
                f"process {self.what}",
                self.tracing.context_in(traceparent_in(message.attributes)),
                SpanKind.CONSUMER,
                attributes=self._attributes(message),
                start_time=now,
            )
        self._batch = self.tracing.tracer.start_span(
            f"{self.role} batch",
            self.tracing.context_in(None),
            attributes={"messaging.batch.message_count": len(batch)},
            links=[Link(span.get_span_context()) for span in self._open.values()],
            start_time=now,
        )

    @contextmanager
    def stage(self, name: str, messages: Sequence[Received]) -> Iterator[None]:
        spans = self._start(name, messages)
        try:
            yield
        finally:
            _end(spans)

    @contextmanager
    def send(self, name: str, messages: Sequence[Received]) -> Iterator[Sequence[Mapping[str, str]]]:
        from opentelemetry.trace import SpanKind

        spans = self._start(name, messages, SpanKind.PRODUCER)
        own = {ack_id: {TRACEPARENT: tracing.traceparent_of(span)} for ack_id, span in spans.items()}
        try:
            yield [own.get(message.ack_id, _NOTHING) for message in messages]
        finally:
            _end(spans)

    def context(self, message: Received) -> str | None:
        span = self._open.get(message.ack_id)
        return None if span is None else tracing.traceparent_of(span)

    def fail(self, message: Received, stage: str, field: str) -> None:
        from opentelemetry.trace import StatusCode

        span = self._open.get(message.ack_id)
        if span is not None:
            span.set_attributes({"namewire.dead.stage": stage, "namewire.dead.field": field})
            span.set_status(StatusCode.ERROR, f"dead letter: {stage}")

    def done(self, messages: Sequence[Received]) -> None:
        for message in messages:
            span = self._open.pop(message.ack_id, None)
            if span is not None:
                span.end()

    def end(self) -> str | None:
        for span in self._open.values():
            span.set_attribute("namewire.released", value=True)
            span.end()
        self._open.clear()
        batch, self._batch = self._batch, None
        if batch is None:
            return None
        batch.end()
        return tracing.traceparent_of(batch)

    def close(self) -> None:
        self.tracing.close()

    def _start(self, name: str, messages: Sequence[Received], kind: Any = None) -> dict[str, "Span"]:
        """By ack id: under each message's own span, and linked to the batch."""
        from opentelemetry.trace import Link, SpanKind

        now = time.time_ns()
        links = [Link(self._batch.get_span_context())] if self._batch is not None else []
        return {
            message.ack_id: self.tracing.tracer.start_span(
                name,
                tracing.context_of(self._open[message.ack_id]),
                kind or SpanKind.INTERNAL,
                links=links,
                start_time=now,
            )
            for message in messages
            if message.ack_id in self._open
        }

    def _attributes(self, message: Received) -> dict[str, str | int]:
        return {
            "messaging.system": "gcp_pubsub",
            "messaging.operation.type": "process",
            "messaging.message.id": message.message_id,
            "messaging.message.body.size": len(message.data),
            "messaging.gcp_pubsub.message.delivery_attempt": message.attempt,
        }


def _end(spans: Mapping[str, "Span"]) -> None:
    now = time.time_ns()
    for span in spans.values():
        span.end(now)


def start_traces(environment: Mapping[str, str], *, role: str, what: str) -> Traces:
    """To be made in the child: it has a thread and a connection."""
    made = tracing.start_tracing(environment, service=f"namewire-{role}")
    return Untraced() if made is None else Traced(made, role, what)
