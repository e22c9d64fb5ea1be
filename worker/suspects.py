"""Messages that were being handled when a process died: one of them may be why.

They are tried again before all others, in small company or alone; see ADR 7.
"""

import random
import signal
from collections.abc import Sequence
from typing import Final

from worker.pubsub import Received

# As many as the subscriptions allow deliveries (`max_delivery_attempts` in topology.yaml).
MOST_TRIES: Final = 5
# A crash has its reason in what was being handled. A kill comes from outside, nearly always, and says
# little: an article that takes seconds is met by every second one. (Want of memory is a crash.)
_CRASHED: Final = 10
_KILLED: Final = 1
_MOST_STRIKES: Final = _CRASHED * MOST_TRIES
# Company is an eighth after a kill and a sixty-fourth after two: 8, 1; or 50, 6, 1.
_SHRINK_BITS: Final = 3
# Deliveries beyond this are suspect too: a machine that died of a message counted no strikes.
_HARMLESS_DELIVERIES: Final = 2
# Whatever kills processes at regular times should not meet the same message each time.
_LONGEST_HESITATION: Final = 0.5  # seconds


def strikes_of(exit_code: int | None) -> int:
    """How much the end of a process says against what it was handling. None: there was none before."""
    if exit_code is None:
        return 0
    return _KILLED if exit_code == -signal.SIGKILL else _CRASHED


def suspicion(message: Received) -> int:
    """How often this message was around when something went wrong; 0 for nearly all."""
    return message.strikes + max(0, message.attempt - _HARMLESS_DELIVERIES)


def is_deadly(message: Received) -> bool:
    """Whether so many processes died while they handled it that no further one should."""
    earlier = _CRASHED * max(0, message.attempt - 1)
    return message.strikes > 0 and message.strikes + earlier >= _MOST_STRIKES


def held_alone(message: Received) -> bool:
    """Whether a process ended of it although it had no company: it is the reason, nearly surely."""
    return message.strikes > _CRASHED


def next_suspects(messages: Sequence[Received], most: int) -> list[Received]:
    """Those to be tried next, together; the least suspect first, as they are likely innocent."""
    suspects = [message for message in messages if suspicion(message)]
    if not suspects:
        return []
    least = min(map(suspicion, suspects))
    company = max(1, most >> _SHRINK_BITS * least)
    return [message for message in suspects if suspicion(message) == least][:company]


def hesitation(messages: Sequence[Received]) -> float:
    """Seconds to wait before these are handled: none, unless processes died of them again and again."""
    again = any(message.strikes > _KILLED for message in messages)
    return random.uniform(0, _LONGEST_HESITATION) if again else 0.0
