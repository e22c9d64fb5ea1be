"""Holds dead letters while a command looks at them, and gives back what it did not settle."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Protocol, Self

from namewire.errors import Trouble
from namewire.review import Letter

# What a killed command held comes again after this time.
LEASE_SECONDS: Final = 30
_EXTEND_SECONDS: Final = LEASE_SECONDS / 3
# An answer without letters is no proof that there are none; so many in a row are taken as one.
_SILENCES: Final = 3
_PAUSE_SECONDS: Final = 0.1


class Reviews(Protocol):
    """The part of the review that this module needs."""

    def pull(self, subscription: str) -> list[Letter]: ...
    def acknowledge(self, subscription: str, ack_ids: Sequence[str]) -> None: ...
    def extend(self, subscription: str, ack_ids: Sequence[str], seconds: int) -> None: ...


@dataclass(slots=True)
class Hand:
    """A context in which letters are held; `pause` may raise Interrupted.

    Whoever kills this process while it runs loses nothing: a letter leaves its subscription by
    `settle` only, and the leases of the others end.
    """

    review: Reviews
    pause: Callable[[float], None]
    say: Callable[[str], None]
    _held: dict[tuple[str, str], str] = field(init=False, default_factory=dict)  # letter → ack id
    _settled: set[tuple[str, str]] = field(init=False, default_factory=set)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)
    _closed: threading.Event = field(init=False, default_factory=threading.Event)
    _keeper: threading.Thread = field(init=False)

    def __enter__(self) -> Self:
        self._keeper = threading.Thread(target=self._keep, name="leases", daemon=True)
        self._keeper.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed.set()
        self._keeper.join()
        try:
            self._extend(0)
        except Trouble as trouble:
            self.say(f"What was only looked at comes back by itself in {LEASE_SECONDS} s: {trouble}")

    def pages(self, subscription: str) -> Iterator[list[Letter]]:
        """Every letter once, until no more come."""
        silences = 0
        while silences < _SILENCES:
            self.pause(_PAUSE_SECONDS if silences else 0.0)
            letters = self.review.pull(subscription)
            silences = 0 if letters else silences + 1
            if fresh := self._hold(subscription, letters):
                yield fresh

    def settle(self, letters: Sequence[Letter]) -> None:
        """Out of the subscription for good. What they hold must be safe elsewhere, or be unwanted."""
        keys = [_key(letter) for letter in letters]
        with self._lock:
            ack_ids = [self._held[key] for key in keys]
        for subscription in {letter.subscription for letter in letters}:
            mine = [ack for ack, key in zip(ack_ids, keys, strict=True) if key[0] == subscription]
            self.review.acknowledge(subscription, mine)
        with self._lock:
            for key in keys:
                self._held.pop(key, None)
            self._settled.update(keys)

    def _hold(self, subscription: str, letters: Sequence[Letter]) -> list[Letter]:
        """Those not seen before. Of others the newest ack id counts; what was settled is settled again."""
        again = [letter.ack_id for letter in letters if _key(letter) in self._settled]
        if again:
            self.review.acknowledge(subscription, again)
        with self._lock:
            rest = {_key(letter): letter for letter in letters if _key(letter) not in self._settled}
            fresh = [letter for key, letter in rest.items() if key not in self._held]
            self._held.update((key, letter.ack_id) for key, letter in rest.items())
        return fresh

    def _keep(self) -> None:
        while not self._closed.wait(_EXTEND_SECONDS):
            try:
                self._extend(LEASE_SECONDS)
            except Trouble:
                continue  # with the next turn; what was lost comes again as a letter seen before

    def _extend(self, seconds: int) -> None:
        with self._lock:
            held = list(self._held.items())
        for subscription in {key[0] for key, _ in held}:
            ack_ids = [ack_id for key, ack_id in held if key[0] == subscription]
            self.review.extend(subscription, ack_ids, seconds)


def _key(letter: Letter) -> tuple[str, str]:
    return letter.subscription, letter.message_id
