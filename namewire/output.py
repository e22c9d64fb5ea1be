"""Results go to standard output; progress, warnings and everything for the eye only to standard error."""

import json
import re
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from contract.timestamps import format_time

# In a file or a pipe; a terminal has its own.
_WIDTH: Final = 110
# What moves the cursor, colours the screen, turns the direction of writing round, or is no character at all.
_HIDDEN: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)


def say(line: str) -> None:
    """A line for the person at the terminal."""
    sys.stderr.write(f"{tame(line)}\n")
    sys.stderr.flush()


def print_line(line: str = "") -> None:
    sys.stdout.write(f"{tame(line)}\n")
    sys.stdout.flush()


def print_json(value: Any) -> None:
    """One JSON document on standard output; times as RFC 3339."""
    print_line(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def print_table(table: RenderableType) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH)
    console.print(table)


def table(title: str, columns: Sequence[str], *, numbers: Sequence[str] = ()) -> Table:
    made = Table(title=Text(visible(title)) if title else None, title_justify="left")
    for name in columns:
        made.add_column(name, justify="right" if name in numbers else "left", overflow="fold")
    return made


def cells(*values: object) -> list[Text]:
    """Values as text that nothing interprets: names in the news may look like markup, or worse."""
    return [Text(f"{value:,}" if isinstance(value, int) else visible(str(value))) for value in values]


def visible(text: str, *, keep: str = "") -> str:
    """The text with control characters escaped as in Python, but for those to be kept."""
    return _HIDDEN.sub(lambda match: match[0] if match[0] in keep else ascii(match[0])[1:-1], text)


def tame(text: str) -> str:
    """Lines that do nothing to a terminal, whoever wrote what is in them; JSON stays what it is."""
    return _HIDDEN.sub(lambda match: match[0] if match[0] in "\n\t" else f"\\u{ord(match[0]):04x}", text)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return format_time(value)
    raise TypeError(f"{type(value).__name__} has no place in JSON")
