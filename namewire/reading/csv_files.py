"""CSV with a header, such as the all-the-news archive; a row at a time."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import IO, Final, Protocol

from contract import limits
from namewire.reading.records import CONTENT_NAMES, Item, Items, Unreadable, record

# An opening quote that nothing closes makes the rest of a file one cell; it must not fill the memory.
_CELL_CHARS: Final = limits.BODY_BYTES


class _Reader(Protocol):
    """What csv.reader() returns."""

    @property
    def line_num(self) -> int: ...
    def __next__(self) -> list[str]: ...


def read_rows(file: IO[bytes], source: str, *, publication: str | None) -> Items:
    """An article per row; empty cells and cells without a column do not count."""
    csv.field_size_limit(_CELL_CHARS)
    # Bytes that are not UTF-8 become half surrogate pairs, which are found again in their row.
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield from _rows(csv.reader(text), source, publication)
    finally:
        text.detach()


def _rows(reader: _Reader, source: str, publication: str | None) -> Items:
    header: list[str] | None = None
    for line, row in _lines(reader):
        if isinstance(row, str):
            yield Unreadable(source, f"line {line}", "body", row)
        elif header is None:
            header = [name.strip().lower() for name in row]
            if not set(CONTENT_NAMES) & set(header):
                names = f"{', '.join(CONTENT_NAMES[:-1])} or {CONTENT_NAMES[-1]}"
                yield Unreadable(source, "line 1", "content", f"has no column; the header needs {names}")
                return
        elif any(row):
            yield _row(header, row, source, f"line {line}", publication)


def _row(header: Sequence[str], row: Sequence[str], source: str, place: str, publication: str | None) -> Item:
    fields = {name: cell for name, cell in zip(header, row, strict=False) if cell.strip()}
    for name, cell in fields.items():
        if any("\udc80" <= char <= "\udcff" for char in cell):
            return Unreadable(source, place, name, "is not valid UTF-8; convert the file")
    return record(source, place, fields, publication=publication)


def _lines(reader: _Reader) -> Iterator[tuple[int, list[str] | str]]:
    """Rows with the line on which they start, or what is wrong with them."""
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, f"is not CSV ({error})"
        else:
            yield line, row
