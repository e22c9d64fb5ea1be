"""Looks again and again at how many articles are finished: so it is known how long a fault was felt."""

import threading
import time
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Final

from emulator.chaos.outside import Outside

_EVERY: Final = 0.25  # seconds


@dataclass(slots=True)
class Pulse:
    """The moments at which the number of stored articles had grown."""

    outside: Outside
    collection: str
    count: int = field(init=False, default=0)
    _beats: list[float] = field(init=False, default_factory=list)
    _stop: threading.Event = field(init=False, default_factory=threading.Event)
    _thread: threading.Thread | None = field(init=False, default=None)
    _error: Exception | None = field(init=False, default=None)

    def start(self) -> None:
        self._thread = threading.Thread(target=self._watch, name="pulse", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self.outside.close()

    def recovered(self, since: float) -> float | None:
        """Seconds until more was finished than before; None when all was, or nothing more came."""
        place = bisect_right(self._beats, since)
        return self._beats[place] - since if place < len(self._beats) else None

    def check(self) -> None:
        if self._error is not None:
            raise self._error

    def _watch(self) -> None:
        try:
            while not self._stop.wait(_EVERY):
                count = self.outside.count(self.collection)
                if count > self.count:
                    self.count = count
                    self._beats.append(time.monotonic())
        except Exception as error:  # noqa: BLE001 - told by check(), in the thread that can act on it
            self._error = error
