"""Retries with growing pauses: an outage is waited out, and said once in a while."""

import logging
import random
from collections.abc import Callable
from typing import Final, TypeVar

from telemetry.events import event
from worker.fate import TryLater
from worker.lifeline import Lifeline

log = logging.getLogger(__name__)
T = TypeVar("T")

_FIRST_PAUSE: Final = 0.1  # seconds
_LONGEST_PAUSE: Final = 5.0


def persist(call: Callable[[], T], *, lifeline: Lifeline, what: str) -> T:
    """The result of the call, after as many tries as it takes.

    Raises TryLater only when the process has to end: then its messages are given back.
    """
    pause = _FIRST_PAUSE
    while True:
        try:
            return call()
        except TryLater as error:
            if lifeline.hurry:
                raise
            log.warning(
                "%s must wait %.1f s; nothing is lost: %s",
                what,
                pause,
                error,
                extra=event("call.waiting", call=what, pause_s=pause, fate=type(error).__name__),
            )
        lifeline.alive()
        lifeline.pause(pause * random.uniform(0.5, 1.0))
        pause = min(_LONGEST_PAUSE, pause * 2)
