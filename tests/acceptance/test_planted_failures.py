"""A failure of each alert's kind, planted in a whole house, is found by what docs/runbook.md says."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import psutil
import pytest

from emulator.run import Running, run_house
from tests.acceptance import console
from tests.architecture.interpreter import ROOT
from tests.polling import eventually
from tests.skipping import or_skip

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
SECONDS = 60.0
TEXT = "Ingrid Solhaug opened the Lisbon office on Monday."


@pytest.fixture(scope="module")
def house() -> Iterator[Running]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "NAMEWIRE_PROCESSES": "1",
            "NAMEWIRE_LOG_FORMAT": "json",  # as in the cloud
            "NAMEWIRE_PUBLISH_TIMEOUT": "2",
        }.items():
            patch.setenv(name, value)
        with or_skip(), run_house() as running:
            yield running


def section(anchor: str) -> str:
    """What the runbook says about an alert, or about looking in general."""
    heading = anchor.replace("-", " ").capitalize()
    found = RUNBOOK.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    assert found, anchor
    return found


def entries(house: Running, program: str) -> list[dict[str, Any]]:
    lines = (house.house.run_dir / f"{program}.log").read_text().splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def told(house: Running, program: str, anchor: str) -> set[str]:
    """The events of a program's log that the section names."""
    named = set(re.findall(r"[\"`]([a-z_]+(?:\.[a-z_]+)?)[\"`]", section(anchor)))
    return {entry["event"] for entry in entries(house, program)} & named


def post(house: Running, **fields: str) -> httpx.Response:
    body = {"publication": "Gazette", "content": TEXT, **fields}
    return httpx.post(house.house.publish_url, json=body, timeout=30)


def status(house: Running, *options: str) -> dict[str, Any]:
    done = console.run("status", "--json", *options, settings=house.house.settings)
    return dict(json.loads(done.stdout), exit_code=done.returncode)


def why(house: Running, *options: str) -> set[tuple[str, str]]:
    return {(each["part"], each["kind"]) for each in status(house, *options)["reasons"]}


@contextmanager
def suspended(pid: int) -> Iterator[None]:
    root = psutil.Process(pid)
    processes = [root, *root.children(recursive=True)]
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()


def test_dead_letters(house: Running) -> None:
    data = {"messages": [{"data": "e30=", "attributes": {}}]}  # {}: no content, no publication
    where = f"http://{house.house.pubsub_host}/v1/projects/{house.house.project}/topics/articles:publish"
    assert httpx.post(where, json=data, timeout=30).status_code == 200
    eventually(lambda: "dead_letter" in told(house, "work", "dead-letters"), seconds=SECONDS)
    [entry] = [entry for entry in entries(house, "work") if entry["event"] == "dead_letter"]
    assert entry["stage"] in section("dead-letters")
    assert "namewire dead-letters list" in section("dead-letters")
    listed = console.run("dead-letters", "list", "--json", settings=house.house.settings)
    [letter] = json.loads(listed.stdout)["letters"]
    assert "content" in letter["reason"]


def test_a_backlog_grows_old_while_nothing_is_handled(house: Running) -> None:
    """Both alerts that a worker which stands still raises; `status` names the part."""
    with suspended(house.stack.pids()["work"]):
        assert post(house, id="late").status_code == 202
        wanted = {("articles-ner", "oldest"), ("work", "role_silent")}
        eventually(lambda: why(house, "--oldest", "3") == wanted, seconds=SECONDS)
    for anchor in ("backlog-age", "no-progress"):
        assert "namewire status" in section(anchor)
    eventually(lambda: status(house)["exit_code"] == 0, seconds=SECONDS)


def test_no_progress_because_a_worker_cannot_start(house: Running) -> None:
    environment = {**os.environ, **house.house.settings, "NAMEWIRE_MODEL": "no_such_model"}
    worker = [sys.executable, "-m", "worker", "work"]
    done = subprocess.run(worker, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    said = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    assert done.returncode != 0
    [entry] = [entry for entry in said if entry["event"] == "cannot_start"]
    assert entry["event"] in section("no-progress")
    assert "NAMEWIRE_MODEL is 'no_such_model'" in entry["message"]


def test_restarts(house: Running) -> None:
    parent = psutil.Process(house.stack.pids()["work"])
    seen: set[int] = set()
    for _ in range(4):
        [child] = eventually(
            lambda: [each for each in parent.children() if each.pid not in seen], seconds=SECONDS
        )
        seen.add(child.pid)
        eventually(lambda: killed(house) == len(seen) - 1, seconds=SECONDS)
        child.send_signal(signal.SIGKILL)
    eventually(lambda: killed(house) > 3, seconds=SECONDS)  # as the alert asks
    assert "child.ended" in told(house, "work", "restarts")
    assert "`killed`" in section("restarts")


def killed(house: Running) -> float:
    lines = httpx.get(house.house.metrics_url, timeout=10).text.splitlines()
    wanted = [
        line
        for line in lines
        if line.startswith("namewire_restarts_total{")
        if 'role="work"' in line and 'reason="killed"' in line
    ]
    return sum(float(line.rpartition(" ")[2]) for line in wanted)


def test_function_errors(house: Running) -> None:
    with suspended(house.stack.pids()["pubsub"]):
        assert post(house).status_code == 503
    assert "pubsub.not_taken" in told(house, "publish", "function-errors")
    codes = {entry["code"] for entry in entries(house, "publish") if "code" in entry}
    assert all(code in section("function-errors") for code in codes)
    eventually(lambda: post(house).status_code == 202, seconds=SECONDS)
