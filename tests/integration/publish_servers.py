"""What tests of the publish function need: a topic to look into, and functions as they are deployed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from contract.names import ARTICLES_SUBSCRIPTION
from emulator.topology import create_topology

ROOT: Final = Path(__file__).resolve().parents[2]
_PATIENCE_SECONDS: Final = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(is_true: Callable[[], bool], *, what: str, seconds: float = _PATIENCE_SECONDS) -> None:
    """Polls to a deadline."""
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:g} s for {what}")
        time.sleep(0.02)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


@contextmanager
def process(command: list[str], *, env: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own, which ends with the block."""
    with log.open("ab") as out:
        child = subprocess.Popen(
            command,
            env={**os.environ, **env},
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        yield child
    finally:
        _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(child.pid, sign)
        except ProcessLookupError:
            break
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            continue
        if sign is signal.SIGTERM and not _has_members(child.pid):
            break


def _has_members(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


class Topic:
    """The articles topic of a fresh project on an emulator, over REST so that tests need no client."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.project = f"publish-{uuid.uuid4().hex[:12]}"
        create_topology(host, self.project)

    def pull(self) -> list[dict[str, Any]]:
        """The messages that are there now, acknowledged."""
        asked = {"maxMessages": 1_000, "returnImmediately": True}
        received: list[dict[str, Any]] = self._call("pull", asked).get("receivedMessages", [])
        if received:
            self._call("acknowledge", {"ackIds": [item["ackId"] for item in received]})
        return [item["message"] for item in received]

    def _call(self, verb: str, body: Any) -> Any:
        request = urllib.request.Request(
            f"http://{self.host}/v1/projects/{self.project}/subscriptions/{ARTICLES_SUBSCRIPTION}:{verb}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)


@contextmanager
def function(
    source: Path,
    *,
    target: str,
    log_folder: Path,
    env: Mapping[str, str],
    health: str = "/",
    framework: str | None = None,
) -> Iterator[str]:
    """A function under the framework's own server; its address."""
    port = free_port()
    command = [
        framework or str(Path(sys.executable).with_name("functions-framework")),
        f"--source={source}",
        f"--target={target}",
        "--host=127.0.0.1",
        f"--port={port}",
    ]
    with process(command, env=env, log=log_folder / f"{target}-{port}.log") as child:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: child.poll() is not None or answers(url + health), what=f"the function {target}")
        if child.poll() is not None:
            raise RuntimeError(f"the function {target} ended at its start; see {log_folder}")
        yield url


@contextmanager
def publish_function(
    log_folder: Path, *, host: str, project: str, env: Mapping[str, str] | None = None
) -> Iterator[str]:
    """The publish function of this repository."""
    settings = {
        "GOOGLE_CLOUD_PROJECT": project,
        "PUBSUB_EMULATOR_HOST": host,
        "PYTHONPATH": str(ROOT),
        **(env or {}),
    }
    source = ROOT / "functions" / "publish" / "main.py"
    with function(source, target="publish", log_folder=log_folder, env=settings, health="/healthz") as url:
        yield url
