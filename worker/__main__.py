"""`python -m worker work|write`: the only wiring. Supervisors here, their children in `worker.child`."""

import argparse
import logging
import os
import sys
from collections.abc import Callable, MutableMapping, Sequence
from pathlib import Path
from typing import Final

from worker.exits import COULD_NOT_START, CannotStart
from worker.log import set_up_logging
from worker.settings import DRAIN_SECONDS, HELP, read_settings
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
        set_up_logging(settings.log_level, name=options.role)
        if options.pipe is not None:
            _one_thread_each(os.environ)
            from worker.child import run_child

            return run_child(options.role, slot=options.slot, pipe=options.pipe, settings=settings)
        run_dir = _run_dir(settings.run_dir)
        return Supervisor(
            command=_child_command(options.role),
            count=settings.processes if options.role == "work" else 1,
            drain_seconds=DRAIN_SECONDS,
            ready_file=run_dir / f"{options.role}.ready" if run_dir else None,
        ).run()
    except CannotStart as error:
        sys.stderr.write(f"namewire {options.role}: {error}\n")
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


def _one_thread_each(environment: MutableMapping[str, str]) -> None:
    """Before numpy is imported: its thread per core is wasted where every core has a process."""
    for library in ("OPENBLAS", "OMP", "MKL", "BLIS"):
        environment[f"{library}_NUM_THREADS"] = "1"


def _child_command(role: str) -> Callable[[int, int], list[str]]:
    return lambda slot, pipe: [sys.executable, "-m", "worker", role, "--slot", str(slot), "--pipe", str(pipe)]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m worker",
        description="Runs one of the two long-running roles until it is stopped with TERM.",
        epilog=f"settings, all from the environment:\n\n{HELP}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    roles = "; ".join(f"{name}: {what}" for name, what in ROLES.items())
    parser.add_argument("role", choices=tuple(ROLES), help=roles)
    parser.add_argument("--slot", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--pipe", type=int, default=None, help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    logging.raiseExceptions = False  # a full disk or closed terminal must not end the work
    sys.exit(main())
