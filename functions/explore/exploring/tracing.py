"""Looking at an article as the last part of its own trace: the writer leaves its context in the document."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from opentelemetry.trace import Span

import flask

from exploring.answers import READS
from exploring.shapes import Article
from telemetry.context import ids_in
from telemetry.web import WebTraces, answered

# Of an article that was traced, its context: for whoever looks for the trace, and for the span made here.
TRACE: Final = "Namewire-Trace"


def traced(response: flask.Response, article: Article) -> flask.Response:
    """Says with which trace the article came, if it was traced."""
    trace = str(article.fields.get("trace") or "")
    if ids_in(trace):
        response.headers[TRACE] = trace
    return response


@dataclass(slots=True)
class Looked:
    """A request; `response` is set once there is one."""

    response: flask.Response | None = None
    began: int = field(default_factory=time.time_ns)


@contextmanager
def looking(traces: WebTraces, name: str, request: flask.Request) -> Iterator[Looked]:
    """The span of a request, and one in the trace of the article that it shows."""
    with traces.request(f"GET {name}", request.headers) as span:
        looked = Looked()
        yield looked
        if span is not None and looked.response is not None:
            headers = looked.response.headers
            answered(span, looked.response.status_code, **{"namewire.reads": int(headers.get(READS, 0))})
            if TRACE in headers:
                _show(traces, span, headers[TRACE], looked.began)


def _show(traces: WebTraces, request: "Span", trace: str, began: int) -> None:
    from opentelemetry.trace import Link

    made = traces.tracing
    if made is not None:
        links = [Link(request.get_span_context())]
        context = made.context_in(trace)
        made.tracer.start_span("show article", context, links=links, start_time=began).end()
