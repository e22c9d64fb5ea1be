"""Standard input that a signal can interrupt: a read would otherwise wait for data whatever is recorded."""

import io
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class _Raw(io.RawIOBase):
    def __init__(self, descriptor: int, wait: Callable[[int], None]) -> None:
        self._descriptor = descriptor
        self._wait = wait

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        self._wait(self._descriptor)
        return os.readv(self._descriptor, [cast("bytearray", buffer)])


def interruptible(descriptor: int, *, wait: Callable[[int], None]) -> io.BufferedReader:
    """The descriptor as a file; `wait` returns when there is something to read, or raises."""
    return io.BufferedReader(_Raw(descriptor, wait))
