"""OpenTelemetry's tracer, as the standard OTEL_* variables want it; none, and nothing imported, without them.

To be made in the process that uses it, after its last fork: it has a thread.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

from telemetry.context import TRACEPARENT
from telemetry.events import event

log = logging.getLogger(__name__)

_GOOGLE_ENDPOINT: Final = "https://telemetry.googleapis.com/v1/traces"
_GOOGLE_SCOPE: Final = "https://www.googleapis.com/auth/cloud-platform"
_EXPORTERS: Final = ("console", "gcp", "none", "otlp")
_PROTOCOLS: Final = ("", "http/protobuf")
_FLUSH_MILLISECONDS: Final = 2_000  # a collector that is away must not hold up the end


class TelemetryError(Exception):
    """The OTEL_* variables ask for what there is not; the text says what to change."""


def exporter_in(environment: Mapping[str, str], signal: str = "TRACES") -> str:
    """What OTEL_*_EXPORTER and the endpoints ask for; `none` where nothing does. Raises TelemetryError."""
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return "none"
    name = f"OTEL_{signal}_EXPORTER"
    endpoints = ("OTEL_EXPORTER_OTLP_ENDPOINT", f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT")
    asked = environment.get(name, "").strip().lower()
    if not asked:
        return "otlp" if any(environment.get(each, "").strip() for each in endpoints) else "none"
    if signal == "METRICS" and asked == "prometheus":
        return "none"  # that is there anyway
    if asked not in _EXPORTERS:
        raise TelemetryError(f"{name} is {asked!r}; it must be one of {', '.join(_EXPORTERS)}.")
    return asked


def check(environment: Mapping[str, str], *signals: str) -> None:
    """Raises TelemetryError for what could only fail later, in a child."""
    asked = {exporter_in(environment, signal) for signal in signals or ("TRACES",)}
    protocols = ["OTEL_EXPORTER_OTLP_PROTOCOL"]
    protocols += [f"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL" for signal in signals or ("TRACES",)]
    for name in protocols:
        if environment.get(name, "").strip().lower() not in _PROTOCOLS:
            raise TelemetryError(f"{name} must be http/protobuf: OTLP over gRPC is not built in.")
    if asked != {"none"}:
        _require()


def _require() -> None:
    from importlib.util import find_spec

    for package in ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http"):
        try:
            found = find_spec(package)
        except ModuleNotFoundError:
            found = None
        if found is None:
            raise TelemetryError(
                f"OTEL_* asks for telemetry, but {package} is not installed. Install namewire[telemetry], "
                "or set OTEL_SDK_DISABLED=true."
            )


@dataclass(slots=True)
class Tracing:
    """Makes spans, and carries their context in and out of messages."""

    provider: "TracerProvider"
    tracer: "Tracer" = field(init=False)
    _propagator: Any = field(init=False)

    def __post_init__(self) -> None:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self.tracer = self.provider.get_tracer("namewire")
        self._propagator = TraceContextTextMapPropagator()

    def context_in(self, traceparent: str | None) -> "Context":
        """The context to be a child of; without one, that of a new trace."""
        from opentelemetry.context import Context

        context: Context = self._propagator.extract(
            {TRACEPARENT: traceparent} if traceparent else {}, context=Context()
        )
        return context

    def close(self) -> None:
        """Sends what is left, for two seconds at most."""
        self.provider.force_flush(_FLUSH_MILLISECONDS)


def context_of(span: "Span") -> "Context":
    from opentelemetry.context import Context
    from opentelemetry.trace import set_span_in_context

    return set_span_in_context(span, Context())


def traceparent_of(span: "Span") -> str:
    """The context as text; OpenTelemetry's own propagator writes the same."""
    context = span.get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"


def start_tracing(environment: Mapping[str, str], *, service: str, at_exit: bool = False) -> Tracing | None:
    """None where nothing asks for it. `at_exit`: what is left is sent when the interpreter ends by itself.

    None also where it cannot be had, which the log tells: the work does not depend on being watched.
    """
    asked = exporter_in(environment)
    if asked == "none":
        return None
    try:
        exporter = _span_exporter(asked)
    except TelemetryError as error:
        log.warning("going on without traces: %s", error, extra=event("traces.off"))
        return None
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=resource(environment, service=service), shutdown_on_exit=at_exit)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return Tracing(provider)


def resource(environment: Mapping[str, str], *, service: str) -> Any:
    """Who speaks: OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES overrule it."""
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource

    project = environment.get("GOOGLE_CLOUD_PROJECT", "").strip()
    attributes = {"service.name": service, "service.namespace": "namewire"}
    if project:
        attributes["gcp.project_id"] = project  # where Google's endpoint puts it
    return Resource.create(attributes).merge(OTELResourceDetector().detect())


def google_session() -> Any:
    """HTTP as this machine's or this function's account. Raises TelemetryError."""
    import google.auth
    from google.auth.exceptions import GoogleAuthError
    from google.auth.transport.requests import AuthorizedSession

    try:
        credentials, _ = google.auth.default(scopes=[_GOOGLE_SCOPE])
    except GoogleAuthError as error:
        raise TelemetryError("OTEL_*_EXPORTER is gcp, but there are no Google Cloud credentials.") from error
    return AuthorizedSession(credentials)  # type: ignore[no-untyped-call]


def _span_exporter(asked: str) -> Any:
    if asked == "console":
        from opentelemetry.sdk.trace.export import ConsoleSpanExporter

        return ConsoleSpanExporter()
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    if asked == "gcp":
        return OTLPSpanExporter(endpoint=_GOOGLE_ENDPOINT, session=google_session())
    return OTLPSpanExporter()
