"""The sentence around a mention: enough to see why the name is there."""

import re
from typing import Final

from exploring.shapes import Quote

# A line end, or a stop with a space behind it; in scripts without spaces the stop alone.
_END: Final = re.compile(r"\n|[.!?…]['\"”’)]*\s|[。！？｡]")
_BEFORE_CHARS: Final = 140
_AFTER_CHARS: Final = 180
_MENTION_CHARS: Final = 200
_CUT: Final = "…"


def quote(content: str, start: int, end: int) -> Quote:
    """The sentence; long ones are cut at a word, and say so."""
    return Quote(_before(content, start), _cut(content[start:end]), _after(content, end))


def _before(content: str, start: int) -> str:
    far = max(0, start - _BEFORE_CHARS)
    text = content[far:start]
    ends = [match.end() for match in _END.finditer(text)]
    if ends:
        return _one_line(text[ends[-1] :])
    if far == 0:
        return _one_line(text)
    space = text.find(" ")
    return _CUT + _one_line(text[space if 0 <= space < len(text) - 1 else 0 :])


def _after(content: str, end: int) -> str:
    text = content[end : end + _AFTER_CHARS]
    found = _END.search(text)
    if found:
        return _one_line(text[: found.end()]).rstrip()
    if end + _AFTER_CHARS >= len(content):
        return _one_line(text).rstrip()
    space = text.rfind(" ")
    return _one_line(text[: space if space > 0 else len(text)]) + _CUT


def _cut(mention: str) -> str:
    one = _one_line(mention)
    return one if len(one) <= _MENTION_CHARS else one[:_MENTION_CHARS] + _CUT


def _one_line(text: str) -> str:
    """White space as single spaces, also at the ends: they separate the parts."""
    return re.sub(r"\s+", " ", text)
