"""`python -m worker work|write`: the only wiring. Supervisors here, their children in `worker.roles`."""

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import MutableMapping, Sequence
from pathlib import Path
from typing import Final

from telemetry.logs import complain, set_up_logging
from telemetry.tracing import TelemetryError, check
from worker.exits import COULD_NOT_START, OK, CannotStart
from worker.forking import Run, forking
from worker.settings import DRAIN_SECONDS, HELP, Settings, read_settings
from worker.supervisor import Supervisor

ROLES: Final = {
    "work": "find entities in articles, one process per core",
    "write": "write entities to Firestore",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a role until TERM; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        settings = read_settings(os.environ)
        set_up_logging(
            settings.log_level, name=options.role, form=settings.log_format, environment=os.environ
        )
        check(os.environ)
        run_dir = _run_dir(settings.run_dir)
        # One commit at a time is what Firestore takes gladly.
        count = settings.processes if options.role == "work" else 1
        return Supervisor(
            start=forking(_load(options.role, settings, count=count)),
            count=count,
            drain_seconds=DRAIN_SECONDS,
            stall_seconds=settings.stall_seconds,
            ready_file=run_dir / f"{options.role}.ready" if run_dir else None,
        ).run()
    except (CannotStart, TelemetryError) as error:
        complain(options.role, str(error))
        return COULD_NOT_START


def _run_dir(name: str) -> Path | None:
    if not name:
        return None
    folder = Path(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(
            f"NAMEWIRE_RUN_DIR is {name!r}, which cannot be made ({error.strerror}). Choose another folder."
        ) from error
    return folder


def _load(role: str, settings: Settings, *, count: int) -> Run:
    """Imports everything heavy; what comes back runs the role in a child. Raises CannotStart."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(OK))  # nothing has begun that would need an end
    _one_thread_each(os.environ)
    from worker.roles import load_role

    run = load_role(role, settings, count=count)
    if threading.active_count() > 1:
        raise CannotStart("a library started a thread while it was loaded; forking would break it")
    return run


def _one_thread_each(environment: MutableMapping[str, str]) -> None:
    """Before numpy is imported: its thread per core is wasted where every core has a process."""
    for library in ("OPENBLAS", "OMP", "MKL", "BLIS"):
        environment[f"{library}_NUM_THREADS"] = "1"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m worker",
        description="Runs one of the two long-running roles until it is stopped with TERM.",
        epilog=f"settings, all from the environment:\n\n{HELP}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    roles = "; ".join(f"{name}: {what}" for name, what in ROLES.items())
    parser.add_argument("role", choices=tuple(ROLES), help=roles)
    return parser


if __name__ == "__main__":
    logging.raiseExceptions = False  # a full disk or closed terminal must not end the work
    sys.exit(main())
