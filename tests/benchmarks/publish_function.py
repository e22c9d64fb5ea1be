"""How much the publish function costs above an empty one: requests/s side by side, and articles/s in arrays.

Run it with `.venv/bin/python -m tests.benchmarks.publish_function`. The two have the same server settings
and take short turns, so that what else the machine does meets both; only the ratios are comparable between
machines. `cpu_ratio` is the same comparison in CPU time per request, which a busy machine disturbs less.
"""

import argparse
import json
import random
import selectors
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import psutil

from emulator.services import pubsub_emulator
from emulator.topology import create_topology
from tests.integration.publish_servers import function, publish_function

CONNECTIONS: Final = 32
WORDS: Final = 500
ARRAY: Final = 100
_PROJECT: Final = "namewire-benchmark"
# What the publish function asks for; the empty one gets the same.
_SERVER: Final = {"THREADS": "16"}
_EMPTY: Final = """import functions_framework


@functions_framework.http
def empty(request):
    return "ok"
"""


def article(number: int, *, words: int = WORDS) -> dict[str, str]:
    """A made-up article of news-like length; the number makes it one of a kind."""
    draw = random.Random(number)
    text = " ".join("".join(draw.choices("etaoinshrdlu", k=draw.randint(2, 9))) for _ in range(words))
    return {
        "content": text,
        "publication": "Benchmark Gazette",
        "title": f"Article {number}",
        "url": f"https://news.example/{number}",
        "published_at": "2026-11-24T08:30:00Z",
    }


def request_bytes(body: Any) -> bytes:
    data = json.dumps(body).encode()
    head = (
        f"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(data)}"
    )
    return head.encode() + b"\r\n\r\n" + data


class Load:
    """Keep-alive connections that each send the next request when the last is answered.

    Sockets and a selector rather than a client library: the driver shares the machine with what it measures.
    """

    def __init__(self, url: str, requests: Sequence[bytes], *, connections: int = CONNECTIONS) -> None:
        self._address = (urlsplit(url).hostname or "", urlsplit(url).port or 0)
        self._servers = _servers(url)
        self._requests = requests
        self._connections = connections
        self._sent = 0
        self.statuses: dict[str, int] = {}
        self.cpu_seconds = 0.0

    def run(self, seconds: float) -> float:
        """Requests answered per second."""
        with selectors.DefaultSelector() as selector, self._connected(selector):
            started = time.monotonic()
            answered = 0
            cpu = _cpu_seconds(self._servers)
            while time.monotonic() < started + seconds:
                for key, _ in selector.select(timeout=1.0):
                    answered += self._receive(key)
            self.cpu_seconds += _cpu_seconds(self._servers) - cpu
            return answered / (time.monotonic() - started)

    @property
    def cpu_micros(self) -> float:
        """CPU time of the server per request, over all turns."""
        return 1e6 * self.cpu_seconds / sum(self.statuses.values())

    @contextmanager
    def _connected(self, selector: selectors.BaseSelector) -> Iterator[None]:
        sockets = [socket.create_connection(self._address) for _ in range(self._connections)]
        try:
            for sock in sockets:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                selector.register(sock, selectors.EVENT_READ, bytearray())
                self._send(sock)
            yield
        finally:
            for sock in sockets:
                sock.close()

    def _receive(self, key: selectors.SelectorKey) -> int:
        sock: Any = key.fileobj
        received: bytearray = key.data
        data = sock.recv(262_144)
        if not data:
            raise ConnectionError("the function closed a connection")
        received += data
        if not _is_whole(received):
            return 0
        status = received[9:12].decode()
        self.statuses[status] = self.statuses.get(status, 0) + 1
        received.clear()
        self._send(sock)
        return 1

    def _send(self, sock: socket.socket) -> None:
        sock.sendall(self._requests[self._sent % len(self._requests)])
        self._sent += 1


def _servers(url: str) -> list[psutil.Process]:
    mark = f"--port={urlsplit(url).port}"
    return [item for item in psutil.process_iter(["cmdline"]) if mark in (item.info["cmdline"] or [])]


def _cpu_seconds(processes: Sequence[psutil.Process]) -> float:
    times = [process.cpu_times() for process in processes]
    return sum(item.user + item.system for item in times)


def _is_whole(received: bytearray) -> bool:
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return False
    head = bytes(received[:end]).lower()
    length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
    return len(received) >= end + 4 + length


def measure(*, rounds: int, seconds: float) -> dict[str, Any]:
    """Every figure, from servers started for this run."""
    singles = [request_bytes(article(number)) for number in range(500)]
    arrays = [
        request_bytes([article(start * ARRAY + number) for number in range(ARRAY)]) for start in range(10)
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "empty.py").write_text(_EMPTY)
        with (
            pubsub_emulator() as host,
            publish_function(folder, host=host, project=_PROJECT, env=_SERVER) as ours,
            function(folder / "empty.py", target="empty", log_folder=folder, env=_SERVER) as empty,
        ):
            create_topology(host, _PROJECT)
            return _figures(ours, empty, singles, arrays, rounds=rounds, seconds=seconds)


def _figures(
    ours: str, empty: str, singles: Sequence[bytes], arrays: Sequence[bytes], *, rounds: int, seconds: float
) -> dict[str, Any]:
    loads = {
        "empty": Load(empty, singles),
        "publish": Load(ours, singles),
        "arrays": Load(ours, arrays, connections=8),
    }
    rates: dict[str, list[float]] = {name: [] for name in loads}
    for load in loads.values():
        load.run(min(1.0, seconds))
    for _ in range(rounds):
        for name, load in loads.items():
            rates[name].append(load.run(seconds))
    median = {name: statistics.median(values) for name, values in rates.items()}
    pairs = zip(rates["publish"], rates["empty"], strict=True)
    return {
        "connections": CONNECTIONS,
        "empty_requests_per_second": round(median["empty"]),
        "publish_requests_per_second": round(median["publish"]),
        "ratio": round(statistics.median(ours / theirs for ours, theirs in pairs), 3),
        "empty_cpu_micros_per_request": round(loads["empty"].cpu_micros),
        "publish_cpu_micros_per_request": round(loads["publish"].cpu_micros),
        "cpu_ratio": round(loads["empty"].cpu_micros / loads["publish"].cpu_micros, 3),
        "array_articles_per_second": round(median["arrays"] * ARRAY),
        "answers": {name: load.statuses for name, load in loads.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    parser.add_argument("--rounds", type=int, default=15, help="turns of each side (default 15)")
    parser.add_argument("--seconds", type=float, default=1.5, help="length of a turn (default 1.5)")
    options = parser.parse_args()
    figures = measure(rounds=options.rounds, seconds=options.seconds)
    if options.json:
        print(json.dumps(figures))
        return
    width = max(len(name) for name in figures)
    for name, value in figures.items():
        sys.stdout.write(f"{name.replace('_', ' '):{width}}  {value}\n")


if __name__ == "__main__":
    main()
