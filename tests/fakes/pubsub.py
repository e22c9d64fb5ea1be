"""An in-memory Pub/Sub with the behaviour that the worker depends on: leases, refusals, outages."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from worker.fate import Never, TryLater
from worker.pubsub import Outgoing, Received

_REQUEST_MESSAGES = 1_000
_EPOCH = datetime(2026, 11, 1, 12, tzinfo=UTC)


@dataclass
class ManualClock:
    """Time that passes when it is told to."""

    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class FakeTopic:
    """Passes the suite that the emulator passes (`tests/integration/test_pubsub_gate.py`).

    `outages` and `late` count down with every publish: in an outage nothing arrives; what is late
    arrives, and the caller is told that it did not.
    """

    clock: ManualClock = field(default_factory=ManualClock)
    subscriptions: list["FakeSubscription"] = field(default_factory=list)
    sent: list[Outgoing] = field(default_factory=list)
    requests: list[int] = field(default_factory=list)
    outages: int = 0
    late: int = 0
    refuses: Callable[[Outgoing], bool] = lambda message: False

    def publish(self, messages: Sequence[Outgoing]) -> list[str]:
        self.requests.append(len(messages))
        if self.outages:
            self.outages -= 1
            raise TryLater("the topic cannot be reached")
        if not messages or len(messages) > _REQUEST_MESSAGES:
            raise Never("no messages, or too many")
        if any(self.refuses(message) or _is_empty(message) for message in messages):
            raise Never("a message is refused, and with it the request")
        ids = [str(len(self.sent) + position) for position in range(1, len(messages) + 1)]
        self.sent.extend(messages)
        for subscription in self.subscriptions:
            subscription.offer(messages, ids)
        if self.late:
            self.late -= 1
            raise TryLater("no answer within the time")
        return ids

    def subscribe(self, *, lease_seconds: float = 60.0) -> "FakeSubscription":
        subscription = FakeSubscription(self.clock, lease_seconds)
        self.subscriptions.append(subscription)
        return subscription


@dataclass
class _Copy:
    """A message in a subscription. While it is leased, nobody else gets it."""

    message: Outgoing
    message_id: str
    published_at: datetime
    attempt: int = 0
    ack_id: str = ""
    leased_until: float = float("-inf")


@dataclass
class FakeSubscription:
    """Unary pulls, leases by the manual clock. `outages` counts down with every call."""

    clock: ManualClock = field(default_factory=ManualClock)
    lease_seconds: float = 60.0
    idle_seconds: float = 0.05  # of real time, after which an idle pull returns nothing
    outages: int = 0
    refuses: Callable[[str], bool] = lambda ack_id: False
    acknowledged: list[str] = field(default_factory=list)  # ack ids, in order
    extended: list[tuple[str, int]] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)  # what each pull asked for
    _copies: list[_Copy] = field(default_factory=list)
    _deliveries: int = 0
    _cancelled: bool = False
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def released(self) -> list[str]:
        return [ack_id for ack_id, seconds in self.extended if seconds == 0]

    @property
    def left(self) -> int:
        """How many messages are not acknowledged."""
        with self._changed:
            return len(self._copies)

    def offer(self, messages: Sequence[Outgoing], ids: Sequence[str]) -> None:
        with self._changed:
            published_at = _EPOCH + timedelta(seconds=self.clock())
            self._copies.extend(
                _Copy(message, id_, published_at) for message, id_ in zip(messages, ids, strict=True)
            )
            self._changed.notify_all()

    def pull(self, most: int) -> list[Received]:
        self.asked.append(most)
        self._reach()
        deadline = time.monotonic() + self.idle_seconds
        with self._changed:
            while not self._cancelled:
                free = [copy for copy in self._copies if copy.leased_until <= self.clock()]
                if free:
                    return [self._deliver(copy) for copy in free[:most]]
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(left)
        return []

    def cancel(self) -> None:
        with self._changed:
            self._cancelled = True
            self._changed.notify_all()

    def acknowledge(self, ack_ids: Sequence[str]) -> None:
        self._reach(ack_ids)
        with self._changed:
            self.acknowledged.extend(ack_ids)
            self._copies = [copy for copy in self._copies if copy.ack_id not in ack_ids]

    def extend(self, ack_ids: Sequence[str], seconds: int) -> None:
        self._reach(ack_ids)
        with self._changed:
            self.extended.extend((ack_id, seconds) for ack_id in ack_ids)
            for copy in self._copies:
                if copy.ack_id in ack_ids:
                    copy.leased_until = self.clock() + seconds
            self._changed.notify_all()

    def _reach(self, ack_ids: Sequence[str] = ()) -> None:
        if self.outages:
            self.outages -= 1
            raise TryLater("the subscription cannot be reached")
        if any(self.refuses(ack_id) for ack_id in ack_ids):
            raise Never("an ack id is refused, and with it the request")

    def _deliver(self, copy: _Copy) -> Received:
        self._deliveries += 1
        copy.attempt += 1
        copy.ack_id = f"ack-{self._deliveries}"
        copy.leased_until = self.clock() + self.lease_seconds
        return Received(
            ack_id=copy.ack_id,
            message_id=copy.message_id,
            data=copy.message.data,
            attributes=dict(copy.message.attributes),
            published_at=copy.published_at,
            attempt=copy.attempt,
        )


def _is_empty(message: Outgoing) -> bool:
    return not message.data and not message.attributes
