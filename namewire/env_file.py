"""The file that leads a shell, and everything started in it, to a local house."""

import os
import re
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from namewire.errors import USAGE, Trouble

_FIRST_WORDS: Final = "# Written by `namewire up`, process "


@contextmanager
def env_file(path: Path | None) -> Iterator["EnvFile"]:
    """Ready to be written, and removed at the end. Raises Trouble when it cannot be."""
    file = EnvFile(path)
    file.prepare()
    try:
        yield file
    finally:
        file.remove()


class EnvFile:
    """Appears at once and complete, so that a script may wait for it."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._text = ""

    def prepare(self) -> None:
        """Clears away what an earlier house left. Raises Trouble."""
        if self._path is None:
            return
        if self._path.is_dir() or not os.access(self._path.absolute().parent, os.W_OK):
            raise Trouble(f"{self._path} cannot be written. Choose another --env-file.", exit_code=USAGE)
        text = self._read()
        if text is not None and (owner := _living_owner(text)) not in (None, os.getpid()):
            raise Trouble(
                f"{self._path} belongs to a house that is still running (process {owner}). "
                "Choose another name, or delete it.",
                exit_code=USAGE,
            )
        if text is not None and text.strip() and not text.startswith(_FIRST_WORDS):
            raise Trouble(
                f"{self._path} exists and is not an environment file of `namewire up`. "
                "Choose another name, or delete it.",
                exit_code=USAGE,
            )
        self._path.unlink(missing_ok=True)

    def write(self, settings: Mapping[str, str]) -> None:
        if self._path is None:
            return
        lines = [f"export {name}={shlex.quote(value)}" for name, value in settings.items()]
        self._text = "\n".join([f"{_FIRST_WORDS}{os.getpid()}; it goes away with the house.", *lines, ""])
        draft = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        draft.write_text(self._text, encoding="utf-8")
        draft.replace(self._path)

    def remove(self) -> None:
        """Unless another house has written its own there since."""
        if self._path is not None and self._text and self._read() == self._text:
            self._path.unlink(missing_ok=True)

    def _read(self) -> str | None:
        if self._path is None:
            return None
        try:
            return self._path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None


def _living_owner(text: str) -> int | None:
    """The process that wrote the file, if it has not ended without removing it."""
    found = re.match(rf"{re.escape(_FIRST_WORDS)}(\d+);", text)
    if found is None:
        return None
    try:
        os.kill(int(found[1]), 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        return int(found[1])
    return int(found[1])
