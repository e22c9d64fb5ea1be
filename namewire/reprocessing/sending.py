"""Articles of a run to Pub/Sub, through outages."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from contract.names import ARTICLES_TOPIC
from namewire.reprocessing.sources import Candidate
from namewire.review import Message, NoAnswer, Refused

_REQUEST_BYTES: Final = 5_000_000  # Pub/Sub takes 10 MB; one article is smaller than this or alone
_WAITS: Final = (0.5, 2.0, 5.0, 10.0, 30.0)


class Publishes(Protocol):
    """The part of the review that this module needs."""

    def publish(self, topic: str, messages: Sequence[Message]) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Sender:
    """`pause` may raise Interrupted."""

    topic: Publishes
    pause: Callable[[float], None]

    def send(self, candidates: Sequence[Candidate]) -> dict[str, str]:
        """Why Pub/Sub refuses some of them, by id. Raises Trouble when it does not answer."""
        refused: dict[str, str] = {}
        for part in _requests(candidates):
            refused |= self._send(part)
        return refused

    def _send(self, part: Sequence[Candidate]) -> dict[str, str]:
        try:
            self._publish([candidate.piece.message for candidate in part if candidate.piece])
        except Refused as refusal:
            if len(part) == 1:
                return {part[0].id: f"Pub/Sub refused it: {refusal}"}
            middle = len(part) // 2
            return self._send(part[:middle]) | self._send(part[middle:])
        return {}

    def _publish(self, messages: Sequence[Message]) -> None:
        """A time-out may mean that it arrived all the same; twice is harmless."""
        for wait in _WAITS:
            try:
                self.topic.publish(ARTICLES_TOPIC, messages)
            except NoAnswer:
                self.pause(wait)
            else:
                return
        self.topic.publish(ARTICLES_TOPIC, messages)


def _requests(candidates: Sequence[Candidate]) -> Iterator[Sequence[Candidate]]:
    """Parts of at most so many bytes, unless one alone has more."""
    start = size = 0
    for position, candidate in enumerate(candidates):
        extent = len(candidate.piece.message.data) if candidate.piece else 0
        if position > start and size + extent > _REQUEST_BYTES:
            yield candidates[start:position]
            start, size = position, 0
        size += extent
    if start < len(candidates):
        yield candidates[start:]
