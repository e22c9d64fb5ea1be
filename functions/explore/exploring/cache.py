"""Answers that many ask for at once are loaded once, and kept for seconds.

Everybody who has the overview open asks every few seconds: without this, each of them would cost reads.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

T = TypeVar("T")

FRESH_SECONDS: Final = 3.0
# Until then the last answer is given at once while a new one is fetched; so nobody waits where many look.
STALE_SECONDS: Final = 15.0
_ENTRIES: Final = 128  # of at most some 100 kB


@dataclass(slots=True)
class _Entry:
    loaded_at: float
    value: Any
    is_renewed: bool = False


class Cache:
    """Answers by question. Errors are not kept."""

    def __init__(
        self, begin: Callable[[Callable[[], Any]], Any], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._loading: dict[Hashable, Future[Any]] = {}

    def get(self, question: Hashable, load: Callable[[], T]) -> T:
        """The answer, at most `STALE_SECONDS` old. Raises what loading raises."""
        with self._lock:
            entry = self._entries.get(question)
            age = self._clock() - entry.loaded_at if entry else STALE_SECONDS
            if entry and age < STALE_SECONDS:
                self._entries.move_to_end(question)
                renews = age >= FRESH_SECONDS and not entry.is_renewed
                entry.is_renewed |= renews
            else:
                entry, renews = None, False
            waiting = self._loading.get(question)
            if entry is None and waiting is None:
                mine: Future[Any] = Future()
                self._loading[question] = mine
        if entry is not None:
            if renews:
                self._begin(lambda: self._renew(question, load))
            return cast("T", entry.value)
        return cast("T", waiting.result() if waiting else self._load(question, load, mine))

    def _load(self, question: Hashable, load: Callable[[], T], mine: Future[Any]) -> T:
        try:
            value = load()
        except BaseException as error:
            with self._lock:
                del self._loading[question]
            mine.set_exception(error)
            raise
        with self._lock:
            del self._loading[question]
            self._keep(question, value)
        mine.set_result(value)
        return value

    def _renew(self, question: Hashable, load: Callable[[], Any]) -> None:
        try:
            value = load()
        except Exception:  # noqa: BLE001 - the last answer holds until it is too old; then whoever asks is told
            return
        with self._lock:
            self._keep(question, value)

    def _keep(self, question: Hashable, value: Any) -> None:
        self._entries[question] = _Entry(self._clock(), value)
        self._entries.move_to_end(question)
        while len(self._entries) > _ENTRIES:
            self._entries.popitem(last=False)
