"""One batch ahead of the work and no more; suspects alone; nothing kept after the end."""

import logging
import threading
import time
from collections.abc import Iterator

import pytest

from tests.fakes.pubsub import FakeSubscription, FakeTopic
from tests.polling import eventually
from tests.unit.worker.making import EPOCH
from worker import intake as intake_module
from worker.intake import Intake
from worker.journal import Journal
from worker.leases import Leases
from worker.pubsub import Outgoing, Received


class Door:
    """An intake whose thread runs, over a subscription in memory."""

    def __init__(self, *, room: int = 4) -> None:
        self.topic = FakeTopic()
        self.subscription: FakeSubscription = self.topic.subscribe()
        self.leases = Leases(self.subscription, Journal())
        self.intake = Intake(self.subscription, self.leases, room=room)
        self.thread = threading.Thread(target=self.intake.fill)

    def publish(self, count: int) -> None:
        self.topic.publish([Outgoing(b"x", {}) for _ in range(count)])

    def take(self, *, most: int = 4, patience: float = 0.0) -> list[Received]:
        """What the intake gives, as soon as there is something."""
        return eventually(
            lambda: self.intake.take(most=most, patience=lambda: patience), seconds=5, pause=0.001
        )

    def wait_held(self, count: int) -> None:
        eventually(lambda: self.leases.in_hand() == count, seconds=5, pause=0.001)

    def close(self) -> None:
        self.intake.close()
        if self.thread.is_alive():
            self.thread.join(5)


@pytest.fixture
def door() -> Iterator[Door]:
    door = Door()
    door.thread.start()
    yield door
    door.close()
    assert not door.thread.is_alive()


def received(number: int, *, attempt: int = 1, strikes: int = 0) -> Received:
    return Received(f"ack-{number}", str(number), b"x", {}, EPOCH, attempt, strikes)


def test_it_holds_one_batch_and_no_more(door: Door) -> None:
    door.publish(50)
    door.wait_held(4)
    door.intake.close()
    door.thread.join(5)
    assert set(door.subscription.asked) == {4}
    assert door.leases.in_hand() == 4


def test_with_a_batch_in_work_it_fetches_exactly_what_there_is_room_for(door: Door) -> None:
    door.publish(50)
    door.wait_held(4)
    taken = door.take(most=3)
    assert len(taken) == 3
    door.wait_held(7)
    assert door.subscription.asked[-1] == 3


def test_every_message_is_taken_once(door: Door) -> None:
    door.publish(200)
    ids = [message.message_id for _ in range(50) for message in door.take(most=4, patience=5.0)]
    assert sorted(ids, key=int) == [str(number) for number in range(1, 201)]


def test_a_full_batch_does_not_wait(door: Door) -> None:
    door.publish(4)
    assert len(door.take(most=4, patience=60.0)) == 4


def test_a_batch_that_is_not_full_waits_no_longer_than_its_patience(door: Door) -> None:
    door.publish(1)
    door.wait_held(1)
    began = time.monotonic()
    assert len(door.take(most=4, patience=0.2)) == 1
    assert time.monotonic() - began < 5.0


def test_patience_counts_from_the_first_message() -> None:
    now = [100.0]
    door = Door()
    door.intake.clock = lambda: now[0]
    door.publish(1)
    door.thread.start()
    door.wait_held(1)
    now[0] += 10.0
    assert len(door.intake.take(most=4, patience=lambda: 9.0)) == 1
    door.close()


def test_a_stop_request_ends_the_patience() -> None:
    door = Door()
    door.publish(1)
    door.thread.start()
    door.wait_held(1)
    patience = iter([60.0, 60.0, 0.0])
    assert len(door.intake.take(most=4, patience=lambda: next(patience))) == 1
    door.close()


def test_without_messages_a_tick_is_enough(door: Door) -> None:
    began = time.monotonic()
    assert door.intake.take(most=4, patience=lambda: 60.0) == []
    assert time.monotonic() - began < 5.0


def test_suspects_come_first_and_among_themselves() -> None:
    """One of them may be what killed the process that had it."""
    intake = Intake(FakeSubscription(), Leases(FakeSubscription(), Journal()), room=10)
    messages = [received(n, attempt=attempt) for n, attempt in enumerate([1, 3, 2, 5, 1, 4])]
    intake._add(messages)
    batches = [intake.take(most=10, patience=lambda: 0.0) for _ in range(5)]
    attempts = [[message.attempt for message in batch] for batch in batches]
    assert attempts == [[3], [4], [5], [1, 2, 1], []]


def test_what_a_predecessor_held_comes_before_anything_is_pulled() -> None:
    journal = Journal()
    messages = [received(number) for number in range(6)]
    journal.hold(messages)
    subscription = FakeSubscription()
    intake = Intake(subscription, leases := Leases(subscription, journal), room=4)
    intake.inherit()
    assert [ack_id for ack_id, seconds in subscription.extended if seconds] == [m.ack_id for m in messages]
    assert leases.in_hand() == 6
    assert intake._wait_for_room() == 0
    assert intake.take(most=4, patience=lambda: 60.0) == messages[:4]
    assert intake.rest() == messages[4:]


def test_pubsub_out_of_reach_is_waited_out_and_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(intake_module, "_FIRST_PAUSE", 0.01)
    door = Door()
    door.subscription.outages = 4
    door.publish(1)
    with caplog.at_level(logging.INFO):
        door.thread.start()
        door.wait_held(1)
    waits = [message for message in caplog.messages if "nothing is lost" in message]
    assert len(waits) == 4
    assert waits[0].startswith("waiting for Pub/Sub, next try in 0.0 s; nothing is lost: the subscription")
    assert caplog.messages[-1] == "Pub/Sub answers again"
    door.close()


def test_closing_ends_a_pull_that_waits() -> None:
    door = Door()
    door.subscription.idle_seconds = 60.0
    door.thread.start()
    eventually(lambda: door.subscription.asked, seconds=5)
    door.close()
    assert not door.thread.is_alive()


def test_closing_ends_a_wait_for_pubsub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake_module, "_FIRST_PAUSE", 60.0)
    door = Door()
    door.subscription.outages = 1
    door.thread.start()
    eventually(lambda: door.subscription.asked, seconds=5)
    door.close()
    assert not door.thread.is_alive()


def test_after_closing_the_rest_is_handed_over_once(door: Door) -> None:
    door.publish(3)
    door.wait_held(3)
    door.close()
    assert len(door.intake.rest()) == 3
    assert door.intake.rest() == []
    assert door.intake.take(most=4, patience=lambda: 60.0) == []


def test_after_a_stall_others_have_their_turn_before_what_stalled_alone() -> None:
    door, now = Door(), 100.0
    door.intake.clock = lambda: now
    slow, companion = received(90, strikes=20), received(91, strikes=10)
    door.intake._buffer = [slow, companion]
    door.intake.postpone(30.0)
    door.intake._add([received(number) for number in range(2)])
    assert door.intake._wait_for_room() == 1, "what is put off takes nobody's room"

    def take() -> list[int]:
        return [int(message.message_id) for message in door.intake.take(most=4, patience=lambda: 0.0)]

    assert [take(), take(), take()] == [[91], [0, 1], []]
    now += 2 * 30.0
    assert take() == [90]


def test_after_a_stall_nobody_waits_for_others_that_do_not_come() -> None:
    door = Door()
    door.intake._buffer = [received(90, strikes=20)]
    door.intake.postpone(30.0)
    assert door.intake.take(most=4, patience=lambda: 0.0) == []
    door.intake._add([])
    assert len(door.intake.take(most=4, patience=lambda: 0.0)) == 1
