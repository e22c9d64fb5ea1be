"""Articles in portions that one request can carry, in their order."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from contract import limits
from namewire.reading.records import Item, Record, Unreadable

# With room for what surrounds the articles; a larger one still gets a request of its own.
BATCH_BYTES: Final = limits.BODY_BYTES * 3 // 4


@dataclass(slots=True)
class Batch:
    """Records with their lines of NDJSON, and what was found unreadable among them."""

    records: list[Record] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    size: int = 0

    def add(self, record: Record, line: bytes) -> None:
        self.records.append(record)
        self.lines.append(line)
        self.size += len(line)

    def __len__(self) -> int:
        return len(self.records)


def batches(items: Iterable[Item], *, most: int, most_bytes: int = BATCH_BYTES) -> Iterator[Batch]:
    """Portions of at most so many records and, unless one record alone has more, so many bytes."""
    batch = Batch()
    for item in items:
        if isinstance(item, Unreadable):
            batch.unreadable.append(item)
            if len(batch.unreadable) >= most:
                yield batch
                batch = Batch()
            continue
        line = encode_line(item.fields)
        if batch.records and (len(batch) >= most or batch.size + len(line) > most_bytes):
            yield batch
            batch = Batch()
        batch.add(item, line)
    if batch.records or batch.unreadable:
        yield batch


def encode_line(fields: Mapping[str, Any]) -> bytes:
    """A line of NDJSON. Half a surrogate pair is escaped: to refuse it is for the publish function."""
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(fields, separators=(",", ":")).encode() + b"\n"
