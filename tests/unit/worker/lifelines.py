"""A lifeline whose time is the test's."""

from tests.fakes.pubsub import ManualClock
from worker.lifeline import Lifeline


class TimedLifeline(Lifeline):
    """Its pauses move the clock and take no time."""

    def __init__(self, clock: ManualClock | None = None) -> None:
        self.time = clock or ManualClock()
        self.pauses: list[float] = []
        super().__init__(clock=self.time)

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.time.advance(seconds)
