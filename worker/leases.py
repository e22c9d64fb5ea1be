"""Holds delivered messages for as long as they are in hand, and settles each exactly once."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from telemetry.events import event
from worker.fate import Never, TryLater
from worker.journal import Journal
from worker.pubsub import Received

log = logging.getLogger(__name__)

# What a killed process held is given to others after this time. The subscription's own deadline is
# longer: it has to cover processes that cannot extend.
LEASE_SECONDS: Final = 20
# A third of the lease, so that one extension may fail without harm.
_EXTEND_AFTER: Final = LEASE_SECONDS / 3
_RELEASE: Final = 0


class Settles(Protocol):
    """The part of a subscription that this module needs."""

    def acknowledge(self, ack_ids: Sequence[str]) -> None: ...
    def extend(self, ack_ids: Sequence[str], seconds: int) -> None: ...


@dataclass(slots=True)
class Leases:
    """Every message in hand, by ack id, with the time when its lease began."""

    subscription: Settles
    journal: Journal
    clock: Callable[[], float] = time.monotonic
    _since: dict[str, float] = field(init=False, default_factory=dict)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)
    _closed: threading.Event = field(init=False, default_factory=threading.Event)

    def inherit(self) -> list[Received]:
        """What the predecessor in this slot held when it died; its leases go on."""
        messages = self.journal.inherit()
        if messages:
            log.info(
                "taking over %s messages of the child before",
                len(messages),
                extra=event("messages.inherited", messages=len(messages)),
            )
            self._lease(messages)
            self.shorten(messages)
        return messages

    def hold(self, messages: Sequence[Received]) -> None:
        self.journal.hold(messages)
        self._lease(messages)

    def begin(self, messages: Sequence[Received]) -> None:
        """From now on these may be what this process dies of."""
        self.journal.begin(messages)

    def shorten(self, messages: Sequence[Received]) -> None:
        """Replaces the subscription's deadline by our lease, which the keeper renews."""
        try:
            self.subscription.extend([message.ack_id for message in messages], LEASE_SECONDS)
        except (TryLater, Never) as error:
            log.warning(
                "%s messages keep the subscription's own deadline: %s",
                len(messages),
                error,
                extra=event("lease.not_set", messages=len(messages)),
            )

    def done(self, messages: Sequence[Received]) -> None:
        """Acknowledges. When Pub/Sub cannot be told, the messages come again, which changes nothing."""
        self._settle(messages, self.subscription.acknowledge, "acknowledged")

    def release(self, messages: Sequence[Received]) -> None:
        """Gives back what was not started, so that another process gets it soon."""
        self._settle(messages, lambda ids: self.subscription.extend(ids, _RELEASE), "released")

    def in_hand(self) -> int:
        with self._lock:
            return len(self._since)

    def keep(self) -> None:
        """The body of the lease-keeping thread; returns after close()."""
        while not self._closed.wait(_EXTEND_AFTER / 4):
            self.extend_due()

    def extend_due(self) -> None:
        now = self.clock()
        with self._lock:
            due = [ack_id for ack_id, since in self._since.items() if now - since >= _EXTEND_AFTER]
        if not due:
            return
        try:
            self.subscription.extend(due, LEASE_SECONDS)
        except (TryLater, Never) as error:
            log.warning(
                "could not extend %s leases, trying again: %s",
                len(due),
                error,
                extra=event("lease.not_extended", messages=len(due)),
            )
            return
        with self._lock:
            self._since.update((ack_id, now) for ack_id in due if ack_id in self._since)

    def close(self) -> None:
        self._closed.set()

    def _lease(self, messages: Iterable[Received]) -> None:
        now = self.clock()
        with self._lock:
            self._since.update((message.ack_id, now) for message in messages)

    def _settle(self, messages: Sequence[Received], tell: Callable[[Sequence[str]], None], what: str) -> None:
        if not messages:
            return
        ack_ids = [message.ack_id for message in messages]
        with self._lock:
            for ack_id in ack_ids:
                self._since.pop(ack_id, None)
        try:
            tell(ack_ids)
        except (TryLater, Never) as error:
            log.warning(
                "%s messages could not be %s and will come again: %s",
                len(ack_ids),
                what,
                error,
                extra=event("message.not_settled", messages=len(ack_ids), wish=what),
            )
        # Last: whoever dies before this leaves a message that is handled again, never one that is lost.
        self.journal.settle(messages)
