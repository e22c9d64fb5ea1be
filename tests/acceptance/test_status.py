"""`namewire status` as a probe: well, and which part is not within ten seconds of its end."""

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from tests.acceptance import console
from tests.acceptance.roles import Role

SAYS_WITHIN = 10.0


def ask(run_dir: Path, *options: str) -> tuple[int, dict[str, Any]]:
    settings = {**console.here(), "NAMEWIRE_RUN_DIR": str(run_dir)}
    done = console.run("status", "--json", *options, settings=settings)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def parts(view: dict[str, Any]) -> dict[str, str]:
    return {reason["part"]: reason["kind"] for reason in view["reasons"]}


def test_a_role_that_stands_still_or_was_killed_is_named_and_no_other(
    project: str, roles: tuple[Role, Role], tmp_path: Path
) -> None:
    assert project
    code, view = ask(tmp_path)
    assert (code, view["healthy"], view["reasons"]) == (0, True, [])
    assert view["roles"]["work"]["alive"] >= 1
    work, write = roles
    with frozen(write):
        console.wait_until(
            lambda: parts(ask(tmp_path)[1]) == {"write": "role_silent"}, what="the writer to be missed"
        )
    console.wait_until(lambda: ask(tmp_path)[0] == 0, what="all to be well")
    os.kill(work.process.pid, signal.SIGKILL)
    began = time.monotonic()
    console.wait_until(
        lambda: "work" in parts(ask(tmp_path)[1]), what="the worker to be missed", seconds=SAYS_WITHIN
    )
    assert time.monotonic() - began < SAYS_WITHIN
    code, view = ask(tmp_path)
    assert (code, set(parts(view))) == (1, {"work"})
    assert ask(tmp_path, "--role", "write")[0] == 0


@contextmanager
def frozen(role: Role) -> Iterator[None]:
    """With its supervisor."""
    processes = [psutil.Process(role.process.pid), *role.children()]
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()
