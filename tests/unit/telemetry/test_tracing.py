"""Which variables ask for traces, and what is not imported without them."""

import subprocess
import sys

import pytest

from telemetry.context import ids_in, traceparent_in
from telemetry.tracing import TelemetryError, check, exporter_in, start_tracing
from tests.architecture.interpreter import ROOT

GOOD = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.mark.parametrize(
    ("environment", "exporter"),
    [
        ({}, "none"),
        ({"OTEL_TRACES_EXPORTER": " "}, "none"),
        ({"OTEL_TRACES_EXPORTER": "OTLP"}, "otlp"),
        ({"OTEL_TRACES_EXPORTER": "gcp"}, "gcp"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"}, "otlp"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://localhost:4318/v1/traces"}, "otlp"),
        ({"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://localhost:4318/v1/metrics"}, "none"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318", "OTEL_TRACES_EXPORTER": "none"}, "none"),
        ({"OTEL_TRACES_EXPORTER": "otlp", "OTEL_SDK_DISABLED": "true"}, "none"),
    ],
)
def test_traces_are_off_unless_asked_for(environment: dict[str, str], exporter: str) -> None:
    assert exporter_in(environment) == exporter


def test_metrics_for_prometheus_need_no_push() -> None:
    assert exporter_in({"OTEL_METRICS_EXPORTER": "prometheus"}, "METRICS") == "none"
    assert exporter_in({"OTEL_METRICS_EXPORTER": "otlp"}, "METRICS") == "otlp"
    assert exporter_in({"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://localhost:1"}, "METRICS") == "otlp"


def test_what_cannot_be_traced_goes_on_untraced(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", "/nonexistent")
    assert start_tracing({"OTEL_TRACES_EXPORTER": "gcp"}, service="x") is None
    assert "going on without traces" in caplog.text


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        (
            {"OTEL_TRACES_EXPORTER": "jaeger"},
            "OTEL_TRACES_EXPORTER is 'jaeger'; it must be one of console, gcp",
        ),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf"),
        ({"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "grpc"}, "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL must be"),
    ],
)
def test_a_wrong_wish_is_named(environment: dict[str, str], words: str) -> None:
    with pytest.raises(TelemetryError, match=words):
        check(environment)


@pytest.mark.parametrize(
    ("attributes", "found"),
    [
        ({}, None),
        ({"traceparent": GOOD}, GOOD),
        ({"googclient_traceparent": GOOD}, GOOD),
        ({"traceparent": "nonsense", "googclient_traceparent": GOOD}, GOOD),
        ({"traceparent": "00-" + "0" * 32 + "-b7ad6b7169203331-01"}, None),
        ({"traceparent": GOOD.replace("00-", "ff-", 1)}, None),
        ({"traceparent": GOOD + "\n"}, None),
    ],
)
def test_a_context_is_found_only_where_there_is_one(attributes: dict[str, str], found: str | None) -> None:
    assert traceparent_in(attributes) == found


def test_a_context_says_whether_it_is_sampled() -> None:
    assert ids_in(GOOD) == ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", True)
    assert ids_in(GOOD[:-1] + "0") == ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", False)


@pytest.mark.parametrize(
    "modules",
    ["worker.roles, worker.work, worker.store, worker.metrics", "publishing.routes, publishing.tracing"],
)
def test_off_means_that_the_sdk_is_not_imported(modules: str) -> None:
    script = (
        f"import sys, {modules}, telemetry.web\n"
        "telemetry.web.WebTraces({}, service='x').tracing\n"
        "from worker.tracing import start_traces\nstart_traces({}, role='work', what='article')\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry.sdk')])"
    )
    path = f"{ROOT}:{ROOT / 'functions' / 'publish'}"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": path},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() == "[]"
