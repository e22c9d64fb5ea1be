"""Answers the instance group's health check: 200 while every role of this machine shows progress.

A role shows it by the time of its ready file, which its supervisor renews (`worker/supervisor.py`). This
is a process of its own, so that it answers whatever the roles are doing; it imports nothing heavy.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final, TypedDict

from worker.exits import COULD_NOT_START, OK
from worker.serving import Page, Server

# Renewed every second; a machine that swaps or is busy may be late without being ill.
FRESH_SECONDS: Final = 30.0
_PATH: Final = "/healthz"


class Sign(TypedDict):
    """What is known of a role; no age where it has given no sign at all."""

    ok: bool
    age_s: float | None


@dataclass(frozen=True, slots=True)
class Health:
    """The roles of this machine, looked at when asked."""

    folder: Path
    roles: Sequence[str]
    clock: Callable[[], float] = time.time  # the file system's, which is compared with

    def look(self) -> dict[str, Sign]:
        return {role: self._sign(role) for role in self.roles}

    def _sign(self, role: str) -> Sign:
        try:
            written_at = (self.folder / f"{role}.ready").stat().st_mtime
        except OSError:
            return {"ok": False, "age_s": None}
        # A clock that was set back must not make an instance ill: a sign from the future counts as new.
        age = max(0.0, self.clock() - written_at)
        return {"ok": age < FRESH_SECONDS, "age_s": round(age, 1)}


def _page(health: Health) -> Page:
    roles = health.look()
    is_well = all(sign["ok"] for sign in roles.values())
    status = HTTPStatus.OK if is_well else HTTPStatus.SERVICE_UNAVAILABLE
    return Page(json.dumps({"roles": roles}) + "\n", "application/json", status)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves until TERM; returns the exit code."""
    options = _parser().parse_args(arguments)
    health = Health(options.folder, options.role or ("work", "write"))
    try:
        asyncio.run(Server({_PATH: lambda: _page(health)}).run(options.host, options.port))
    except OSError as error:
        sys.stderr.write(
            f"namewire health: cannot listen on {options.host} port {options.port} "
            f"({error.strerror or error}). Choose another with --host and --port.\n"
        )
        return COULD_NOT_START
    return OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m worker.health", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="the roles' NAMEWIRE_RUN_DIR")
    parser.add_argument("--role", action="append", help="a role that must be well; may be repeated (both)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
