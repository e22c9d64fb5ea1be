"""What the worker's processes say about themselves, in the status files of the run folder."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Process:
    """Totals since the process started, as of `at` (Unix time)."""

    role: str
    slot: int
    pid: int
    at: float
    received: int
    done: int
    dead_lettered: int
    words: int
    busy_s: float
    alive: bool

    @property
    def in_hand(self) -> int:
        return max(0, self.received - self.done - self.dead_lettered)


@dataclass(frozen=True, slots=True)
class Pace:
    """A process with its speed between two looks; None before there were two."""

    process: Process
    articles_per_s: float | None
    words_per_s: float | None

    def as_json(self) -> dict[str, Any]:
        speed = {"articles_per_s": self.articles_per_s, "words_per_s": self.words_per_s}
        return {**asdict(self.process), "in_hand": self.process.in_hand, **speed}


def read_processes(run_dir: Path | None) -> list[Process] | None:
    """None where there is no run folder: in the cloud, the processes are on other machines."""
    if run_dir is None or not run_dir.is_dir():
        return None
    found = (_read(path) for path in sorted(run_dir.glob("*-*.json")))
    return [process for process in found if process is not None]


def paces(before: Iterable[Process] | None, now: Sequence[Process]) -> list[Pace]:
    earlier = {(process.role, process.slot, process.pid): process for process in before or ()}
    return [_pace(earlier.get((process.role, process.slot, process.pid)), process) for process in now]


def _pace(before: Process | None, now: Process) -> Pace:
    if before is None:
        return Pace(now, None, None)
    seconds = now.at - before.at
    if seconds <= 0:  # nothing was written in between: nothing has happened
        return Pace(now, 0.0, 0.0)
    articles, words = now.done - before.done, now.words - before.words
    return Pace(now, round(articles / seconds, 1), round(words / seconds, 1))


def _read(path: Path) -> Process | None:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        return _process(value)
    except (OSError, ValueError, KeyError, TypeError):
        return None  # replaced or removed while we looked, or not one of ours


def _process(value: Mapping[str, Any]) -> Process:
    return Process(
        role=str(value["role"]),
        slot=int(value["slot"]),
        pid=int(value["pid"]),
        at=float(value["at"]),
        received=int(value["received"]),
        done=int(value["done"]),
        dead_lettered=int(value["dead_lettered"]),
        words=int(value["words"]),
        busy_s=float(value["busy_s"]),
        alive=_is_alive(int(value["pid"])),
    )


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
