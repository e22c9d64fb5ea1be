"""Each article's own span, whose context its message carries to the worker."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.trace import Span

from publishing.outbox import Report
from publishing.submission import Outgoing, Submission
from telemetry.context import TRACEPARENT
from telemetry.tracing import Tracing, context_of, traceparent_of


class Sending:
    """The articles of a request on their way; `outgoing` is what to send."""

    def __init__(self, outgoing: Sequence[Outgoing], spans: Sequence["Span"] = ()) -> None:
        self.outgoing = outgoing
        self._spans = spans

    def report(self, report: Report) -> None:
        """Notes what became of each."""
        for item, span in zip(self.outgoing, self._spans, strict=False):
            if item.index in report.message_ids:
                span.set_attribute("messaging.message.id", report.message_ids[item.index])
            else:
                _fail(span, "refused" if item.index in report.refused else "unconfirmed")


@contextmanager
def sending(submission: Submission, tracing: Tracing | None, request: "Span | None") -> Iterator[Sending]:
    """One article is a part of the request's trace; of many, each has a trace of its own, linked to it."""
    if tracing is None or request is None:
        yield Sending(submission.outgoing)
        return
    spans = _start(submission, tracing, request)
    pairs = zip(submission.outgoing, spans, strict=True)
    try:
        yield Sending([_carrying(item, span) for item, span in pairs], spans)
    finally:
        now = time.time_ns()
        for span in spans:
            span.end(now)


def _start(submission: Submission, tracing: Tracing, request: "Span") -> list["Span"]:
    from opentelemetry.trace import Link, SpanKind

    parent = context_of(request) if submission.is_single else tracing.context_in(None)
    links = [] if submission.is_single else [Link(request.get_span_context())]
    now = time.time_ns()
    return [
        tracing.tracer.start_span(
            "send article",
            parent,
            SpanKind.PRODUCER,
            attributes={"messaging.system": "gcp_pubsub", "namewire.article.id": item.id},
            links=links,
            start_time=now,
        )
        for item in submission.outgoing
    ]


def _carrying(item: Outgoing, span: "Span") -> Outgoing:
    return replace(item, attributes={**item.attributes, TRACEPARENT: traceparent_of(span)})


def _fail(span: "Span", why: str) -> None:
    from opentelemetry.trace import StatusCode

    span.set_status(StatusCode.ERROR, why)
