"""Publishes batches of any size; a message that Pub/Sub refuses is singled out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from worker.fate import Never
from worker.lifeline import Lifeline
from worker.persist import persist
from worker.pubsub import Outgoing

# A publish request may have 1,000 messages and 10 MB with its framing.
_REQUEST_MESSAGES: Final = 1_000
_REQUEST_BYTES: Final = 9_700_000
_FRAMING_BYTES: Final = 64


class Publishes(Protocol):
    """The part of a topic that this module needs."""

    def publish(self, messages: Sequence[Outgoing]) -> list[str]: ...


@dataclass(slots=True)
class Outbox:
    """Sends to one topic and waits until the server has confirmed."""

    topic: Publishes
    lifeline: Lifeline
    name: str

    def send(self, messages: Sequence[Outgoing]) -> list[Never | None]:
        """For each message None, or why Pub/Sub will never take it. Raises TryLater to end the process."""
        outcomes: list[Never | None] = []
        for part in _requests(messages):
            outcomes.extend(_too_large(part) or self._send(part))
        return outcomes

    def _send(self, part: Sequence[Outgoing]) -> list[Never | None]:
        try:
            persist(
                lambda: self.topic.publish(part), lifeline=self.lifeline, what=f"publishing to {self.name}"
            )
        except Never as error:
            if len(part) == 1:
                return [error]
            middle = len(part) // 2
            return [*self._send(part[:middle]), *self._send(part[middle:])]
        return [None] * len(part)


def _requests(messages: Sequence[Outgoing]) -> Iterator[Sequence[Outgoing]]:
    """Cuts a list into requests that Pub/Sub takes."""
    start = size = 0
    for position, message in enumerate(messages):
        bytes_ = _bytes(message)
        full = position - start >= _REQUEST_MESSAGES or size + bytes_ > _REQUEST_BYTES
        if full and position > start:
            yield messages[start:position]
            start, size = position, 0
        size += bytes_
    if start < len(messages):
        yield messages[start:]


def _too_large(part: Sequence[Outgoing]) -> list[Never | None] | None:
    """The refusal of a message that no request can hold; sent all the same, it may get no answer at all."""
    size = _bytes(part[0])
    if size <= _REQUEST_BYTES:
        return None
    return [Never(f"the message has {size:,} bytes; at most {_REQUEST_BYTES:,} can be published")]


def _bytes(message: Outgoing) -> int:
    pairs = message.attributes.items()
    return (
        len(message.data) + _FRAMING_BYTES + sum(len(f"{name}{value}".encode()) + 8 for name, value in pairs)
    )
