"""Every message of a batch is settled once, whatever the handler does; stopping goes in order."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence

import pytest

from tests.fakes.pubsub import FakeSubscription, FakeTopic
from tests.polling import eventually
from tests.unit.worker.lifelines import TimedLifeline
from worker import pump as pump_module
from worker.exits import OK, RECYCLE
from worker.fate import TryLater
from worker.intake import Intake
from worker.journal import Journal
from worker.leases import Leases
from worker.pubsub import Outgoing, Received
from worker.pump import Handle, Pump
from worker.status import Status


class House:
    """A pump over a subscription in memory, which ends when it finds nothing more to do."""

    def __init__(self, handle: Handle, *, messages: int = 10, most: int = 4) -> None:
        self.topic = FakeTopic()
        self.subscription: FakeSubscription = self.topic.subscribe()
        self.publish(messages)
        self.lifeline = TimedLifeline()
        self.status = Status("work", 0, "")
        leases = Leases(self.subscription, Journal())
        self.intake = Intake(self.subscription, leases, room=most)
        self.leases = leases
        self.handle = handle
        self.pump = Pump(
            self.intake, leases, self.lifeline, self.status, self._handle, most, lambda: 0.0, 10**6
        )
        self.batches: list[list[str]] = []
        self.then: Callable[[], None] = self._stop_when_done

    def publish(self, count: int) -> None:
        self.topic.publish([Outgoing(str(n).encode(), {}) for n in range(count)])

    def run(self) -> int:
        return self.pump.run()

    def _handle(self, batch: Sequence[Received]) -> Iterator[Sequence[Received]]:
        self.batches.append([message.message_id for message in batch])
        try:
            yield from self.handle(batch)
        finally:
            self.then()

    def _stop_when_done(self) -> None:
        if sum(map(len, self.batches)) >= 10:
            self.lifeline.stop()


def finish(batch: Sequence[Received]) -> Iterator[Sequence[Received]]:
    for message in batch:
        yield [message]


def assert_settled_once(house: House) -> None:
    settled = [*house.subscription.acknowledged, *house.subscription.released]
    assert len(settled) == len(set(settled)) == house.subscription._deliveries
    assert house.leases.in_hand() == 0


def test_what_the_handler_finishes_is_acknowledged() -> None:
    house = House(finish)
    assert house.run() == OK
    assert len(house.subscription.acknowledged) == 10
    assert house.subscription.left == 0
    assert house.status.counts.received == house.status.counts.done == 10
    assert_settled_once(house)


def test_a_message_is_acknowledged_as_soon_as_it_is_finished() -> None:
    seen: list[int] = []

    def handle(batch: Sequence[Received]) -> Iterator[Sequence[Received]]:
        for message in batch:
            seen.append(len(house.subscription.acknowledged))
            yield [message]

    house = House(handle)
    house.run()
    assert seen == list(range(10))


def test_what_the_handler_leaves_out_is_given_back() -> None:
    house = House(lambda batch: iter([batch[1:]]))
    house.run()
    assert house.subscription.acknowledged
    assert len(house.subscription.released) >= len(house.batches)
    assert_settled_once(house)


def test_when_the_handler_gives_up_the_unfinished_are_given_back(caplog: pytest.LogCaptureFixture) -> None:
    def handle(batch: Sequence[Received]) -> Iterator[Sequence[Received]]:
        yield batch[:1]
        yield []
        raise TryLater("the topic is gone")

    house = House(handle)
    house.then = house.lifeline.stop
    with caplog.at_level(logging.WARNING):
        assert house.run() == OK
    (batch,) = house.batches
    assert len(house.subscription.acknowledged) == 1
    assert f"giving back {len(batch) - 1} messages: the topic is gone" in caplog.text
    assert_settled_once(house)


@pytest.mark.parametrize("kind", [RuntimeError, KeyError, MemoryError])
def test_a_defect_in_the_handler_ends_the_process_and_loses_nothing(kind: type[Exception]) -> None:
    """Going on could repeat it for ever, unseen; a replacement gets what failed often alone."""

    def handle(batch: Sequence[Received]) -> Iterator[Sequence[Received]]:
        yield batch[:1]
        raise kind("a defect")

    house = House(handle)
    with pytest.raises(kind):
        house.run()
    assert len(house.subscription.acknowledged) == 1
    assert house.subscription.left == 9
    assert_settled_once(house)


def test_finishing_a_message_twice_is_a_defect() -> None:
    house = House(lambda batch: iter([batch, batch]))
    with pytest.raises(KeyError):
        house.run()
    assert_settled_once(house)


def test_after_a_stop_request_the_batch_in_hand_is_finished_and_the_rest_given_back() -> None:
    house = House(finish)
    house.then = house.lifeline.stop
    assert house.run() == OK
    assert len(house.subscription.acknowledged) == len(house.batches[0])
    assert house.subscription.left == 10 - len(house.batches[0])
    assert_settled_once(house)


def test_a_stop_request_before_the_start_is_not_lost() -> None:
    house = House(finish)
    house.lifeline.stop()
    assert house.run() == OK
    assert house.batches == []
    assert_settled_once(house)


def test_no_thread_is_left_behind() -> None:
    House(finish).run()
    names = {"leases", "intake"}
    eventually(lambda: names.isdisjoint(thread.name for thread in threading.enumerate()), seconds=5)


def test_a_process_that_has_grown_too_large_drains_and_asks_to_be_replaced(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(pump_module, "resident_megabytes", lambda: 10**6 + 1)
    house = House(finish)
    assert house.run() == RECYCLE
    assert "to be replaced" in caplog.text
    assert_settled_once(house)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_pulling_thread_that_died_ends_the_process() -> None:
    """Alive and without a way to get work, it would stand idle for ever."""
    house = House(finish)

    def pull(most: int) -> list[Received]:
        raise ValueError("a defect")

    house.subscription.pull = pull  # type: ignore[method-assign]
    with pytest.raises(RuntimeError, match="a helping thread ended"):
        house.run()


def test_readiness_and_progress_are_said() -> None:
    words: list[str] = []

    class Talking(TimedLifeline):
        def ready(self) -> None:
            words.append("ready")

        def alive(self) -> None:
            words.append("alive")

    house = House(finish)
    house.lifeline = house.pump.lifeline = Talking()
    house.run()
    assert words[0] == "ready"
    assert len(words) > 10
