"""How much waits in the emulator's subscriptions, which the emulator itself does not tell.

A subscription of our own on each topic reads along and notes when each message was published; the roles
note up to which moment they are done. What was published later waits. Messages that are given back and come
again behind newer ones are not seen as waiting, so that the figure is "about"; in the cloud, Monitoring has
the exact one.
"""

import bisect
import http.client
import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from emulator.topology import CALL_SECONDS, create

FILE: Final = "backlog.json"
# Which role empties what.
_ROLES: Final = {"work": "articles-ner", "write": "entities-store"}
_PAUSE_SECONDS: Final = 0.5
_AT_ONCE: Final = 1_000
_MOST_PULLS: Final = 20  # of one look at a topic, so that the other one is looked at as well


@contextmanager
def census(host: str, project: str, run_dir: Path, topology: Mapping[str, Any]) -> Iterator[None]:
    """Counts in the background and keeps `backlog.json` in the run folder."""
    subscriptions = topology["subscriptions"]
    countings = [
        _Counting(role, name, f"projects/{project}/topics/{subscriptions[name]['topic']}", run_dir)
        for role, name in _ROLES.items()
    ]
    ended = threading.Event()
    thread = threading.Thread(
        target=_keep, args=(host, countings, run_dir, ended), name="census", daemon=True
    )
    _prepare(host, countings)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(CALL_SECONDS)


@dataclass(slots=True)
class _Counting:
    """One subscription, and when the messages that wait in it were published."""

    role: str
    name: str
    topic: str
    run_dir: Path
    _waiting: list[float] = field(init=False, default_factory=list)  # Unix times, ascending
    _done_until: float = field(init=False, default=0.0)

    @property
    def own_path(self) -> str:
        return f"{self.topic}-census".replace("/topics/", "/subscriptions/")

    def look(self, connection: http.client.HTTPConnection) -> None:
        for _ in range(_MOST_PULLS):
            received = _call(connection, f"{self.own_path}:pull", _PULL).get("receivedMessages", [])
            for item in received:
                bisect.insort(self._waiting, _unix_time(item["message"]["publishTime"]))
            if received:
                ids = [item["ackId"] for item in received]
                _call(connection, f"{self.own_path}:acknowledge", {"ackIds": ids})
            if len(received) < _AT_ONCE:
                return

    def as_json(self) -> dict[str, Any]:
        """`waiting` messages, the oldest of them `oldest_s` seconds old."""
        self._done_until = max([self._done_until, *_moments(self.run_dir, self.role)])
        del self._waiting[: bisect.bisect_right(self._waiting, self._done_until)]
        oldest = round(max(0.0, time.time() - self._waiting[0]), 1) if self._waiting else 0.0
        return {"waiting": len(self._waiting), "oldest_s": oldest}


_PULL: Final = {"maxMessages": _AT_ONCE, "returnImmediately": True}


def _prepare(host: str, countings: Sequence[_Counting]) -> None:
    connection = http.client.HTTPConnection(host, timeout=CALL_SECONDS)
    try:
        for counting in countings:
            create(connection, counting.own_path, {"topic": counting.topic, "ackDeadlineSeconds": 60})
    finally:
        connection.close()


def _keep(host: str, countings: Sequence[_Counting], run_dir: Path, ended: threading.Event) -> None:
    connection = http.client.HTTPConnection(host, timeout=CALL_SECONDS)
    while not ended.wait(_PAUSE_SECONDS):
        try:
            for counting in countings:
                counting.look(connection)
            _write(run_dir / FILE, {counting.name: counting.as_json() for counting in countings})
        except (OSError, http.client.HTTPException, ValueError):
            connection.close()  # opened anew by the next call; an emulator that is gone is others' to report
    connection.close()


def _write(target: Path, value: Mapping[str, Any]) -> None:
    draft = target.with_suffix(".tmp")
    draft.write_text(json.dumps(value), encoding="utf-8")
    draft.replace(target)


def _moments(run_dir: Path, role: str) -> Iterator[float]:
    """Up to when each process of the role is done."""
    for path in run_dir.glob(f"{role}-*.json"):
        try:
            yield float(json.loads(path.read_text(encoding="utf-8"))["done_until"])
        except (OSError, ValueError, KeyError):
            continue  # replaced or removed while we looked


def _call(connection: http.client.HTTPConnection, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    connection.request("POST", f"/v1/{path}", json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != http.client.OK:
        raise ValueError(f"the Pub/Sub emulator answers {answer.status} to {path}")
    value: dict[str, Any] = json.loads(text or b"{}")
    return value


def _unix_time(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
