"""A function's requests as spans. The tracer is made on the first request: servers fork after they load."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opentelemetry.trace import Span

from telemetry.context import Carrier, traceparent_in
from telemetry.tracing import Tracing, exporter_in, start_tracing


class WebTraces:
    """Server spans of one function; without OTEL_* it makes none and imports nothing."""

    def __init__(self, environment: Mapping[str, str], *, service: str) -> None:
        self._environment = environment
        self._service = service
        self._wanted = exporter_in(environment) != "none"
        self._lock = threading.Lock()
        self._made: Tracing | None = None

    @property
    def tracing(self) -> Tracing | None:
        """None where nobody wants to see it."""
        if self._wanted and self._made is None:
            with self._lock:
                if self._made is None:
                    self._made = start_tracing(self._environment, service=self._service, at_exit=True)
                    self._wanted = self._made is not None
        return self._made

    @contextmanager
    def request(self, name: str, headers: Carrier) -> Iterator["Span | None"]:
        """The span of a request, under what the caller brings along; ends with the block."""
        made = self.tracing
        if made is None:
            yield None
            return
        from opentelemetry.trace import SpanKind

        span = made.tracer.start_span(name, made.context_in(traceparent_in(headers)), SpanKind.SERVER)
        try:
            yield span
        finally:
            span.end()


def answered(span: "Span | None", status: int, **attributes: Any) -> None:
    """Notes the outcome of a request; a server's error is one of the span too."""
    if span is None:
        return
    from opentelemetry.trace import StatusCode

    span.set_attributes({"http.response.status_code": status, **attributes})
    if status >= 500:
        span.set_status(StatusCode.ERROR)
