"""Whether more may be sent now: live articles go first."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from namewire.backlog import Backlog

# The house counts twice a second, Monitoring once a minute.
HOUSE_SECONDS: Final = 0.5
MONITORING_SECONDS: Final = 30.0


@dataclass(slots=True)
class Throttle:
    """`behind`: how many other messages may wait while we send; `rate`: articles a second, at most."""

    backlog: Callable[[], Mapping[str, Backlog]]
    every: float
    behind: int
    rate: float | None = None
    clock: Callable[[], float] = time.monotonic
    others: int | None = field(init=False, default=None)  # None: not known
    _looked_at: float = field(init=False, default=-math.inf)
    _since: float | None = field(init=False, default=None)
    _sent: int = field(init=False, default=0)

    def room(self, most: int, *, under_way: int) -> int:
        """How many of `most` may be sent."""
        self._look(under_way)
        if self.others is not None and self.others > self.behind:
            return 0
        return most if self.rate is None else max(0, min(most, self._due()))

    def sent(self, number: int) -> None:
        self._sent += number

    @property
    def waits(self) -> bool:
        return self.others is not None and self.others > self.behind

    def _look(self, under_way: int) -> None:
        now = self.clock()
        if now - self._looked_at < self.every:
            return
        self._looked_at = now
        waiting = [backlog.waiting for backlog in self.backlog().values()]
        known = [number for number in waiting if number is not None]
        # What waits may be ours; of an older figure, more than is under way now.
        self.others = max(0, sum(known) - under_way) if known else None

    def _due(self) -> int:
        now = self.clock()
        if self._since is None:
            self._since = now
        return math.floor((now - self._since) * (self.rate or 0.0)) + 1 - self._sent
