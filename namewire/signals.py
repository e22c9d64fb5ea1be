"""INT, TERM and HUP, recorded when they come and obeyed between two steps of a command."""

import os
import select
import signal
import time
from types import FrameType, TracebackType
from typing import Final, Self

from namewire.errors import Interrupted

_HANDLED: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signals:
    """While the block runs, a signal makes the next `pause` or `check` raise Interrupted, once."""

    def __init__(self) -> None:
        self._recorded: list[int] = []
        self._before: dict[signal.Signals, object] = {}
        self._read = self._write = self._previous = -1

    def __enter__(self) -> Self:
        self._read, self._write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._previous = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, self._record) for number in _HANDLED}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type] # what signal() itself gave us
        signal.set_wakeup_fd(self._previous)
        os.close(self._read)
        os.close(self._write)

    def check(self) -> None:
        """Raises Interrupted when a signal came since the last time."""
        if self._recorded:
            number = self._recorded[0]
            self._recorded.clear()
            raise Interrupted(number)

    def pause(self, seconds: float) -> None:
        """Waits; a signal ends the wait. Raises Interrupted."""
        by = time.monotonic() + seconds
        self.check()
        while (left := by - time.monotonic()) > 0:
            readable, _, _ = select.select([self._read], [], [], left)
            if readable:
                os.read(self._read, 512)
            self.check()

    def wait_readable(self, descriptor: int) -> None:
        """Until there is something to read, or the end of it. Raises Interrupted."""
        self.check()
        while True:
            readable, _, _ = select.select([descriptor, self._read], [], [])
            if self._read in readable:
                os.read(self._read, 512)
                self.check()
            if descriptor in readable:
                return

    def _record(self, number: int, _: FrameType | None) -> None:
        self._recorded.append(number)
