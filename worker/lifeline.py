"""A child's side of its supervisor: stop requests in, readiness and progress out."""

import os
import select
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from worker.supervisor import ALIVE, READY

_SAY_EVERY: Final = 1.0  # seconds
_PATIENT_SECONDS: Final = 12.0  # half of the time that draining may take


@dataclass(slots=True)
class Lifeline:
    """`stopping` becomes true by TERM or by the death of the parent; `hurry` some seconds later."""

    pipe: int | None = None
    clock: Callable[[], float] = time.monotonic
    _stopped_at: float | None = field(init=False, default=None)
    _said_at: float = field(init=False, default=0.0)
    _wake: int | None = field(init=False, default=None)

    @property
    def stopping(self) -> bool:
        return self._stopped_at is not None

    @property
    def hurry(self) -> bool:
        """Whether draining has lasted so long that what cannot be finished now is given back."""
        return self._stopped_at is not None and self.clock() - self._stopped_at > _PATIENT_SECONDS

    def obey_signals(self) -> None:
        """TERM asks to drain. INT reaches the whole terminal group; the parent decides what it means."""
        self._wake, wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, self._term)

    def stop(self) -> None:
        # Only a record: taking any lock here could wait for the thread that the signal interrupted.
        if self._stopped_at is None:
            self._stopped_at = self.clock()

    def ready(self) -> None:
        self._say(READY)

    def alive(self) -> None:
        """To be called once in every turn of the main loop."""
        now = self.clock()
        if now - self._said_at >= _SAY_EVERY:
            self._said_at = now
            self._say(ALIVE)

    def pause(self, seconds: float) -> None:
        """Waits; a signal ends the wait early."""
        wake = [] if self._wake is None else [self._wake]
        readable, _, _ = select.select(wake, [], [], max(0.0, seconds))
        if readable:
            os.read(readable[0], 4096)

    def _say(self, word: bytes) -> None:
        if self.pipe is None:
            return
        try:
            os.write(self.pipe, word)
        except BrokenPipeError:
            self.stop()

    def _term(self, _number: int, _frame: object) -> None:
        self.stop()
