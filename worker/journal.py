"""What a child has in hand, in memory that outlives it: its successor goes on where it ended. See ADR 7."""

import json
import os
import struct
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from worker.pubsub import Received

_HELD: Final = 1
_BEGUN: Final = 2
_SETTLED: Final = 3
_NOTHING: Final = 0  # what memory that was never written reads as
_MOST_STRIKES: Final = 255

_HEADER: Final = struct.Struct("<BBII")  # state, strikes, bytes of the envelope, bytes of the data


@dataclass(slots=True)
class _Region:
    """Records one behind the other, cut back to nothing when the last of them is settled."""

    memory: int
    end: int = 0
    live: int = 0

    def append(self, message: Received) -> int:
        """The offset of the record. The header comes last: a record that was cut off is none."""
        envelope = _envelope(message)
        offset, size = self.end, len(envelope) + len(message.data)
        os.pwrite(self.memory, envelope + message.data, offset + _HEADER.size)
        header = _HEADER.pack(_HELD, message.strikes, len(envelope), len(message.data))
        os.pwrite(self.memory, header, offset)
        self.end = offset + _HEADER.size + size
        self.live += 1
        return offset

    def mark(self, offset: int, state: int, strikes: int) -> None:
        os.pwrite(self.memory, bytes((state, strikes)), offset)

    def settle(self, offset: int) -> None:
        os.pwrite(self.memory, bytes((_SETTLED,)), offset)
        self.live -= 1
        self.cut_back()

    def cut_back(self) -> None:
        if not self.live:
            os.ftruncate(self.memory, 0)
            self.end = 0

    def records(self) -> Iterator[tuple[int, int, Received]]:
        """Offset, state and message of each record that was written whole."""
        self.end = 0
        while len(header := os.pread(self.memory, _HEADER.size, self.end)) == _HEADER.size:
            state, strikes, head, data = _HEADER.unpack(header)
            if state == _NOTHING:
                return
            content = os.pread(self.memory, head + data, self.end + _HEADER.size)
            yield self.end, state, _message(content[:head], content[head:], strikes)
            self.end += _HEADER.size + head + data


@dataclass(slots=True)
class Journal:
    """The messages in hand of one slot. Made before the fork; what a child writes, the next one reads.

    Of two regions one is written to and the other only emptied, until it can be cut back and they change
    places: so the journal stays small though something is always in hand.
    """

    _regions: list[_Region] = field(init=False)
    _places: dict[str, tuple[_Region, int, int]] = field(init=False, default_factory=dict)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._regions = [_Region(os.memfd_create("namewire-journal")) for _ in range(2)]

    def hold(self, messages: Iterable[Received]) -> None:
        with self._lock:
            if not self._regions[1].live:
                self._regions.reverse()
            region = self._regions[0]
            for message in messages:
                self._places[message.ack_id] = (region, region.append(message), message.strikes)

    def begin(self, messages: Iterable[Received]) -> None:
        """From now on these may be what this process dies of."""
        self._mark(messages, _BEGUN)

    def survived(self, messages: Iterable[Received]) -> None:
        self._mark(messages, _HELD)

    def settle(self, messages: Iterable[Received]) -> None:
        with self._lock:
            for message in messages:
                region, offset, _ = self._places.pop(message.ack_id)
                region.settle(offset)

    def charge(self, strikes: int) -> None:
        """The predecessor died; so many strikes for what it was handling. To be called before `inherit`."""
        with self._lock:
            for region in self._regions:
                for offset, state, message in region.records():
                    if state == _BEGUN:
                        region.mark(offset, _HELD, min(_MOST_STRIKES, message.strikes + strikes))

    def inherit(self) -> list[Received]:
        """What the predecessor left, held from now on. A process that dies in here leaves the same."""
        with self._lock:
            return [message for region in self._regions for message in self._take_over(region)]

    def _mark(self, messages: Iterable[Received], state: int) -> None:
        with self._lock:
            for message in messages:
                region, offset, strikes = self._places[message.ack_id]
                region.mark(offset, state, strikes)

    def _take_over(self, region: _Region) -> Iterator[Received]:
        for offset, state, message in region.records():
            if state != _SETTLED:
                self._places[message.ack_id] = (region, offset, message.strikes)
                region.live += 1
                yield message
        region.cut_back()


def _envelope(message: Received) -> bytes:
    """Everything but the data."""
    return json.dumps(
        {
            "ack_id": message.ack_id,
            "message_id": message.message_id,
            "attributes": message.attributes,
            "published_at": message.published_at.isoformat(),
            "attempt": message.attempt,
        }
    ).encode()


def _message(envelope: bytes, data: bytes, strikes: int) -> Received:
    fields = json.loads(envelope)
    published_at = datetime.fromisoformat(fields.pop("published_at"))
    return Received(data=data, published_at=published_at, strikes=strikes, **fields)
