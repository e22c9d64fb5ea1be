"""A word cloud in which a name has its place: it follows from the name, and only a larger one can move it.

Widths are counted with Helvetica's, and the SVG says how wide each text is, so that no font makes it overlap.
"""

import hashlib
import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from exploring.shapes import Leader

_SIZES: Final = (15, 19, 24, 31, 40, 52)  # steps, so that one mention more moves nothing
_NARROW_SIZES: Final = (14, 17, 21, 27)
_WIDE_BOX: Final = 600
_MOST: Final = 44
_CHARS: Final = 28
_GAP: Final = 5.0
_LINE: Final = 1.16  # heights of a line, in sizes
_TRIES: Final = 900
# Widths of Helvetica in thousandths, by groups of characters; anything else is 556.
_WIDTHS: Final = {
    **dict.fromkeys("ijl'|!,.:;I ", 260),
    **dict.fromkeys('ftr()[]/-"', 330),
    **dict.fromkeys("ckszvxyJ*", 510),
    **dict.fromkeys("ABEKPSVXY&", 667),
    **dict.fromkeys("CDGHNORQUTFZLwT", 722),
    **dict.fromkeys("mMW@%", 860),
}
_WIDE: Final = 1_000
_PLAIN: Final = 556


@dataclass(frozen=True, slots=True)
class Word:
    """A name in the cloud; `x` and `y` are the middle of its base line."""

    leader: Leader
    text: str
    size: int
    x: float
    y: float
    width: float


@dataclass(frozen=True, slots=True)
class Cloud:
    """What fits into the box."""

    words: Sequence[Word]
    width: int
    height: int


def cloud(leaders: Sequence[Leader], *, width: int, height: int) -> Cloud:
    """The leading names. The larger are placed first, equally large ones by their ids."""
    shown = leaders[:_MOST]
    sizes = _sizes(shown, width)
    taken: list[tuple[float, float, float, float]] = []
    words = []
    for leader, size in sorted(zip(shown, sizes, strict=True), key=lambda pair: (-pair[1], pair[0].id)):
        text = leader.text if len(leader.text) <= _CHARS else leader.text[: _CHARS - 1].rstrip() + "…"
        wide, high = text_width(text, size), size * _LINE
        box = _place(leader.id, wide + _GAP, high, width, height, taken)
        if box is None:
            continue
        taken.append(box)
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2 + size * 0.34
        words.append(Word(leader, text, size, round(x, 1), round(y, 1), round(wide, 1)))
    words.sort(key=lambda word: (-word.leader.mentions, word.leader.id))
    return Cloud(words, width, height)


def text_width(text: str, size: float) -> float:
    return size * sum(_char_width(char) for char in text) / 1_000


def _char_width(char: str) -> int:
    if char in _WIDTHS:
        return _WIDTHS[char]
    if unicodedata.combining(char) or unicodedata.category(char) == "Cf":
        return 0
    if unicodedata.east_asian_width(char) in "WF":
        return _WIDE
    return 680 if char.isupper() else _PLAIN


def _sizes(leaders: Sequence[Leader], width: int) -> list[int]:
    """A step down for each halving, seen from the largest: what is added at the end changes no size."""
    steps = _SIZES if width >= _WIDE_BOX else _NARROW_SIZES
    most = max((each.mentions for each in leaders), default=1)
    downs = (round(math.log2(max(1.0, most / max(each.mentions, 1)))) for each in leaders)
    return [steps[-1 - min(down, len(steps) - 1)] for down in downs]


def _place(
    name: str,
    wide: float,
    high: float,
    width: int,
    height: int,
    taken: Sequence[tuple[float, float, float, float]],
) -> tuple[float, float, float, float] | None:
    """From the name's own place outwards in a spiral, to the first that is free."""
    if wide > width:
        return None
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])
    # Towards the middle, where more is seen; the square root would spread evenly.
    home_x = wide / 2 + (width - wide) * _bell(seed & 0xFFFFFF)
    home_y = high / 2 + (height - high) * _bell(seed >> 24 & 0xFFFFFF)
    turn = (seed >> 48 & 0xFFFF) / 0xFFFF * math.tau
    for step in range(_TRIES):
        angle = turn + step * 0.35
        reach = 1.6 * step**0.9 * 0.5
        x, y = home_x + reach * 1.7 * math.cos(angle), home_y + reach * math.sin(angle)
        box = (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
        inside = box[0] >= 0 and box[1] >= 0 and box[2] <= width and box[3] <= height
        if inside and not any(_overlap(box, other) for other in taken):
            return box
    return None


def _bell(number: int) -> float:
    """From 0 to 1, more often near the middle."""
    first, second = number & 0xFFF, number >> 12 & 0xFFF
    return (first + second) / (2 * 0xFFF)


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
