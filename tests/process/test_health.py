"""The health check's answer, from the real process: what makes it 200, and whom it survives."""

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from emulator.ports import choose_port
from tests.polling import eventually
from tests.process.programs import PATIENCE, Program, running
from worker.exits import COULD_NOT_START, OK
from worker.health import FRESH_SECONDS, Health
from worker.serving import CLIENT_SECONDS, MOST_CLIENTS


@dataclass
class Check:
    """A running health check and the folder that it looks at."""

    program: Program
    port: int
    folder: Path

    def sign(self, role: str, *, age: float = 0.0) -> None:
        file = self.folder / f"{role}.ready"
        file.touch()
        os.utime(file, (time.time() - age,) * 2)

    def ask(self, path: str = "/healthz", method: str = "GET") -> httpx.Response:
        return httpx.request(method, f"http://127.0.0.1:{self.port}{path}", timeout=PATIENCE)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def answers(self) -> bool:
        try:
            self.connect().close()
        except OSError:
            return False
        return True


@pytest.fixture
def check(tmp_path: Path) -> Iterator[Check]:
    port = choose_port(None, what="health", option="another port")
    arguments = ("--port", str(port), "--folder", str(tmp_path))
    with running(tmp_path, "worker.health", *arguments) as program:
        check = Check(program, port, tmp_path)
        eventually(check.answers, seconds=PATIENCE)
        yield check


def test_both_roles_with_a_fresh_sign_are_well(check: Check) -> None:
    check.sign("work")
    check.sign("write", age=12.0)
    answer = check.ask()
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    roles = answer.json()["roles"]
    assert [(name, role["ok"]) for name, role in roles.items()] == [("work", True), ("write", True)]
    assert 0 <= roles["work"]["age_s"] < PATIENCE
    assert 12 <= roles["write"]["age_s"] < FRESH_SECONDS


def test_a_role_without_a_sign_makes_the_machine_ill_until_it_gives_one(check: Check) -> None:
    check.sign("work")
    answer = check.ask()
    assert answer.status_code == 503
    assert answer.json()["roles"]["write"] == {"ok": False, "age_s": None}
    check.sign("write")
    assert check.ask().status_code == 200


def test_an_old_sign_makes_the_machine_ill(check: Check) -> None:
    check.sign("work", age=FRESH_SECONDS + 1)
    check.sign("write")
    answer = check.ask()
    assert answer.status_code == 503
    assert answer.json()["roles"]["work"]["ok"] is False
    assert answer.json()["roles"]["write"]["ok"] is True


def test_only_the_roles_asked_for_count(tmp_path: Path) -> None:
    (tmp_path / "work.ready").touch()
    assert Health(tmp_path, ["work"]).look()["work"]["ok"] is True
    assert list(Health(tmp_path, ["work", "write"]).look()) == ["work", "write"]


def test_a_sign_is_fresh_for_just_under_its_time(tmp_path: Path) -> None:
    (tmp_path / "work.ready").touch()
    os.utime(tmp_path / "work.ready", (1_000.0, 1_000.0))
    now = 0.0
    health = Health(tmp_path, ["work"], clock=lambda: now)
    signs = []
    for age in (-5.0, 0.0, FRESH_SECONDS - 0.5, FRESH_SECONDS):
        now = 1_000.0 + age
        signs.append(health.look()["work"])
    assert [sign["ok"] for sign in signs] == [True, True, True, False]
    assert signs[0]["age_s"] == 0.0  # a clock that was set back


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/healthz/more", 404),
        ("GET", "/../etc/passwd", 404),
        ("POST", "/healthz", 405),
        ("DELETE", "/healthz", 405),
        ("GET", "/healthz?verbose=1", 503),
    ],
)
def test_there_is_one_thing_to_ask(check: Check, method: str, path: str, status: int) -> None:
    assert check.ask(path, method).status_code == status


@pytest.mark.parametrize(
    "nonsense",
    [b"\r\n\r\n", b"\x16\x03\x01\x02\x00\r\n\r\n", b"GET /healthz\r\n\r\n", b"GET /" + b"x" * 10_000],
)
def test_nonsense_is_refused_and_harms_nobody(check: Check, nonsense: bytes) -> None:
    with check.connect() as client:
        client.sendall(nonsense)
        assert client.recv(100).startswith(b"HTTP/1.1 400 ")
    assert check.ask().status_code == 503


def test_clients_that_say_nothing_delay_nobody_and_are_hung_up_on(check: Check) -> None:
    with ExitStack() as stack:
        silent = [stack.enter_context(check.connect()) for _ in range(MOST_CLIENTS - 10)]
        began = time.monotonic()
        assert check.ask().status_code == 503
        assert time.monotonic() - began < CLIENT_SECONDS
        for client in silent:
            assert _is_hung_up(client)


def test_more_clients_than_can_be_served_leave_it_working(check: Check) -> None:
    with ExitStack() as stack:
        for _ in range(MOST_CLIENTS + 100):
            stack.enter_context(check.connect())
        eventually(lambda: _asks_well(check), seconds=PATIENCE)


def test_a_client_that_dribbles_is_hung_up_on(check: Check) -> None:
    with check.connect() as client:
        client.setblocking(False)
        eventually(lambda: _says_and_is_hung_up(client), seconds=PATIENCE)


def test_it_keeps_quiet_and_ends_on_term_with_clients_waiting(check: Check) -> None:
    with check.connect() as client:
        check.ask()
        client.sendall(b"GET /heal")
        check.program.send(signal.SIGTERM)
        assert check.program.wait() == OK
    assert check.program.log() == ""


def test_an_address_in_use_is_named(check: Check, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    arguments = ("--port", str(check.port), "--folder", str(tmp_path))
    with running(other, "worker.health", *arguments) as program:
        assert program.wait() == COULD_NOT_START
        assert f"cannot listen on 127.0.0.1 port {check.port} (" in program.log()
        assert "Traceback" not in program.log()


def _is_hung_up(client: socket.socket) -> bool:
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True


def _says_and_is_hung_up(client: socket.socket) -> bool:
    try:
        client.sendall(b"G")
        return _is_hung_up(client)
    except BlockingIOError:
        return False
    except OSError:
        return True


def _asks_well(check: Check) -> bool:
    try:
        return "roles" in json.loads(check.ask().content)
    except httpx.HTTPError:
        return False
