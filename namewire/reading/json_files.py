"""JSON Lines, read line by line however long the file; and JSON, an object or an array."""

from typing import IO, Any, Final

from contract.errors import InvalidMessage
from contract.wire import decode_utf8, parse_json
from namewire.reading.records import Item, Items, Unreadable, record

# More than any article may have; a file without line ends must not fill the memory.
LINE_BYTES: Final = 16_000_000


def read_lines(file: IO[bytes], source: str, *, publication: str | None, first: bytes = b"") -> Items:
    """An article per line; blank lines are none. `first` is what was read of the file already."""
    number = 0
    while line := first or file.readline(LINE_BYTES + 1):
        first = b""
        number += 1
        place = f"line {number}"
        if len(line) > LINE_BYTES:
            _skip_line(file)
            yield Unreadable(source, place, "body", f"is longer than {LINE_BYTES:,} bytes")
        elif line.strip():
            yield _line(line, source, place, publication)


def read_document(file: IO[bytes], source: str, *, publication: str | None) -> Items:
    """A JSON file; one whose first line is an article by itself is taken for JSON Lines."""
    first = file.readline(LINE_BYTES + 1)
    if first.endswith(b"\n") and isinstance(_parse_or_none(first), dict):
        yield from read_lines(file, source, publication=publication, first=first)
        return
    try:
        value = parse_json(decode_utf8(first + file.read()))
    except InvalidMessage as error:
        yield Unreadable(source, "file", "body", error.errors[0].message)
        return
    except ValueError as error:
        yield Unreadable(source, "file", "body", f"is not JSON ({error})")
        return
    if isinstance(value, list):
        for number, entry in enumerate(value, start=1):
            yield _value(entry, source, f"record {number}", publication)
    else:
        yield _value(value, source, "record 1", publication)


def _line(line: bytes, source: str, place: str, publication: str | None) -> Item:
    try:
        return _value(parse_json(decode_utf8(line)), source, place, publication)
    except InvalidMessage as error:
        return Unreadable(source, place, "body", error.errors[0].message)
    except ValueError as error:
        return Unreadable(source, place, "body", f"is not JSON ({error})")


def _value(value: Any, source: str, place: str, publication: str | None) -> Item:
    if not isinstance(value, dict):
        return Unreadable(source, place, "body", "must be a JSON object with content and publication")
    return record(source, place, value, publication=publication)


def _parse_or_none(data: bytes) -> Any:
    try:
        return parse_json(decode_utf8(data))
    except (InvalidMessage, ValueError):
        return None


def _skip_line(file: IO[bytes]) -> None:
    while (part := file.readline(LINE_BYTES)) and not part.endswith(b"\n"):
        pass
