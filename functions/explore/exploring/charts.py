"""Charts as numbers: scales, ticks and bars in percent of the width, for SVG that the server draws.

Drawn here, a chart is there at the first paint, without a script, and its colours are those of the theme.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from exploring.shapes import Days, Minute

# A day in a phone's width is still three pixels.
_MOST_BARS: Final = 92
_TOUCHING: Final = 0.82  # of a bar's place; the rest keeps bars apart
_TICKS: Final = 4
_MOST_ON_AXIS: Final = 5
_MOST_YEARS: Final = 150


@dataclass(frozen=True, slots=True)
class Bar:
    """`x` and `width` in percent of the chart's width, `height` in percent of its height."""

    x: float
    width: float
    height: float
    value: int
    title: str

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def anchor(self) -> str:
        """Where the text above a bar is held, so that it stays within the chart."""
        return "start" if self.middle < 15 else "end" if self.middle > 85 else "middle"


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on an axis, in percent."""

    at: float
    text: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars over time with both axes."""

    bars: Sequence[Bar]
    y_marks: Sequence[Mark]
    x_marks: Sequence[Mark]
    unit: str  # day, week or month: what a bar stands for


def ceiling(most: int) -> int:
    """A round number not below, which four steps divide well."""
    if most <= _TICKS:
        return max(1, most)
    power = 10 ** math.floor(math.log10(most))
    return int(
        next(step * power for step in (1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10) if step * power >= most)
    )


def y_marks(top: int) -> list[Mark]:
    """Whole numbers only: nobody is mentioned half a time."""
    steps = next((steps for steps in (_TICKS, 5, 3, 2) if top % steps == 0), 1) if top > 1 else 1
    return [
        Mark(100 * number / steps, f"{top * number // steps:,}", "start") for number in range(1, steps + 1)
    ]


def over_time(days: Days) -> Chart:
    """Every day from the first to the last; weeks or months where there would be too many bars."""
    numbers = dict(days)
    first, last = date.fromisoformat(days[0][0]), date.fromisoformat(days[-1][0])
    span = (last - first).days + 1
    if span <= _MOST_BARS:
        unit, starts = "day", [first + timedelta(days=each) for each in range(span)]
    elif span <= 7 * _MOST_BARS:
        monday = first - timedelta(days=first.weekday())
        unit, starts = (
            "week",
            [monday + timedelta(weeks=each) for each in range((last - monday).days // 7 + 1)],
        )
    else:
        unit, starts = "month", _months(first, last)
        if len(starts) > 3 * _MOST_BARS:
            # Somebody's clock may say the year 1; what lies before these years is in the table only.
            years = range(max(first.year, last.year - _MOST_YEARS + 1), last.year + 1)
            unit, starts = "year", [date(year, 1, 1) for year in years]
    sums = [0] * len(starts)
    place = 0
    for day, number in sorted(numbers.items()):
        moment = date.fromisoformat(day)
        if moment < starts[0]:
            continue
        while place + 1 < len(starts) and starts[place + 1] <= moment:
            place += 1
        sums[place] += number
    titles = [_title(start, unit) for start in starts]
    return _chart(sums, titles, [_short(start, unit) for start in starts], unit)


def per_minute(minutes: Sequence[Minute]) -> Chart:
    titles = [f"{each.minute:%H:%M} UTC" for each in minutes]
    return _chart(
        [each.articles for each in minutes], titles, [f"{each.minute:%H:%M}" for each in minutes], "minute"
    )


def _chart(numbers: Sequence[int], titles: Sequence[str], shorts: Sequence[str], unit: str) -> Chart:
    top = ceiling(max(numbers, default=0))
    # A few days are not stretched over the whole width.
    places = max(len(numbers), 14)
    place = 100 / places
    left = place * (places - len(numbers)) / 2
    width = place * _TOUCHING
    bars = [
        Bar(
            round(left + place * index + (place - width) / 2, 3),
            round(width, 3),
            round(100 * number / top, 2),
            number,
            title,
        )
        for index, (number, title) in enumerate(zip(numbers, titles, strict=True))
    ]
    return Chart(bars, y_marks(top), _x_marks(bars, shorts), unit)


def _x_marks(bars: Sequence[Bar], shorts: Sequence[str]) -> list[Mark]:
    count = min(_MOST_ON_AXIS, len(bars))
    if count < 2:
        return [Mark(bar.middle, text) for bar, text in zip(bars, shorts, strict=True)]
    places = sorted({round(index * (len(bars) - 1) / (count - 1)) for index in range(count)})
    marks = []
    for place in places:
        bar = bars[place]
        marks.append(Mark(round(bar.middle, 3), shorts[place], bar.anchor if len(bars) > 7 else "middle"))
    return marks


def _months(first: date, last: date) -> list[date]:
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [
        date(first.year + (first.month - 1 + index) // 12, (first.month - 1 + index) % 12 + 1, 1)
        for index in range(count)
    ]


def _title(start: date, unit: str) -> str:
    match unit:
        case "day":
            return f"{start:%a} {start.day} {start:%b %Y}"
        case "week":
            return f"Week of {start.day} {start:%b %Y}"
        case "month":
            return f"{start:%B %Y}"
        case _:
            return f"{start.year:04}"


def _short(start: date, unit: str) -> str:
    if unit in ("day", "week"):
        return f"{start.day} {start:%b}" if unit == "day" else f"{start.day} {start:%b %Y}"
    return f"{start:%b %Y}" if unit == "month" else f"{start.year:04}"
