"""How a process of the worker may end. The numbers follow sysexits.h, which service managers know."""

import signal
from typing import Final

OK: Final = 0
FORCED: Final = 1  # ended before it had drained; what it held is delivered again
USAGE: Final = 64
OUT_OF_MEMORY: Final = 71  # the system killed it for want of memory
STALLED: Final = 74  # it made no progress and was killed for that
RECYCLE: Final = 75  # a child that grew past its limit and drained: replace it
COULD_NOT_START: Final = 78  # starting it again would not help: the configuration is wrong

_REASONS: Final = {
    OK: "ended",
    OUT_OF_MEMORY: "out_of_memory",
    STALLED: "stalled",
    RECYCLE: "memory_limit",
    -signal.SIGKILL: "killed",
    -signal.SIGTERM: "ended",
}
CRASHED: Final = "crashed"
REASONS: Final = frozenset({*_REASONS.values(), CRASHED})


class CannotStart(Exception):
    """Raised when a process can never do its work as configured; the text says what to change."""


def why(code: int) -> str:
    """An exit code in a word, for metrics and logs."""
    return _REASONS.get(code, CRASHED)
