"""Pulls ahead of the work, by a little: one batch is ready when the one before is done, never more.

What is pulled is held back from other processes, and exposed to the death of this one.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from telemetry.events import event
from worker.fate import TryLater
from worker.leases import Leases
from worker.pubsub import Received
from worker.suspects import held_alone, next_suspects

log = logging.getLogger(__name__)

_FIRST_PAUSE: Final = 0.25  # seconds; doubles while Pub/Sub cannot be reached
_LONGEST_PAUSE: Final = 5.0
_TICK: Final = 0.1  # how long a stop request may go unseen
_LAST_PULL_SECONDS: Final = 1.0
_TURN_OF_OTHERS: Final = 2.0  # so that they get half of the time at least, the first two stalls included


class Pulls(Protocol):
    """The part of a subscription that this module needs."""

    def pull(self, most: int) -> list[Received]: ...
    def cancel(self) -> None: ...


@dataclass(slots=True)
class Intake:
    """A buffer of at most `room` messages, filled by one thread and emptied by the main one."""

    subscription: Pulls
    leases: Leases
    room: int
    clock: Callable[[], float] = time.monotonic
    _buffer: list[Received] = field(init=False, default_factory=list)
    _first_at: float = field(init=False, default=0.0)
    _changed: threading.Condition = field(init=False, default_factory=threading.Condition)
    _postponed_until: float = field(init=False, default=0.0)
    _idle: bool = field(init=False, default=False)  # the last pull brought nothing
    _closed: threading.Event = field(init=False, default_factory=threading.Event)
    _ended: threading.Event = field(init=False, default_factory=threading.Event)

    def inherit(self) -> int:
        """Begins with what a predecessor left, and says how much; to be called before anything is pulled."""
        self._buffer = self.leases.inherit()
        return len(self._buffer)

    def postpone(self, seconds: float) -> None:
        """Others come before what has just cost so much time, for twice that time, if there are any."""
        self._postponed_until = self.clock() + _TURN_OF_OTHERS * seconds

    def fill(self) -> None:
        """The body of the pulling thread; returns after close()."""
        try:
            self._fill()
        finally:
            self._ended.set()

    def _fill(self) -> None:
        pause = 0.0
        while not self._closed.is_set():
            free = self._wait_for_room()
            if not free:
                continue
            try:
                messages = self.subscription.pull(free)
            except TryLater as error:
                pause = min(_LONGEST_PAUSE, pause * 2 or _FIRST_PAUSE)
                log.warning(
                    "waiting for Pub/Sub, next try in %.1f s; nothing is lost: %s",
                    pause,
                    error,
                    extra=event("pubsub.waiting", pause_s=pause),
                )
                self._closed.wait(pause)
                continue
            if pause:
                log.info("Pub/Sub answers again", extra=event("pubsub.back"))
                pause = 0.0
            self._add(messages)

    def take(self, *, most: int, patience: Callable[[], float]) -> list[Received]:
        """Up to `most` messages, or none after a tick without any.

        Waits until the batch is full or its first message is `patience()` seconds old. Suspects come
        first, and among themselves: should a process die of one, it takes nobody else along.
        """
        with self._changed:
            if not self._now():
                self._changed.wait(_TICK)
            while self._buffer and len(self._buffer) < min(most, self.room):
                left = self._first_at + patience() - self.clock()
                if left <= 0 or self._closed.is_set():
                    break
                self._changed.wait(min(left, _TICK))
            return self._cut(most)

    def rest(self) -> list[Received]:
        """What was pulled and never taken, to be released."""
        with self._changed:
            rest, self._buffer = self._buffer, []
            return rest

    def close(self, *, patience: float = _LAST_PULL_SECONDS) -> None:
        """Stops pulling. A pull under way may be about to answer; cancelled, it would keep its messages
        from everybody until their leases end."""
        self._closed.set()
        with self._changed:
            self._changed.notify_all()
        self._ended.wait(patience)
        self.subscription.cancel()

    def _wait_for_room(self) -> int:
        with self._changed:
            if len(self._now()) >= self.room:
                self._changed.wait(_TICK)
            return max(0, self.room - len(self._now()))

    def _now(self) -> list[Received]:
        """What may be taken: all, but for the time after a stall."""
        if self._idle or self.clock() >= self._postponed_until:
            return self._buffer
        return [message for message in self._buffer if not held_alone(message)]

    def _add(self, messages: Sequence[Received]) -> None:
        self._idle = not messages
        if not messages:
            return
        self.leases.hold(messages)
        with self._changed:
            if not self._buffer:
                self._first_at = self.clock()
            self._buffer.extend(messages)
            self._changed.notify_all()
        # The main thread is at work on them by now; it does not wait for this.
        self.leases.shorten(messages)

    def _cut(self, most: int) -> list[Received]:
        """Takes a batch off the buffer; the rest counts as having come now."""
        ready = self._now()
        taken = next_suspects(ready, most) or ready[:most]
        ids = {message.ack_id for message in taken}
        self._buffer = [message for message in self._buffer if message.ack_id not in ids]
        self._first_at = self.clock()
        self._changed.notify_all()
        return taken
