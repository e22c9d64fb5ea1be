"""One look at everything: what is stored, what waits, who works, what died."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from namewire.backlog import read_backlog
from namewire.database import COLLECTIONS
from namewire.health import RECENT_SECONDS, ROLES
from namewire.processes import Process, paces, read_processes
from namewire.review import MOST, SUBSCRIPTIONS
from namewire.settings import Settings

# Processes write their files once a second; speed is measured over more than that.
_SPEED_SECONDS: Final = 1.2
# A look at a dead letter hides it for a while; more frequent looks would see less.
_PEEK_SECONDS: Final = 60.0


@dataclass(slots=True)
class Look:
    """Remembers what the next look needs."""

    settings: Settings
    database: Any
    review: Any
    pause: Callable[[float], None]
    _processes: list[Process] | None = field(init=False, default=None)
    _letters: dict[str, dict[str, datetime]] = field(init=False, default_factory=dict)
    _peeked_at: float | None = field(init=False, default=None)

    def __call__(self) -> dict[str, Any]:
        processes = self._measure()
        backlog = read_backlog(self.settings)
        return {
            "project": self.settings.project,
            **{name: self.database.count(name) for name in COLLECTIONS},
            "backlog": {name: found.waiting for name, found in backlog.items()},
            "oldest_s": {name: found.oldest_s for name, found in backlog.items()},
            "in_hand": _in_hand(processes),
            "processes": processes,
            "roles": _roles(processes, self.settings.run_dir),
            "dead_letters": self._peek(),
        }

    def _measure(self) -> list[dict[str, Any]] | None:
        if self._processes is None:
            self._processes = read_processes(self.settings.run_dir)
            if self._processes:
                self.pause(_SPEED_SECONDS)
        now = read_processes(self.settings.run_dir)
        before, self._processes = self._processes, now
        return None if now is None else [pace.as_json() for pace in paces(before, now)]

    def _peek(self) -> dict[str, Any]:
        now = time.monotonic()
        if self._peeked_at is None or now - self._peeked_at >= _PEEK_SECONDS:
            self._peeked_at = now
            for name in SUBSCRIPTIONS:
                seen = self.review.peek(name)
                self._letters[name] = {letter.message_id: letter.published_at for letter in seen}
        since = datetime.now(UTC) - timedelta(seconds=RECENT_SECONDS)
        return {
            name: {
                "at_least": min(len(seen), MOST),
                "more": len(seen) >= MOST,
                "recent": sum(died_at >= since for died_at in seen.values()),
            }
            for name, seen in self._letters.items()
        }


def _in_hand(processes: list[dict[str, Any]] | None) -> dict[str, int] | None:
    """By role; None where nothing is known of the processes."""
    if processes is None:
        return None
    held = dict.fromkeys(ROLES, 0)
    for process in processes:
        held[process["role"]] = held.get(process["role"], 0) + process["in_hand"]
    return held


def _roles(processes: list[dict[str, Any]] | None, run_dir: Path | None) -> dict[str, Any] | None:
    """How many processes of each are alive, and how long ago its supervisor gave a sign."""
    if processes is None or run_dir is None:
        return None
    return {
        role: {
            "alive": sum(process["alive"] for process in processes if process["role"] == role),
            "silent_s": _silent(run_dir / f"{role}.ready"),
        }
        for role in ROLES
    }


def _silent(ready_file: Path) -> float | None:
    try:
        return round(max(0.0, time.time() - ready_file.stat().st_mtime), 1)
    except OSError:
        return None
