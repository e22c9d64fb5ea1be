"""Shows what all processes on this machine have counted: in Prometheus' format, and pushed by OTLP if asked.

A process of its own, which keeps nothing: it reads the roles' status files when it is asked.
"""

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from telemetry.events import event
from telemetry.logs import FORMATS, complain, set_up_logging
from telemetry.tracing import TelemetryError, check
from worker.exits import COULD_NOT_START, OK
from worker.exposition import MEDIA_TYPE, prometheus_text, read_totals_of
from worker.pushing import Pusher, make_pusher
from worker.serving import Page, Server

log = logging.getLogger(__name__)

PORT: Final = 9464  # OpenTelemetry's for Prometheus
_PATH: Final = "/metrics"
_INTERVAL: Final = "OTEL_METRIC_EXPORT_INTERVAL"
_INTERVAL_MILLISECONDS: Final = 60_000.0


async def serve(folder: Path, host: str, port: int, pusher: Pusher | None, seconds: float) -> None:
    """Until TERM or INT; what was counted until then is pushed once more. Raises OSError."""

    def page() -> Page:
        return Page(prometheus_text(read_totals_of(folder)), MEDIA_TYPE)

    pushing = asyncio.create_task(_keep_pushing(folder, pusher, seconds)) if pusher is not None else None
    try:
        await Server({_PATH: page}).run(host, port)
    finally:
        if pushing is not None and pusher is not None:
            pushing.cancel()
            await _push(folder, pusher)


async def _keep_pushing(folder: Path, pusher: Pusher, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        await _push(folder, pusher)


async def _push(folder: Path, pusher: Pusher) -> None:
    readings = read_totals_of(folder)
    # The exporter waits for its answer; the port must not.
    if readings and not await asyncio.to_thread(pusher.push, readings):
        log.warning(
            "metrics could not be pushed; the next push has them too", extra=event("metrics.not_pushed")
        )


def interval(environment: Mapping[str, str]) -> float:
    """Seconds between pushes. Raises TelemetryError."""
    text = environment.get(_INTERVAL, "").strip()
    try:
        milliseconds = float(text or _INTERVAL_MILLISECONDS)
    except ValueError:
        milliseconds = 0.0
    if not milliseconds >= 1:
        raise TelemetryError(f"{_INTERVAL} is {text!r}; it must be milliseconds, 1 or more.")
    return milliseconds / 1_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves until TERM; returns the exit code."""
    options = _parser().parse_args(arguments)
    form = os.environ.get("NAMEWIRE_LOG_FORMAT", "").strip().lower() or "auto"
    set_up_logging("info", name="metrics", form=form if form in FORMATS else "auto", environment=os.environ)
    if options.folder is None:
        complain(
            "metrics", "where the status files are is not known; set NAMEWIRE_RUN_DIR, or give --folder."
        )
        return COULD_NOT_START
    try:
        check(os.environ, "METRICS")
        pusher, seconds = make_pusher(os.environ), interval(os.environ)
        asyncio.run(serve(options.folder, options.host, options.port, pusher, seconds))
    except TelemetryError as error:
        complain("metrics", str(error))
        return COULD_NOT_START
    except OSError as error:
        why = error.strerror or error
        where = f"{options.host} port {options.port}"
        complain("metrics", f"cannot listen on {where} ({why}). Choose another with --host and --port.")
        return COULD_NOT_START
    return OK


def _parser() -> argparse.ArgumentParser:
    run_dir = os.environ.get("NAMEWIRE_RUN_DIR", "").strip()
    parser = argparse.ArgumentParser(prog="python -m worker.metrics", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=PORT, help=f"port of /metrics ({PORT})")
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path(run_dir) if run_dir else None,
        help="the roles' NAMEWIRE_RUN_DIR (the same variable here)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
