"""What `namewire status --watch` has seen so far: for its lines, and to tell whether anything moves."""

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

LOOKS: Final = 60
_EMPTIES: Final = {"work": "articles-ner", "write": "entities-store"}

Series = deque[float | None]


@dataclass(slots=True)
class History:
    """The last looks, newest last."""

    clock: Callable[[], float] = time.monotonic
    waiting: dict[str, Series] = field(default_factory=dict)
    speeds: dict[str, Series] = field(default_factory=dict)
    _done: dict[str, object] = field(init=False, default_factory=dict)
    _moved_at: dict[str, float] = field(init=False, default_factory=dict)

    def add(self, view: Mapping[str, Any]) -> None:
        for name, number in view["backlog"].items():
            self.waiting.setdefault(name, deque(maxlen=LOOKS)).append(number)
        for role, name in _EMPTIES.items():
            mine = [process for process in view["processes"] or () if process["role"] == role]
            speeds = [process["articles_per_s"] for process in mine if process["articles_per_s"] is not None]
            speed = sum(speeds) if speeds else None
            self.speeds.setdefault(role, deque(maxlen=LOOKS)).append(speed)
            done = sorted((process["pid"], process["done"] + process["dead_lettered"]) for process in mine)
            self._note(name, done if view["processes"] is not None else view["backlog"][name], view)

    def still_s(self) -> dict[str, float]:
        """For how long each backlog has been there without that anything of it was done."""
        now = self.clock()
        return {name: now - moved_at for name, moved_at in self._moved_at.items()}

    def _note(self, name: str, done: object, view: Mapping[str, Any]) -> None:
        # Where the processes are elsewhere, a backlog that changes is a sign that something moves.
        if name not in self._moved_at or not view["backlog"][name] or done != self._done.get(name):
            self._moved_at[name] = self.clock()
        self._done[name] = done
