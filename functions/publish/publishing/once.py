"""Makes a thing on first use, once, however many threads ask at the same time."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """A factory's first result. A factory that raises is asked again next time."""

    def __init__(self, factory: Callable[[], T]) -> None:
        self._factory = factory
        self._lock = threading.Lock()
        self._made: T | None = None

    def get(self) -> T:
        # The look without the lock is what nearly every request takes.
        if self._made is None:
            with self._lock:
                if self._made is None:
                    self._made = self._factory()
        return self._made
