"""The spans of time that people ask about, as UTC days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from contract.timestamps import utc_day
from exploring.errors import BadQuestion


@dataclass(frozen=True, slots=True)
class Period:
    """`length` in days, the last one being today; None is for all time."""

    name: str
    title: str
    length: int | None

    def days(self, now: datetime) -> list[str]:
        """The latest day first; none for all time."""
        today = date.fromisoformat(utc_day(now))
        return [(today - timedelta(days=back)).isoformat() for back in range(self.length or 0)]


ALL: Final = Period("all", "All time", None)
PERIODS: Final[Mapping[str, Period]] = {
    period.name: period
    for period in (
        Period("today", "Today", 1),
        Period("7d", "7 days", 7),
        Period("30d", "30 days", 30),
        ALL,
    )
}


def period_of(name: str | None) -> Period:
    """Raises BadQuestion."""
    period = PERIODS.get(name or ALL.name)
    if period is None:
        raise BadQuestion("period", f"must be one of {', '.join(PERIODS)}")
    return period
