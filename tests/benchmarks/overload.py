"""Ten times more articles than the worker can take: what becomes of latency, memory, backlog and order?

    python -m tests.benchmarks.overload [--seconds 300] [--times 10] [--json]

The whole house as processes on the emulators. How fast it is alone is measured first; then so many times as
many articles arrive through the publish function, one a request, at even distances. For the flood the worker
has one process and spaCy's own loop, so that ten times its speed is still little for the sender and the
function beside it; when the flood is over more workers come, as they do in the cloud, and everything is
waited for. Exit code 1 when an article is missing or was refused, or when something did not stay flat.
"""

import argparse
import itertools
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import httpx
import psutil
from google.cloud import firestore

from emulator.census import census
from emulator.services import firestore_emulator, pubsub_emulator
from emulator.topology import create_topology, read_topology
from namewire.backlog import read_backlog
from namewire.settings import Settings
from tests.acceptance.roles import Role, running
from tests.benchmarks.articles import many_articles
from tests.integration.publish_servers import publish_function
from tests.polling import eventually

_PROJECT: Final = "namewire-overload"
_KINDS: Final = 500  # different texts
_WARM: Final = 200  # articles before anything is measured
_ALONE: Final = 300  # articles that show how fast the house is
_SENDERS: Final = 16
_LOOK_SECONDS: Final = 1.0
_PARTS: Final = 10
_DRAIN_SECONDS: Final = 3_600
_SLOW: Final = {"NAMEWIRE_ENGINE": "spacy", "NAMEWIRE_PROCESSES": "1"}
_FLAT_LATENCY: Final = 1.5  # the last tenth against the first
_FLAT_MEMORY: Final = 1.1


@dataclass(frozen=True, slots=True)
class Look:
    """The house at one moment of the flood."""

    seconds: float
    waiting: int
    worker_mb: float
    function_mb: float


@dataclass(slots=True)
class Flood:
    """What was sent, and how it was answered."""

    ids: list[str] = field(default_factory=list)
    refused: int = 0
    latencies: list[tuple[float, float]] = field(default_factory=list)  # since the start; seconds it took
    looks: list[Look] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(slots=True)
class House:
    """The running parts that are sent to and looked at."""

    url: str
    run_dir: Path
    client: Any

    def stored(self) -> int:
        return int(self.client.collection("articles").count().get()[0][0].value)

    def waiting(self) -> int:
        settings = Settings(project=_PROJECT, pubsub_emulator="the census", run_dir=self.run_dir)
        return read_backlog(settings)["articles-ner"].waiting or 0


def measure(*, seconds: float, times: float) -> dict[str, Any]:
    """Every figure of one flood."""
    with _house() as house:
        with running("work", house.run_dir, **_SLOW) as work:
            work.wait_ready()
            speed = _speed_alone(house)
            flood = _flood(house, work, rate=speed * times, seconds=seconds)
            assert work.terminate() == 0
        drained = _drain(house, _WARM + _ALONE + len(flood.ids))
        stored = house.stored()
        return {
            "house_articles_per_s": round(speed, 1),
            "sent_per_s": round(len(flood.ids) / flood.seconds, 1),
            "sent": len(flood.ids),
            "refused": flood.refused,
            "missing": _WARM + _ALONE + len(flood.ids) - stored,
            "waiting_most": max(look.waiting for look in flood.looks),
            "drain_s": round(drained, 1),
            **_latencies(flood),
            **_memory(flood.looks),
            "oldest_first": _oldest_first(house.client),
        }


def holds(result: dict[str, Any]) -> bool:
    grown = max(float(result["worker_growth"]), float(result["function_growth"]))
    flat = float(result["latency_growth"]) < _FLAT_LATENCY and grown < _FLAT_MEMORY
    return flat and not result["refused"] and not result["missing"]


@contextmanager
def _house() -> Iterator[House]:
    with ExitStack() as parts:
        folder = Path(parts.enter_context(tempfile.TemporaryDirectory()))
        pubsub, database = (parts.enter_context(make()) for make in (pubsub_emulator, firestore_emulator))
        settings = {
            "GOOGLE_CLOUD_PROJECT": _PROJECT,
            "PUBSUB_EMULATOR_HOST": pubsub,
            "FIRESTORE_EMULATOR_HOST": database,
        }
        # Whoever comes after this in the same process has emulators of its own.
        parts.enter_context(patch.dict(os.environ, settings))
        create_topology(pubsub, _PROJECT)
        parts.enter_context(census(pubsub, _PROJECT, folder, read_topology()))
        url = parts.enter_context(publish_function(folder, host=pubsub, project=_PROJECT))
        parts.enter_context(running("write", folder)).wait_ready()
        client = firestore.Client(project=_PROJECT)
        yield House(url, folder, client)
        client.close()


def _speed_alone(house: House) -> float:
    """Articles a second from the function to Firestore, when nobody waits."""
    articles = _articles("alone")
    _send_all(house.url, list(itertools.islice(articles, _WARM)))
    eventually(lambda: house.stored() >= _WARM, seconds=300, pause=0.2)
    began = time.monotonic()
    _send_all(house.url, list(itertools.islice(articles, _ALONE)))
    eventually(lambda: house.stored() >= _WARM + _ALONE, seconds=300, pause=0.2)
    return _ALONE / (time.monotonic() - began)


def _send_all(url: str, articles: Sequence[dict[str, Any]]) -> None:
    answer = httpx.post(url, json=articles, timeout=60.0).raise_for_status().json()
    assert not answer["rejected"], answer["rejected"]


