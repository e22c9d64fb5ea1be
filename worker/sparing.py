"""Keeps from a handler what has ended too many processes: it goes to the dead letters."""

from collections.abc import Iterator, Sequence
from typing import Final

from contract.errors import InvalidMessage
from worker.dead import DeadLetters, Hopeless
from worker.pubsub import Received
from worker.pump import Handle
from worker.suspects import is_deadly

STAGE_PROCESS: Final = "process"
_REASON: Final = InvalidMessage.of(
    "content",
    "processes died again and again while they handled it; if something else killed them, replay it",
)


def sparing(handle: Handle, dead: DeadLetters) -> Handle:
    """The handler, which no longer sees what is deadly."""

    def spared(batch: Sequence[Received]) -> Iterator[Sequence[Received]]:
        deadly = [message for message in batch if is_deadly(message)]
        yield dead.bury([Hopeless(message, _REASON, STAGE_PROCESS) for message in deadly])
        rest = [message for message in batch if not is_deadly(message)]
        if rest:
            yield from handle(rest)

    return spared
