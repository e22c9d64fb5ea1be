"""Waiting for a fact, to a deadline."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(fact: Callable[[], T], *, seconds: float, pause: float = 0.05) -> T:
    """The first true value of the fact. Fails when the deadline passes without one."""
    deadline = time.monotonic() + seconds
    while True:
        value = fact()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s; last seen: {value!r}")
        time.sleep(pause)
