"""Group commit: requests that arrive while a call to Pub/Sub is under way share the next one.

Chosen by measurement, as a share of what an empty function answers in the same run (32 connections, the
framework's 8 threads, a busy machine): one call per request 0.26; the client library, which gathers for
10 ms, 0.27, set to 3 ms 0.34; this 0.39. A call costs as much CPU as all the rest of a request, and the
library's own threads two more context switches; here the threads that wait make the calls.

With 8 threads everybody waits for the same call. With 16 (settings.THREADS) and less work per article the
share was 0.52, 0.56 and 0.56 where it had been 0.47, 0.43 and 0.36, in turns on a machine with a load of 10
on 2 cores (`python -m tests.benchmarks.publish_function --rounds 12 --seconds 1.5`).
"""

import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Final

from contract.limits import MESSAGE_BYTES
from publishing.delivery import Call, Outcome, deliver
from publishing.errors import Unavailable
from publishing.submission import Outgoing

# Pub/Sub's own limits for one call, with room for the framing.
CALL_MESSAGES: Final = 1_000
CALL_BYTES: Final = MESSAGE_BYTES
# One call at a time makes the fullest calls. Whoever has waited this long takes a further one, so that a
# slow call, or the upload of a large one, holds up nobody else.
_OVERTAKE_SECONDS: Final = 0.05
_CALLS_AT_ONCE: Final = 4
# Callers that shared a call tend to come back together: the next call waits this long for as many as the
# last one carried. A lone caller never waits.
_GATHER_SECONDS: Final = 0.005
_OUT_OF_TIME: Final = Unavailable("Pub/Sub did not answer in time")


class Parcel:
    """The messages of one request, waiting for their call."""

    __slots__ = ("deadline", "messages", "outcomes", "passengers", "since", "size", "wake_ups")

    def __init__(self, messages: Sequence[Outgoing], deadline: float) -> None:
        self.messages = messages
        self.deadline = deadline
        self.since = time.monotonic()
        self.size = sum(message.size for message in messages)
        self.outcomes: Sequence[Outcome] | None = None
        # The parcels to carry, its own among them, when this one's thread is to make the call.
        self.passengers: list[Parcel] | None = None
        # Cheaper than an event, of which every request would need one.
        self.wake_ups: SimpleQueue[None] = SimpleQueue()

    def wait(self) -> None:
        """Until it is woken, or it is time to look again."""
        left = max(0.0, self.deadline - time.monotonic())
        with suppress(Empty):
            self.wake_ups.get(timeout=min(left, _OVERTAKE_SECONDS))

    def wake(self) -> None:
        self.wake_ups.put(None)


class Sender:
    """Publishes for any number of threads with a few calls at a time."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._lock = threading.Lock()
        self._queue: deque[Parcel] = deque()
        self._flying = 0
        self._company = 1
        self._missing = 0
        self._complete = threading.Event()

    def send(self, messages: Sequence[Outgoing], *, deadline: float) -> Sequence[Outcome]:
        """The outcome of each message, by the deadline on the monotonic clock.

        Takes at most what fits into one call: CALL_MESSAGES, CALL_BYTES.
        """
        parcel = Parcel(messages, deadline)
        passengers = self._enter(parcel)
        while parcel.outcomes is None:
            if passengers:
                self._carry(passengers, deadline)
            else:
                parcel.wait()
            if parcel.outcomes is None:
                passengers = self._duty(parcel)
        return parcel.outcomes

    def _enter(self, parcel: Parcel) -> list[Parcel] | None:
        with self._lock:
            self._queue.append(parcel)
            self._missing -= 1
            if self._missing == 0:
                self._complete.set()
            return self._take_duty(parcel)

    def _duty(self, parcel: Parcel) -> list[Parcel] | None:
        """The parcels that this one's thread has to carry. A parcel whose time is over gives up."""
        with self._lock:
            passengers = self._take_duty(parcel)
            is_late = parcel.outcomes is None and parcel.deadline <= time.monotonic()
            if passengers is None and is_late:
                parcel.outcomes = [_OUT_OF_TIME] * len(parcel.messages)
                if parcel in self._queue:
                    self._queue.remove(parcel)
        return passengers

    def _take_duty(self, parcel: Parcel) -> list[Parcel] | None:
        leader = self._appoint()
        if leader is not None and leader is not parcel:
            leader.wake()
        passengers, parcel.passengers = parcel.passengers, None
        return passengers

    def _appoint(self) -> Parcel | None:
        """Starts the next call if it is time. Whoever can wait longest makes it, and it lasts no longer."""
        if not self._queue or not self._may_start(self._queue[0]):
            return None
        self._flying += 1
        passengers = self._board([])
        leader = max(passengers, key=lambda parcel: parcel.deadline)
        leader.passengers = passengers
        return leader

    def _may_start(self, oldest: Parcel) -> bool:
        if self._flying == 0:
            return True
        waited = time.monotonic() - oldest.since
        return self._flying < _CALLS_AT_ONCE and waited >= _OVERTAKE_SECONDS

    def _board(self, passengers: list[Parcel]) -> list[Parcel]:
        """These and as many of the queue as one call holds, oldest first."""
        count = sum(len(parcel.messages) for parcel in passengers)
        size = sum(parcel.size for parcel in passengers)
        while self._queue:
            count += len(self._queue[0].messages)
            size += self._queue[0].size
            if passengers and (count > CALL_MESSAGES or size > CALL_BYTES):
                break
            passengers.append(self._queue.popleft())
        return passengers

    def _carry(self, passengers: list[Parcel], deadline: float) -> None:
        self._gather(passengers)
        messages = [message for parcel in passengers for message in parcel.messages]
        outcomes: Sequence[Outcome] = [_OUT_OF_TIME] * len(messages)
        try:
            outcomes = deliver(messages, deadline, call=self._call)
        finally:
            # Whatever happened in between, nobody is left waiting.
            self._hand_out(passengers, outcomes)

    def _gather(self, passengers: list[Parcel]) -> None:
        """Lets those board who come back from the last call. Only a call that flies alone waits."""
        with self._lock:
            missing = self._company - len(passengers) - len(self._queue)
            is_waiting = missing > 0 and self._flying == 1
            if is_waiting:
                self._missing = missing
                self._complete.clear()
        if is_waiting:
            self._complete.wait(_GATHER_SECONDS)
        with self._lock:
            self._board(passengers)
            self._company = len(passengers)

    def _hand_out(self, passengers: Sequence[Parcel], outcomes: Sequence[Outcome]) -> None:
        with self._lock:
            self._flying -= 1
            leader = self._appoint()
            start = 0
            for parcel in passengers:
                end = start + len(parcel.messages)
                parcel.outcomes = parcel.outcomes or outcomes[start:end]
                start = end
        # Outside the lock, which those who wake up would run into. The leader first: the others then write
        # their answers while its call is under way.
        for parcel in [*([leader] if leader else []), *passengers]:
            parcel.wake()
