"""The publish function as it is deployed: under the framework's own server, against the Pub/Sub emulator."""

import base64
import concurrent.futures
import gzip
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from contract.limits import BODY_BYTES
from emulator.services import pubsub_emulator as run_pubsub
from emulator.topology import create_topology
from tests.integration.publish_servers import (
    ROOT,
    Topic,
    free_port,
    publish_function,
    wait_until,
)

NDJSON = {"Content-Type": "application/x-ndjson"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("publish")


@pytest.fixture(scope="module")
def topic(pubsub_emulator: str) -> Topic:
    return Topic(pubsub_emulator)


@pytest.fixture(scope="module")
def url(folder: Path, topic: Topic) -> Iterator[str]:
    with publish_function(folder, host=topic.host, project=topic.project) as running:
        yield running


@pytest.fixture(autouse=True)
def nothing_left_over(topic: Topic) -> None:
    """Every test begins with an empty subscription."""
    while topic.pull():
        pass


def article(number: int = 0, **fields: Any) -> dict[str, Any]:
    return {"content": f"Angela Merkel met number {number}.", "publication": "Gazette", **fields}


def received(topic: Topic, count: int) -> list[dict[str, Any]]:
    """So many messages, with their data decoded."""
    messages: list[dict[str, Any]] = []

    def has_all() -> bool:
        messages.extend(topic.pull())
        return len(messages) >= count

    wait_until(has_all, what=f"{count} messages")
    for message in messages:
        message["article"] = json.loads(base64.b64decode(message["data"]))
    return messages


def exchange(url: str, *pieces: bytes, half_close: bool = False) -> bytes:
    """What the server answers on a raw connection until it closes it, or falls silent."""
    address = (urlsplit(url).hostname, urlsplit(url).port)
    with socket.create_connection(address, timeout=20) as sock:
        try:
            for piece in pieces:
                sock.sendall(piece)
            if half_close:
                sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it has heard enough
        answer = b""
        while b"\r\n\r\n" not in answer:
            data = sock.recv(65_536)
            if not data:
                break
            answer += data
        return answer


def head(*lines: str) -> bytes:
    first = ("POST / HTTP/1.1", "Host: localhost", "Content-Type: application/json")
    return "\r\n".join([*first, *lines, "", ""]).encode()


def test_an_accepted_article_is_in_pubsub(url: str, topic: Topic) -> None:
    response = httpx.post(url, json=article(id="one", title="Meeting"))
    assert response.status_code == 202
    (message,) = received(topic, 1)
    assert message["messageId"] == response.json()["message_id"]
    assert message["attributes"] == {"article_id": "one", "publication_key": "gazette"}
    assert message["article"]["title"] == "Meeting"


def test_a_batch_is_in_pubsub_article_by_article(url: str, topic: Topic) -> None:
    lines = "\n".join(json.dumps(article(number)) for number in range(2_500)).encode()
    response = httpx.post(
        url + "/articles",
        content=gzip.compress(lines),
        headers={**NDJSON, "Content-Encoding": "gzip"},
        timeout=60,
    )
    assert response.status_code == 202
    accepted = response.json()["accepted"]
    messages = received(topic, 2_500)
    assert {m["messageId"]: m["article"]["id"] for m in messages} == {
        a["message_id"]: a["id"] for a in accepted
    }


def test_a_correction_is_published_after_its_original(url: str, topic: Topic) -> None:
    versions = [article(id="same", content=f"Version {number}.") for number in range(5)]
    assert httpx.post(url, json=versions).status_code == 202
    messages = received(topic, 5)
    in_order = sorted(messages, key=lambda message: int(message["messageId"]))
    assert [m["article"]["content"] for m in in_order] == [f"Version {number}." for number in range(5)]
    times = [m["publishTime"] for m in in_order]
    assert times == sorted(times)


def test_every_answer_of_many_at_once_is_true(url: str, topic: Topic) -> None:
    with httpx.Client(limits=httpx.Limits(max_connections=32)) as client:

        def send(number: int) -> tuple[str, str]:
            response = client.post(url, json=article(number, id=f"n{number}"), timeout=60)
            assert response.status_code == 202
            return response.json()["message_id"], response.json()["id"]

        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            answers = dict(pool.map(send, range(400)))
    assert {m["messageId"]: m["article"]["id"] for m in received(topic, 400)} == answers


def test_fifty_requests_at_first_use_make_one_channel(folder: Path, topic: Topic) -> None:
    with publish_function(folder, host=topic.host, project=topic.project, env={"THREADS": "50"}) as fresh:
        with concurrent.futures.ThreadPoolExecutor(50) as pool:
            statuses = list(
                pool.map(lambda n: httpx.post(fresh, json=article(n), timeout=60).status_code, range(50))
            )
        assert statuses == [202] * 50
        assert _connections(fresh, to=topic.host) == 1
    received(topic, 50)


def _processes(url: str) -> list[psutil.Process]:
    """The processes of the function at this address."""
    mark = f"--port={urlsplit(url).port}"
    return [
        process for process in psutil.process_iter(["cmdline"]) if mark in (process.info["cmdline"] or [])
    ]


def _connections(url: str, *, to: str) -> int:
    port = int(to.split(":")[1])
    connections = [item for process in _processes(url) for item in process.net_connections("tcp")]
    return sum(1 for item in connections if item.raddr and item.raddr.port == port)


def _peak_bytes(process: psutil.Process) -> int:
    """The most memory it ever had."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def _printed_after_loading(code: str, **settings: str) -> list[str]:
    """What code prints in an interpreter of its own that has loaded the function."""
    code = (
        "import os, sys, threading, psutil, functions_framework\n"
        "functions_framework.create_app('publish', sys.argv[1])\n" + code
    )
    env = {
        **{key: value for key, value in os.environ.items() if key != "THREADS"},
        "GOOGLE_CLOUD_PROJECT": "demo-project",
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'functions' / 'publish'}",
        **settings,
    }
    source = ROOT / "functions" / "publish" / "main.py"
    done = subprocess.run(
        [sys.executable, "-c", code, str(source)],
        env=env,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.split()


def test_loading_the_function_opens_nothing() -> None:
    code = (
        "heavy = {'spacy', 'thinc', 'numpy'} & set(sys.modules)\n"
        "us = psutil.Process()\n"
        "print(threading.active_count(), len(us.net_connections()), us.num_threads(), heavy)"
    )
    assert _printed_after_loading(code) == ["1", "0", "1", "set()"]


def test_the_function_asks_for_threads_unless_the_deployment_does() -> None:
    code = (
        "from functions_framework._http.gunicorn import GunicornApplication\n"
        "print(GunicornApplication(None, '', 0, False).cfg.threads)"
    )
    assert _printed_after_loading(code) == ["16"]
    assert _printed_after_loading(code, THREADS="3") == ["3"]


def test_without_a_project_it_does_not_start() -> None:
    env = {key: value for key, value in os.environ.items() if key != "GOOGLE_CLOUD_PROJECT"}
    source = ROOT / "functions" / "publish" / "main.py"
    done = subprocess.run(
        [Path(sys.executable).with_name("functions-framework"), f"--source={source}", "--target=publish"],
        env={**env, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    assert "GOOGLE_CLOUD_PROJECT is not set" in done.stderr
    assert "Traceback" not in done.stderr


class TestHostileConnections:
    """Raw bytes: the server answers each within seconds and goes on."""

    @pytest.fixture(autouse=True)
    def still_answers(self, url: str) -> Iterator[None]:
        yield
        assert httpx.get(url + "/healthz", timeout=10).status_code == 200

    def test_a_chunked_body_is_read(self, url: str) -> None:
        body = json.dumps(article(id="chunked")).encode()
        chunks = b"".join(b"%x\r\n%s\r\n" % (1, body[i : i + 1]) for i in range(len(body)))
        answer = exchange(url, head("Transfer-Encoding: chunked"), chunks, b"0\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 202")

    def test_a_chunked_body_without_an_end_is_cut(self, url: str) -> None:
        chunk = b"%x\r\n%s\r\n" % (1 << 20, b"x" * (1 << 20))
        answer = exchange(url, head("Transfer-Encoding: chunked"), *[chunk] * 20)
        assert answer.startswith(b"HTTP/1.1 413") or answer == b""

    @pytest.mark.parametrize("chunks", [b"zz\r\n", b"5\r\nhello", b"5\r\nhelloXX", b"-1\r\n"])
    def test_a_broken_chunk_is_a_bad_request(self, url: str, chunks: bytes) -> None:
        answer = exchange(url, head("Transfer-Encoding: chunked"), chunks, half_close=True)
        assert answer.startswith(b"HTTP/1.1 400")

    def test_a_body_shorter_than_announced_is_a_bad_request(self, url: str) -> None:
        answer = exchange(url, head("Content-Length: 1000"), b'{"content"', half_close=True)
        assert answer.startswith(b"HTTP/1.1 400")
        assert b"application/problem+json" in answer

    def test_a_body_longer_than_announced_does_not_become_part_of_it(self, url: str) -> None:
        body = json.dumps(article()).encode()
        answer = exchange(url, head(f"Content-Length: {len(body)}"), body + b"garbage")
        assert answer.startswith(b"HTTP/1.1 202")

    def test_a_large_announcement_is_refused_before_the_body(self, url: str) -> None:
        answer = exchange(url, head(f"Content-Length: {BODY_BYTES + 1}"))
        assert answer.startswith(b"HTTP/1.1 413")

    @pytest.mark.parametrize("length", ["-1", "abc", "1e3", "5, 6"])
    def test_a_length_that_is_none_is_a_bad_request(self, url: str, length: str) -> None:
        assert exchange(url, head(f"Content-Length: {length}")).startswith(b"HTTP/1.1 400")

    def test_no_body_and_no_length_is_a_bad_request(self, url: str) -> None:
        assert exchange(url, head()).startswith(b"HTTP/1.1 400")

    def test_slow_senders_do_not_stop_the_others(self, url: str) -> None:
        address = (urlsplit(url).hostname, urlsplit(url).port)
        slow = [socket.create_connection(address) for _ in range(4)]
        try:
            for sock in slow:
                sock.sendall(head("Content-Length: 1000") + b'{"con')
            started = time.monotonic()
            assert httpx.post(url, json=article(), timeout=20).status_code == 202
            assert time.monotonic() - started < 5
        finally:
            for sock in slow:
                sock.close()

    def test_memory_stays_bounded_whatever_is_sent(self, url: str) -> None:
        bodies = [
            b"[" + b"{}," * 3_000_000 + b"{}]",
            b'{"content": "x", "publication": "y", "junk": [' + b"[]," * 3_000_000 + b"1]}",
            b'{"content": "x", "publication": "y", "authors": [' + b"1," * 4_000_000 + b"1]}",
            b"\n" * BODY_BYTES,
            b"{}\n" * 3_000_000,
        ]

        def send(body: bytes) -> int:
            kind = (
                "application/x-ndjson" if body[:1] in b"\n{" and b"}\n{" in body[:10] else "application/json"
            )
            return httpx.post(url, content=body, headers={"Content-Type": kind}, timeout=100).status_code

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            statuses = list(pool.map(send, bodies * 2))
        assert set(statuses) <= {202, 400, 413, 422}
        assert max(_peak_bytes(process) for process in _processes(url)) < 1_000_000_000


def test_an_upload_over_the_limit_is_answered(url: str) -> None:
    """A client that sends all before it reads may see the connection close instead."""
    try:
        status = httpx.post(url, content=b"x" * 25_000_000, headers=NDJSON, timeout=60).status_code
    except httpx.TransportError:
        return
    assert status == 413


def test_a_missing_topic_is_told_to_the_operator(folder: Path, topic: Topic) -> None:
    with publish_function(folder, host=topic.host, project="another-project") as elsewhere:
        response = httpx.post(elsewhere, json=article(), timeout=30)
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "60"
    assert "terraform apply" in response.json()["detail"]


def test_pubsub_away_is_a_503_and_back_again_a_202(folder: Path) -> None:
    port = free_port()
    env = {"NAMEWIRE_PUBLISH_TIMEOUT": "1.5"}
    with publish_function(folder, host=f"127.0.0.1:{port}", project="demo-project", env=env) as url:
        for _ in range(2):
            _is_away(url)
            with run_pubsub(port) as host:
                create_topology(host, "demo-project")
                wait_until(lambda: _status(url) == 202, what="a 202", seconds=15)


def _status(url: str) -> int:
    return httpx.post(url, json=article(), timeout=30).status_code


def _is_away(url: str) -> None:
    started = time.monotonic()
    response = httpx.post(url, json=[article(1), article(2)], timeout=30)
    assert response.status_code == 503
    assert "Retry-After" in response.headers
    assert response.json()["unconfirmed"] == [0, 1]
    assert time.monotonic() - started < 5
    assert httpx.get(url + "/healthz").status_code == 200


def test_a_pubsub_that_never_answers_is_a_503_in_time(folder: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        with publish_function(
            folder, host=host, project="demo-project", env={"NAMEWIRE_PUBLISH_TIMEOUT": "1"}
        ) as url:
            started = time.monotonic()
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                statuses = list(
                    pool.map(lambda n: httpx.post(url, json=article(n), timeout=30).status_code, range(8))
                )
            assert statuses == [503] * 8
            assert time.monotonic() - started < 6


def test_keys_are_asked_for(folder: Path, topic: Topic) -> None:
    with publish_function(
        folder, host=topic.host, project=topic.project, env={"NAMEWIRE_API_KEYS": "hush,other"}
    ) as closed:
        assert httpx.post(closed, json=article()).status_code == 401
        assert httpx.post(closed, json=article(), headers={"X-API-Key": "other"}).status_code == 202
        assert httpx.get(closed + "/healthz").status_code == 200