def _flood(house: House, work: Role, *, rate: float, seconds: float) -> Flood:
    """Requests at even distances from several connections; late ones do not move those that follow."""
    flood = Flood()
    began = time.monotonic()
    turns = _turns(began, rate, seconds, _articles("flood"))
    lock = threading.Lock()
    with ThreadPoolExecutor(_SENDERS) as pool:
        senders = [pool.submit(_send, house.url, turns, lock, flood, began) for _ in range(_SENDERS)]
        while not all(sender.done() for sender in senders):
            flood.looks.append(_look(house, work, time.monotonic() - began))
            _report(flood.looks[-1], len(flood.ids))
            time.sleep(_LOOK_SECONDS)
        for sender in senders:
            sender.result()
    flood.seconds = time.monotonic() - began
    eventually(lambda: _note_backlog(house, work, flood), seconds=30)
    return flood


def _turns(
    began: float, rate: float, seconds: float, articles: Iterator[dict[str, Any]]
) -> Iterator[tuple[float, dict[str, Any]]]:
    """When to send what."""
    for number in range(int(rate * seconds)):
        yield began + number / rate, next(articles)


def _send(
    url: str,
    turns: Iterator[tuple[float, dict[str, Any]]],
    lock: threading.Lock,
    flood: Flood,
    began: float,
) -> None:
    with httpx.Client(timeout=60.0) as client:
        while True:
            with lock:
                turn = next(turns, None)
            if turn is None:
                return
            at, article = turn
            time.sleep(max(0.0, at - time.monotonic()))
            sent = time.monotonic()
            answer = client.post(url, json=article)
            with lock:
                flood.latencies.append((sent - began, time.monotonic() - sent))
                flood.ids.append(article["id"])
                flood.refused += answer.status_code != httpx.codes.ACCEPTED


def _note_backlog(house: House, work: Role, flood: Flood) -> bool:
    """One look after the census has seen the last article."""
    flood.looks.append(_look(house, work, flood.seconds))
    return flood.looks[-1].waiting > 0


def _look(house: House, work: Role, seconds: float) -> Look:
    port = house.url.rsplit(":", 1)[-1].strip("/")
    servers = [
        process
        for process in psutil.process_iter(["cmdline"])
        if f"--port={port}" in (process.info["cmdline"] or [])
    ]
    return Look(seconds, house.waiting(), _megabytes(work.children()), _megabytes(servers))


def _megabytes(processes: Sequence[psutil.Process]) -> float:
    return max(process.memory_info().rss for process in processes) / 1e6


def _drain(house: House, expected: int) -> float:
    """More workers come; seconds until everything is stored."""
    began = time.monotonic()
    with running("work", house.run_dir) as work:
        work.wait_ready()
        eventually(lambda: house.stored() >= expected, seconds=_DRAIN_SECONDS, pause=1.0)
        assert work.terminate() == 0
    return time.monotonic() - began


def _articles(kind: str) -> Iterator[dict[str, Any]]:
    texts = [article for article in many_articles(_KINDS) if len(json.dumps(article)) < 100_000]
    for number, article in enumerate(itertools.cycle(texts)):
        yield {**article, "id": f"{kind}-{number}", "url": ""}


def _latencies(flood: Flood) -> dict[str, Any]:
    """In milliseconds, of the first and the last tenth of the flood."""
    tenth = flood.seconds / _PARTS
    first = [took for at, took in flood.latencies if at < tenth]
    last = [took for at, took in flood.latencies if at >= flood.seconds - tenth]
    return {
        "latency_first_ms": round(1_000 * statistics.median(first), 1),
        "latency_last_ms": round(1_000 * statistics.median(last), 1),
        "latency_last_p95_ms": round(1_000 * statistics.quantiles(last, n=20)[-1], 1),
        "latency_growth": round(statistics.median(last) / statistics.median(first), 2),
    }


def _memory(looks: Sequence[Look]) -> dict[str, Any]:
    """The largest process of each part, in the second and in the last tenth: the first warms up."""
    part = max(1, len(looks) // _PARTS)
    early, late = looks[part : 2 * part] or looks[:1], looks[-part:]
    figures: dict[str, Any] = {}
    for name in ("worker", "function"):
        before, after = (max(getattr(look, f"{name}_mb") for look in some) for some in (early, late))
        figures |= {
            f"{name}_first_mb": round(before),
            f"{name}_last_mb": round(after),
            f"{name}_growth": round(after / before, 3),
        }
    return figures


def _oldest_first(client: firestore.Client) -> float:
    """Rank correlation of when the articles of the flood were received and read; 1 is strict order."""
    fields = ("received_at", "processed_at")
    documents = (snapshot for snapshot in client.collection("articles").select(fields).stream())
    pairs = sorted(
        (snapshot.get("received_at"), snapshot.get("processed_at"))
        for snapshot in documents
        if snapshot.id.startswith("flood-")
    )
    order = sorted(range(len(pairs)), key=lambda number: pairs[number][1])
    return round(statistics.correlation(list(range(len(pairs))), order), 4)


def _report(look: Look, sent: int) -> None:
    if int(look.seconds) % 10 == 0:
        sys.stderr.write(f"{look.seconds:6.0f} s, {sent:7,} sent, {look.waiting:7,} waiting\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=300.0, help="how long the flood lasts (300)")
    parser.add_argument("--times", type=float, default=10.0, help="the speed of the house (10)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = measure(seconds=options.seconds, times=options.times)
    result["holds"] = holds(result)
    if options.json:
        print(json.dumps(result))
    else:
        for name, value in result.items():
            print(f"{name:24} {value}")
    return 0 if result["holds"] else 1


if __name__ == "__main__":
    sys.exit(main())
