"""Messages are held as long as they are in hand, and each is settled once."""

import logging
import threading

import pytest

from tests.fakes.pubsub import FakeSubscription, FakeTopic, ManualClock
from tests.polling import eventually
from worker import leases as leases_module
from worker.journal import Journal
from worker.leases import LEASE_SECONDS, Leases
from worker.pubsub import Outgoing, Received


class Desk:
    """Leases over a subscription with so many messages, all pulled and held."""

    def __init__(self, count: int = 3) -> None:
        self.clock = ManualClock()
        topic = FakeTopic(self.clock)
        self.subscription = topic.subscribe(lease_seconds=LEASE_SECONDS)
        self.leases = Leases(self.subscription, Journal(), self.clock)
        topic.publish([Outgoing(b"x", {"n": str(number)}) for number in range(count)])
        self.messages = self.subscription.pull(count)
        self.leases.hold(self.messages)

    def extensions(self) -> list[str]:
        return [ack_id for ack_id, seconds in self.subscription.extended if seconds]


def ack_ids(messages: list[Received]) -> list[str]:
    return [message.ack_id for message in messages]


def test_what_is_done_is_acknowledged_and_no_longer_in_hand() -> None:
    desk = Desk()
    desk.leases.done(desk.messages[:2])
    assert desk.subscription.acknowledged == ack_ids(desk.messages[:2])
    assert desk.leases.in_hand() == 1
    assert desk.subscription.left == 1


def test_what_is_released_can_be_pulled_by_another_at_once() -> None:
    desk = Desk()
    desk.leases.release(desk.messages)
    assert desk.leases.in_hand() == 0
    assert [again.attempt for again in desk.subscription.pull(9)] == [2, 2, 2]


def test_nothing_to_settle_asks_nobody() -> None:
    desk = Desk()
    desk.subscription.outages = 1
    desk.leases.done([])
    desk.leases.release([])
    assert desk.subscription.outages == 1


def test_a_lease_is_extended_when_a_third_of_it_is_over() -> None:
    desk = Desk()
    desk.clock.advance(LEASE_SECONDS / 3 - 0.1)
    desk.leases.extend_due()
    assert desk.extensions() == []
    desk.clock.advance(0.2)
    desk.leases.extend_due()
    assert desk.extensions() == ack_ids(desk.messages)
    desk.clock.advance(LEASE_SECONDS / 3 - 0.2)
    desk.leases.extend_due()
    assert len(desk.extensions()) == 3


def test_leases_are_kept_for_as_long_as_the_work_lasts() -> None:
    desk = Desk()
    desk.subscription.idle_seconds = 0.0
    for _ in range(120):
        desk.clock.advance(5)
        desk.leases.extend_due()
        assert desk.subscription.pull(9) == []


def test_what_is_settled_is_not_extended() -> None:
    desk = Desk()
    desk.leases.done(desk.messages[:1])
    desk.leases.release(desk.messages[1:2])
    desk.clock.advance(30)
    desk.leases.extend_due()
    assert desk.extensions() == ack_ids(desk.messages[2:])


@pytest.mark.parametrize("refused", [False, True])
def test_an_extension_that_fails_is_tried_again_before_the_lease_ends(
    caplog: pytest.LogCaptureFixture, *, refused: bool
) -> None:
    desk = Desk()
    desk.clock.advance(20)
    desk.subscription.outages = 0 if refused else 1
    desk.subscription.refuses = lambda ack_id: refused
    with caplog.at_level(logging.WARNING):
        desk.leases.extend_due()
    assert "could not extend 3 leases, trying again" in caplog.text
    desk.subscription.refuses = lambda ack_id: False
    desk.clock.advance(5)
    desk.leases.extend_due()
    assert desk.extensions() == ack_ids(desk.messages)


@pytest.mark.parametrize("refused", [False, True])
def test_what_cannot_be_settled_is_forgotten_and_said(
    caplog: pytest.LogCaptureFixture, *, refused: bool
) -> None:
    """Telling Pub/Sub again would be of no use: the message comes again and changes nothing."""
    desk = Desk()
    desk.subscription.outages = 0 if refused else 1
    desk.subscription.refuses = lambda ack_id: refused
    with caplog.at_level(logging.WARNING):
        desk.leases.done(desk.messages)
    assert "3 messages could not be acknowledged and will come again" in caplog.text
    assert desk.leases.in_hand() == 0
    assert desk.subscription.left == 3


def test_the_keeper_extends_until_it_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases_module, "_EXTEND_AFTER", 0.01)
    desk = Desk()
    keeper = threading.Thread(target=desk.leases.keep)
    keeper.start()
    desk.subscription.outages = 2
    desk.clock.advance(1)
    eventually(desk.extensions, seconds=5, pause=0.001)
    desk.leases.close()
    keeper.join(5)
    assert not keeper.is_alive()


def test_many_hands_settle_and_extend_at_once() -> None:
    desk = Desk(count=600)
    stop = threading.Event()

    def keep() -> None:
        while not stop.is_set():
            desk.clock.advance(21)
            desk.leases.extend_due()

    keeper = threading.Thread(target=keep)
    keeper.start()
    for start in range(0, 600, 3):
        desk.leases.done(desk.messages[start : start + 3])
    stop.set()
    keeper.join(5)
    assert desk.subscription.acknowledged == ack_ids(desk.messages)
    assert desk.leases.in_hand() == 0


def test_an_idle_subscription_is_left_alone() -> None:
    subscription = FakeSubscription()
    Leases(subscription, Journal(), subscription.clock).extend_due()
    assert subscription.extended == []
