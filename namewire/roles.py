"""`namewire work`, `write` and `metrics`: the long-running programs, as the VM runs them."""

from importlib import import_module
from typing import Annotated

import typer


def work() -> None:
    """Find entities in articles, with a process per core, until stopped with TERM.

    Everything is set by the environment: `python -m worker --help` lists it.
    """
    _run("work")


def write() -> None:
    """Write entities to Firestore and keep every count exact, until stopped with TERM.

    Everything is set by the environment: `python -m worker --help` lists it.
    """
    _run("write")


def metrics(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of /metrics.")] = 9464,
) -> None:
    """Show what all processes on this machine have counted, in Prometheus' format, until stopped with TERM.

    They are found by NAMEWIRE_RUN_DIR. With OTEL_METRICS_EXPORTER=otlp the same is also pushed by OTLP.
    docs/metrics.md lists the metrics.
    """
    given = ["--host", host, "--port", str(port)]
    raise typer.Exit(import_module("worker.metrics").main(given))


def _run(role: str) -> None:
    # By name: the worker is no part of what the other commands load.
    raise typer.Exit(import_module("worker.__main__").main([role]))
