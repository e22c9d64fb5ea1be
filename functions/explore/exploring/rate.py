"""How many of the stored articles came in each minute: a count per minute, most of them remembered."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from contract.names import ARTICLES
from exploring.firestore import Reader
from exploring.shapes import Minute

MINUTES: Final = 30
# An article is stored seconds after it came in; of a backlog it takes longer, so that older minutes are
# looked at again now and then.
_MOVING_MINUTES: Final = 2
_REMEMBERED_SECONDS: Final = 90.0
_MINUTE: Final = timedelta(minutes=1)
# Ten reads: 167 articles a second.
MOST_PER_MINUTE: Final = 10_000


class Rate:
    """The line of the last half hour."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counted: dict[datetime, tuple[int, datetime]] = {}

    def line(self, reader: Reader, now: datetime) -> list[Minute]:
        """The earliest minute first, the one that has just begun last."""
        this = now.replace(second=0, microsecond=0)
        minutes = [this - _MINUTE * back for back in reversed(range(MINUTES))]
        asked = {
            minute: reader.begin(_counting(reader, minute))
            for minute in minutes
            if not self._is_known(minute, now)
        }
        counts = {minute: answer() for minute, answer in asked.items()}
        with self._lock:
            self._counted.update((minute, (number, now)) for minute, number in counts.items())
            for minute in [each for each in self._counted if each < minutes[0]]:
                del self._counted[minute]
            return [Minute(minute, self._counted.get(minute, (0, now))[0]) for minute in minutes]

    def _is_known(self, minute: datetime, now: datetime) -> bool:
        known = self._counted.get(minute)
        if known is None or now - minute < _MINUTE * _MOVING_MINUTES:
            return False
        # Not all at once: each minute has a second of its own.
        return (now - known[1]).total_seconds() < _REMEMBERED_SECONDS + minute.minute


def _counting(reader: Reader, minute: datetime) -> Callable[[], int]:
    received = ("received_at",)
    where = [(received, ">=", minute), (received, "<", minute + _MINUTE)]
    return lambda: reader.count(ARTICLES, most=MOST_PER_MINUTE, where=where)
