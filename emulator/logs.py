"""What the parts wrote to their logs: the end of one, and warnings as they come."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_TAIL_BYTES: Final = 16_384
_LINE_CHARS: Final = 500
_LOUD: Final = re.compile(r"\b(WARNING|ERROR|CRITICAL)\b|^Traceback ")


def last_lines(log: Path, *, most: int = 15) -> list[str]:
    """The end of a log that may be large or not there."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return []
    return [line[:_LINE_CHARS] for line in lines if line.strip()][-most:]


@dataclass(slots=True)
class Follower:
    """Reads what a log gains; remembers where it was."""

    log: Path
    _at: int = field(init=False, default=0)

    def loud_lines(self) -> Iterator[str]:
        """Warnings and errors since the last call."""
        for line in self._new_lines():
            if _LOUD.search(line):
                yield line[:_LINE_CHARS]

    def _new_lines(self) -> list[str]:
        try:
            with self.log.open("rb") as file:
                file.seek(self._at)
                data = file.read()
        except OSError:
            return []
        whole = data[: data.rfind(b"\n") + 1]  # the rest of a line may still be on its way
        self._at += len(whole)
        return whole.decode(errors="replace").splitlines()
