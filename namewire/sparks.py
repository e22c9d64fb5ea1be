"""Numbers over time as a line of blocks."""

from collections.abc import Sequence
from typing import Final

_BLOCKS: Final = "▁▂▃▄▅▆▇█"
_UNKNOWN: Final = "·"


def sparkline(values: Sequence[float | None], *, width: int) -> str:
    """The last `width` values between zero and the largest of them; only zero is the lowest block."""
    shown = list(values)[-width:]
    highest = max((value for value in shown if value is not None), default=0.0)
    return "".join(_UNKNOWN if value is None else _block(value, highest) for value in shown)


def _block(value: float, highest: float) -> str:
    if value <= 0 or highest <= 0:
        return _BLOCKS[0]
    return _BLOCKS[max(1, round(value / highest * (len(_BLOCKS) - 1)))]
