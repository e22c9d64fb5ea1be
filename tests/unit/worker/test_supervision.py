"""What the supervisor tells a new child about the one before it."""

import signal
from collections.abc import Sequence
from dataclasses import dataclass

from worker.exits import STALLED
from worker.supervisor import Supervisor


@dataclass
class Ended:
    """A process that was killed as soon as it was made."""

    pid: int = 1
    returncode: int | None = -signal.SIGKILL

    def poll(self) -> int | None:
        return self.returncode

    def wait(self) -> int | None:
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Too late."""

    def kill(self) -> None:
        """Too late."""


def test_a_child_is_told_how_the_one_before_it_ended() -> None:
    told: list[int | None] = []

    def start(_slot: int, _pipe: int, previous: int | None, _foreign: Sequence[int]) -> Ended:
        told.append(previous)
        return Ended()

    supervisor = Supervisor(start=start, count=1, drain_seconds=5, stall_seconds=180)
    (child,) = supervisor._children
    supervisor._start(child, 0.0)
    supervisor._reap()
    supervisor._start(child, 0.0)
    # A child that we kill ourselves because it is stuck is stuck with what it handles.
    child.stalled = True
    supervisor._reap()
    supervisor._start(child, 0.0)
    supervisor._reap()
    supervisor._start(child, 0.0)
    supervisor._reap()
    assert told == [None, -signal.SIGKILL, STALLED, -signal.SIGKILL]
