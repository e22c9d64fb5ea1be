"""The same totals as OpenTelemetry's data points, pushed by OTLP; the only module with its metrics SDK."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics import export

from telemetry.tracing import exporter_in, google_session, resource
from worker.catalogue import METRICS, Kind, Metric
from worker.exposition import Reading, Series, series_of
from worker.totals import Histogram

_GOOGLE_ENDPOINT: Final = "https://telemetry.googleapis.com/v1/metrics"
_NANOSECONDS: Final = 1_000_000_000


@dataclass(slots=True)
class Pusher:
    """Sends what it is given, once."""

    exporter: "export.MetricExporter"
    resource: Any

    def push(self, readings: Sequence[Reading]) -> bool:
        """Whether it arrived."""
        from opentelemetry.sdk.metrics.export import MetricExportResult

        outcome = self.exporter.export(metrics_data(readings, self.resource, time.time_ns()))
        return outcome is MetricExportResult.SUCCESS


def make_pusher(environment: Mapping[str, str]) -> Pusher | None:
    """None where nothing asks for it."""
    asked = exporter_in(environment, "METRICS")
    if asked == "none":
        return None
    return Pusher(_exporter(asked), resource(environment, service="namewire-worker"))


def _exporter(asked: str) -> Any:
    if asked == "console":
        from opentelemetry.sdk.metrics.export import ConsoleMetricExporter

        return ConsoleMetricExporter()
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter

    if asked == "gcp":
        return OTLPMetricExporter(endpoint=_GOOGLE_ENDPOINT, session=google_session())
    return OTLPMetricExporter()


def metrics_data(readings: Sequence[Reading], who: Any, now: int) -> "export.MetricsData":
    from opentelemetry.sdk.metrics.export import MetricsData, ResourceMetrics, ScopeMetrics
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope

    made = [made for metric in METRICS if (made := _metric(metric, readings, now)) is not None]
    scope = ScopeMetrics(InstrumentationScope("namewire"), made, "")
    return MetricsData([ResourceMetrics(who, [scope], "")])


def _metric(metric: Metric, readings: Sequence[Reading], now: int) -> Any:
    from opentelemetry.sdk.metrics import export

    series = list(series_of(metric, readings))
    if not series:
        return None
    data: Any
    if metric.kind is Kind.HISTOGRAM:
        points = [_histogram(metric, each, now) for each in series]
        data = export.Histogram(points, export.AggregationTemporality.CUMULATIVE)
    elif metric.kind is Kind.COUNTER:
        numbers = [_number(each, now) for each in series]
        data = export.Sum(numbers, export.AggregationTemporality.CUMULATIVE, is_monotonic=True)
    else:
        data = export.Gauge([_number(each, now) for each in series])
    return export.Metric(metric.full_name, metric.about, metric.unit, data)


def _number(series: Series, now: int) -> Any:
    from opentelemetry.sdk.metrics.export import NumberDataPoint

    assert not isinstance(series.value, Histogram)
    return NumberDataPoint(dict(series.labels), int(series.began * _NANOSECONDS), now, series.value)


def _histogram(metric: Metric, series: Series, now: int) -> Any:
    from opentelemetry.sdk.metrics.export import HistogramDataPoint

    assert isinstance(series.value, Histogram)
    return HistogramDataPoint(
        attributes=dict(series.labels),
        start_time_unix_nano=int(series.began * _NANOSECONDS),
        time_unix_nano=now,
        count=sum(series.value.counts),
        sum=series.value.total,
        bucket_counts=series.value.counts,
        explicit_bounds=metric.bounds,
        min=0.0,
        max=0.0,
    )
