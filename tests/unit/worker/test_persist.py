"""Outages are waited out with growing pauses."""

import logging

import pytest

from tests.unit.worker.lifelines import TimedLifeline
from worker.fate import Never, TryLater
from worker.persist import persist


class Flaky:
    """Fails so many times before it works."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.calls <= self.failures:
            raise TryLater("gone fishing")
        return "done"


def test_what_works_is_not_waited_for() -> None:
    lifeline = TimedLifeline()
    assert persist(Flaky(0), lifeline=lifeline, what="it") == "done"
    assert lifeline.pauses == []


def test_pauses_grow_to_five_seconds_and_are_not_the_same_for_everyone() -> None:
    lifeline = TimedLifeline()
    assert persist(Flaky(20), lifeline=lifeline, what="it") == "done"
    assert lifeline.pauses[0] <= 0.1
    assert max(lifeline.pauses) <= 5.0
    assert min(lifeline.pauses[-5:]) >= 2.5
    assert len(set(lifeline.pauses)) == 20


def test_each_wait_is_said_with_its_reason(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        persist(Flaky(2), lifeline=TimedLifeline(), what="publishing to entities")
    assert len(caplog.messages) == 2
    assert caplog.messages[0].startswith("publishing to entities must wait 0.1 s; nothing is lost: gone")


def test_what_can_never_work_is_raised_at_once() -> None:
    def refused() -> None:
        raise Never("no")

    lifeline = TimedLifeline()
    with pytest.raises(Never):
        persist(refused, lifeline=lifeline, what="it")
    assert lifeline.pauses == []


def test_a_stop_request_leaves_time_to_finish() -> None:
    lifeline = TimedLifeline()
    lifeline.stop()
    assert persist(Flaky(5), lifeline=lifeline, what="it") == "done"


def test_it_gives_up_when_draining_has_lasted_too_long() -> None:
    lifeline = TimedLifeline()
    lifeline.stop()
    lifeline.time.advance(12.1)
    flaky = Flaky(1)
    with pytest.raises(TryLater, match="gone fishing"):
        persist(flaky, lifeline=lifeline, what="it")
    assert flaky.calls == 1
