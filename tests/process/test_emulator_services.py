"""The emulators, alone: they answer, they hold the topology, and nothing of them stays behind."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from contract import names
from emulator.errors import CannotRun
from emulator.ports import HOST, choose_port
from emulator.services import pubsub_emulator as run_pubsub
from emulator.topology import create_topology, read_topology

ROOT = Path(__file__).resolve().parents[2]
LAUNCHER = """
import signal, sys, time
from emulator.services import firestore_emulator
# What is started with & or nohup ignores these.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
with firestore_emulator() as host:
    print(host, flush=True)
    time.sleep(600)
"""


def ask(host: str, path: str) -> dict[str, Any]:
    connection = http.client.HTTPConnection(host, timeout=20)
    try:
        connection.request("GET", f"/v1/{path}")
        answer: dict[str, Any] = json.loads(connection.getresponse().read())
        return answer
    finally:
        connection.close()


def users_of(port: int) -> list[int]:
    """The processes whose command line names the port."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if any(f"--port={port}" in word for word in process.info["cmdline"] or ()):
            found.append(process.pid)
    return found


def wait_until_unused(port: int, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while users_of(port):
        assert time.monotonic() < deadline, f"still running after {seconds} s: {users_of(port)}"
        time.sleep(0.05)


def test_the_topology_is_made_as_written_and_making_it_again_changes_nothing(pubsub_emulator: str) -> None:
    create_topology(pubsub_emulator, "topology-test")
    create_topology(pubsub_emulator, "topology-test")
    subscription = ask(pubsub_emulator, f"projects/topology-test/subscriptions/{names.ARTICLES_SUBSCRIPTION}")
    assert subscription["ackDeadlineSeconds"] == 60
    assert "retryPolicy" not in subscription  # under one the emulator loses messages
    assert subscription["deadLetterPolicy"] == {
        "deadLetterTopic": f"projects/topology-test/topics/{names.ARTICLES_DEAD_TOPIC}",
        "maxDeliveryAttempts": 5,
    }
    found = ask(pubsub_emulator, "projects/topology-test/subscriptions")["subscriptions"]
    assert {item["name"].rsplit("/", 1)[1] for item in found} == set(read_topology()["subscriptions"])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_an_emulator_ends_with_its_launcher_however_that_ends(
    firestore_emulator: str, number: signal.Signals
) -> None:
    launcher = subprocess.Popen(
        [sys.executable, "-c", LAUNCHER],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with launcher:
        assert launcher.stdout is not None
        port = int(launcher.stdout.readline().rsplit(":", 1)[1])
        assert len(users_of(port)) >= 3  # the guard, the start script, and Java
        launcher.send_signal(number)
        wait_until_unused(port)


def test_an_emulator_is_gone_when_the_block_is_left_by_an_error(pubsub_emulator: str) -> None:
    def fail() -> None:
        with run_pubsub() as host:
            hosts.append(host)
            raise ZeroDivisionError

    hosts: list[str] = []
    with pytest.raises(ZeroDivisionError):
        fail()
    assert users_of(int(hosts[0].rsplit(":", 1)[1])) == []


def test_a_taken_port_is_named_with_the_option_that_changes_it(pubsub_emulator: str) -> None:
    taken = int(pubsub_emulator.rsplit(":", 1)[1])
    with pytest.raises(CannotRun, match=rf"Port {taken} for Pub/Sub cannot be used .*--port-pubsub"):
        choose_port(taken, what="Pub/Sub", option="--port-pubsub")


def test_only_this_machine_can_reach_an_emulator(pubsub_emulator: str) -> None:
    port = int(pubsub_emulator.rsplit(":", 1)[1])
    listening = {
        connection.laddr.ip.removeprefix("::ffff:")
        for pid in users_of(port)
        for connection in psutil.Process(pid).net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {HOST}
