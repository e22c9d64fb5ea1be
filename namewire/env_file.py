"""The file that leads a shell, and everything started in it, to a local house."""

import os
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from namewire.errors import USAGE, Trouble

_FIRST_LINE: Final = "# Written by `namewire up`; it goes away when the house does."


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
        if text is not None and text.strip() and not text.startswith(_FIRST_LINE):
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
        self._text = "\n".join([_FIRST_LINE, *lines, ""])
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
