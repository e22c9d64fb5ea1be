"""An OpenTelemetry collector for tests: takes OTLP over HTTP, and remembers."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True, slots=True)
class Seen:
    """A span, and the program that made it."""

    service: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str  # empty for the first of a trace
    links: tuple[str, ...]
    attributes: dict[str, Any]


@dataclass
class Collector:
    """What has come in so far."""

    url: str
    spans: list[Seen] = field(default_factory=list)
    numbers: dict[tuple[str, str], float] = field(default_factory=dict)  # by metric and role, summed
    raw: list[bytes] = field(default_factory=list)

    def take_traces(self, data: bytes) -> None:
        self.raw.append(data)
        for resource in ExportTraceServiceRequest.FromString(data).resource_spans:
            service = _attributes(resource.resource)["service.name"]
            self.spans += [_seen(service, span) for scope in resource.scope_spans for span in scope.spans]

    def take_metrics(self, data: bytes) -> None:
        self.raw.append(data)
        sums: dict[tuple[str, str], float] = {}
        for resource in ExportMetricsServiceRequest.FromString(data).resource_metrics:
            for metric in (metric for scope in resource.scope_metrics for metric in scope.metrics):
                for point in (*metric.sum.data_points, *metric.gauge.data_points):
                    key = (metric.name, str(_attributes(point)["role"]))
                    sums[key] = sums.get(key, 0) + point.as_double
        self.numbers.update(sums)

    def children(self, span: Seen) -> list[Seen]:
        return [each for each in self.spans if each.parent_id == span.span_id]

    def tree(self, span: Seen) -> dict[str, Any]:
        """Program and name of what is below a span, all the way down."""
        return {f"{each.service}: {each.name}": self.tree(each) for each in self.children(span)}


def _seen(service: str, span: Any) -> Seen:
    return Seen(
        service=service,
        name=span.name,
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        links=tuple(link.span_id.hex() for link in span.links),
        attributes=_attributes(span),
    )


def _attributes(owner: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in owner.attributes}


@contextmanager
def collecting() -> Iterator[Collector]:
    """`url` is for OTEL_EXPORTER_OTLP_ENDPOINT."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    collector = Collector(f"http://127.0.0.1:{server.server_port}")

    class Handler(BaseHTTPRequestHandler):
        """Takes both signals."""

        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers["Content-Length"]))
            take = {"/v1/traces": collector.take_traces, "/v1/metrics": collector.take_metrics}
            take[self.path](data)
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Not in the output of a test."""

    server.RequestHandlerClass = Handler
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
