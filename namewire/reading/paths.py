"""From paths on the command line to records, with the bytes read so far for a progress bar."""

import gzip
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from namewire.errors import USAGE, Trouble
from namewire.reading.csv_files import read_rows
from namewire.reading.json_files import read_document, read_lines
from namewire.reading.records import Items, Record, Unreadable
from namewire.reading.text_files import read_text

STANDARD_INPUT: Final = "-"
_LINES: Final = (".jsonl", ".ndjson")
ENDINGS: Final = (*_LINES, ".json", ".csv", ".txt")


@dataclass(slots=True)
class Reader:
    """Reads articles from files, folders and standard input, in order."""

    paths: Sequence[Path]
    publication: str | None = None
    standard_input: IO[bytes] = field(default_factory=lambda: sys.stdin.buffer)
    total_bytes: int | None = field(init=False, default=None)
    _done_bytes: int = field(init=False, default=0)
    _current: IO[bytes] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        if STANDARD_INPUT not in map(str, self.paths):
            self.total_bytes = sum(path.stat().st_size for path in self.paths)

    @property
    def bytes_read(self) -> int:
        """Of the files as they lie there, compressed or not."""
        return self._done_bytes + (self._current.tell() if self._current else 0)

    def items(self) -> Items:
        for path in self.paths:
            if str(path) == STANDARD_INPUT:
                yield from read_lines(self.standard_input, "standard input", publication=self.publication)
            else:
                yield from self._file(path)

    def _file(self, path: Path) -> Items:
        last = "start"
        try:
            with path.open("rb") as raw:
                self._current = raw
                for item in self._open(path, raw):
                    last = item.place
                    yield item
                self._done_bytes += raw.tell()
        except (OSError, EOFError, zlib.error) as error:
            reason = getattr(error, "strerror", None) or str(error)
            message = f"cannot be read any further: {reason}. The rest of the file is not sent"
            yield Unreadable(str(path), f"after {last}", "file", message)
        finally:
            self._current = None

    def _open(self, path: Path, raw: IO[bytes]) -> Items:
        name = path.name.lower()
        if not name.endswith(".gz"):
            yield from self._read(path, name, raw)
            return
        with gzip.open(raw) as unpacked:
            yield from self._read(path, name.removesuffix(".gz"), unpacked)  # type: ignore[arg-type]

    def _read(self, path: Path, name: str, file: IO[bytes]) -> Items:
        if name.endswith(_LINES):
            return read_lines(file, str(path), publication=self.publication)
        if name.endswith(".json"):
            return read_document(file, str(path), publication=self.publication)
        if name.endswith(".csv"):
            return read_rows(file, str(path), publication=self.publication)
        return read_text(file, path, publication=self.publication)


def find_files(paths: Sequence[str]) -> list[Path]:
    """Files in the order given, those of a folder by name. Raises Trouble for what cannot be read."""
    found: list[Path] = []
    for name in paths:
        path = Path(name)
        if name == STANDARD_INPUT:
            found.append(path)
        elif path.is_dir():
            found.extend(_in_folder(path))
        elif not path.exists():
            raise Trouble(f"{name} does not exist.", exit_code=USAGE)
        elif not _is_known(path):
            raise Trouble(f"{name} is of no known kind. Known are {_KINDS}.", exit_code=USAGE)
        else:
            found.append(path)
    return found


def first_items(items: Items, limit: int | None) -> Iterator[Record | Unreadable]:
    """As many items as wanted, and none read in vain."""
    if limit is None:
        yield from items
        return
    for _, item in zip(range(limit), items, strict=False):
        yield item


_KINDS: Final = f"{', '.join(ENDINGS)}, each also with .gz, and folders of them"


def _in_folder(folder: Path) -> list[Path]:
    files = sorted(path for path in folder.iterdir() if path.is_file() and _is_known(path))
    if not files:
        raise Trouble(f"{folder} holds no articles. Known are {_KINDS}.", exit_code=USAGE)
    return files


def _is_known(path: Path) -> bool:
    return not path.name.startswith(".") and path.name.lower().removesuffix(".gz").endswith(ENDINGS)
