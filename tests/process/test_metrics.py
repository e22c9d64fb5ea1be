"""The metrics of all processes from one that runs beside them, which needs none of them to be alive."""

import os
import signal
from pathlib import Path

import httpx
import pytest

from emulator.ports import choose_port
from tests.collector import collecting
from tests.polling import eventually
from tests.process.programs import PATIENCE, running
from worker.catalogue import ARTICLES_IN
from worker.exits import COULD_NOT_START, OK
from worker.status import Status


def count(folder: Path, slot: int, articles: int) -> None:
    status = Status("work", slot, str(folder))
    status.counts.totals.add(ARTICLES_IN, articles)
    status.show(now=True)


def text_of(port: int) -> str:
    try:
        answer = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE)
    except httpx.TransportError:
        return ""
    return answer.text if answer.status_code == 200 else ""


def test_one_port_shows_all_processes_and_what_they_counted_is_pushed_at_the_end(tmp_path: Path) -> None:
    run_dir, port = tmp_path / "run", choose_port(None, what="metrics", option="another port")
    run_dir.mkdir()
    count(run_dir, 0, 3)
    with collecting() as collector:
        environment = {
            **os.environ,
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
            "NAMEWIRE_RUN_DIR": str(run_dir),
        }
        with running(tmp_path, "worker.metrics", "--port", str(port), environment=environment) as program:
            eventually(lambda: 'in_total{role="work",slot="0"} 3.0' in text_of(port), seconds=PATIENCE)
            count(run_dir, 1, 4)
            assert 'namewire_articles_in_total{role="work",slot="1"} 4.0' in text_of(port)
            assert collector.numbers == {}  # a minute is not over
            program.send(signal.SIGTERM)
            assert program.wait() == OK
        assert collector.numbers["namewire.articles.in", "work"] == 7


def test_a_collector_that_is_away_is_said_and_keeps_nobody_from_looking(tmp_path: Path) -> None:
    port = choose_port(None, what="metrics", option="another port")
    count(tmp_path, 0, 3)
    environment = {
        **os.environ,
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9",
        "OTEL_EXPORTER_OTLP_TIMEOUT": "1",
        "OTEL_METRIC_EXPORT_INTERVAL": "100",
    }
    arguments = ("--port", str(port), "--folder", str(tmp_path))
    with running(tmp_path, "worker.metrics", *arguments, environment=environment) as program:
        program.wait_logged("metrics could not be pushed; the next push has them too")
        assert "namewire_articles_in_total" in text_of(port)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "set NAMEWIRE_RUN_DIR, or give --folder."),
        ({"NAMEWIRE_RUN_DIR": ".", "OTEL_METRICS_EXPORTER": "statsd"}, "it must be one of console, gcp"),
        (
            {"NAMEWIRE_RUN_DIR": ".", "OTEL_METRIC_EXPORT_INTERVAL": "soon"},
            "must be milliseconds, 1 or more",
        ),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, settings: dict[str, str], words: str) -> None:
    environment = {"PATH": os.environ["PATH"], "NAMEWIRE_LOG_FORMAT": "text", **settings}
    with running(tmp_path, "worker.metrics", environment=environment) as program:
        assert program.wait() == COULD_NOT_START
        assert "namewire metrics: " in program.log()
        assert words in program.log()
