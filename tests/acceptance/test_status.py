"""`namewire status` as a probe: well, and which part is not within ten seconds of its end."""

import json
import os
import signal
import time
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


def test_a_killed_role_is_named_within_ten_seconds(
    project: str, roles: tuple[Role, Role], tmp_path: Path
) -> None:
    assert project
    code, view = ask(tmp_path)
    assert (code, view["healthy"], view["reasons"]) == (0, True, [])
    assert view["roles"]["work"]["alive"] >= 1
    work, _ = roles
    os.kill(work.process.pid, signal.SIGKILL)
    began = time.monotonic()
    console.wait_until(
        lambda: "work" in parts(ask(tmp_path)[1]), what="the worker to be missed", seconds=SAYS_WITHIN
    )
    assert time.monotonic() - began < SAYS_WITHIN
    code, view = ask(tmp_path)
    assert code == 1
    assert set(parts(view)) == {"work"}
    assert ask(tmp_path, "--role", "write")[0] == 0


def test_a_role_that_stands_still_is_named_and_well_again_when_it_goes_on(
    project: str, roles: tuple[Role, Role], tmp_path: Path
) -> None:
    assert project
    _, write = roles
    frozen = [psutil.Process(write.process.pid), *write.children()]
    for process in frozen:
        process.suspend()
    try:
        console.wait_until(
            lambda: parts(ask(tmp_path)[1]) == {"write": "role_silent"}, what="the writer to be missed"
        )
    finally:
        for process in frozen:
            process.resume()
    console.wait_until(lambda: ask(tmp_path)[0] == 0, what="all to be well")
