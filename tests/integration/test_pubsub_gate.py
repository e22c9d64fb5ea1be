"""What the worker depends on, over the fake and over the emulator: the fake is trusted because both pass."""

import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest

from emulator.topology import create_topology
from tests.fakes.pubsub import FakeTopic, ManualClock
from tests.polling import eventually
from worker import pubsub
from worker.fate import Never, TryLater
from worker.intake import Pulls
from worker.leases import Settles
from worker.outbox import Publishes
from worker.pubsub import Outgoing, Received

# A dead-letter policy makes Pub/Sub count. The retry policy is for the cloud; see `emulator/topology.py`.
_TOPOLOGY = {
    "topics": {"gate": {}, "gate-dead": {}},
    "subscriptions": {
        "gate-test": {
            "topic": "gate",
            "ack_deadline_seconds": 60,
            "message_retention_seconds": 3_600,
            "retry_minimum_backoff_seconds": 10,
            "retry_maximum_backoff_seconds": 600,
            "dead_letter_topic": "gate-dead",
            "max_delivery_attempts": 100,
        }
    },
}


class Subscribed(Pulls, Settles, Protocol):
    """Everything that the worker needs of a subscription."""


@dataclass
class Gate:
    topic: Publishes
    subscription: Subscribed
    let_pass: Callable[[float], None]

    def publish(self, *texts: bytes) -> list[str]:
        return self.topic.publish([Outgoing(text, {}) for text in texts])

    def pull(self, count: int) -> list[Received]:
        """So many messages, in as many pulls as it takes."""
        messages: list[Received] = []

        def has_all() -> bool:
            messages.extend(self.subscription.pull(count - len(messages)))
            return len(messages) == count

        eventually(has_all, seconds=20)
        return messages


@pytest.fixture(params=["fake", "emulator"])
def gate(request: pytest.FixtureRequest) -> Iterator[Gate]:
    if request.param == "fake":
        clock = ManualClock()
        topic = FakeTopic(clock)
        yield Gate(topic, topic.subscribe(), clock.advance)
        return
    host = request.getfixturevalue("pubsub_emulator")
    project = f"test-{uuid.uuid4().hex[:12]}"
    create_topology(host, project, topology=_TOPOLOGY)
    channel = pubsub.open_channel()
    yield Gate(
        pubsub.Topic(channel, project, "gate"),
        pubsub.Subscription(channel, project, "gate-test"),
        lambda seconds: None,  # real time passes while the test polls
    )
    channel.close()


def test_a_message_arrives_as_it_was_sent(gate: Gate) -> None:
    data = "Zoë “the\r\nfirst” 👩‍🚀".encode() + b"\x00\xff"
    (message_id,) = gate.topic.publish([Outgoing(data, {"publication": "Süddeutsche", "empty": ""})])
    (message,) = gate.pull(1)
    assert message.data == data
    assert message.attributes == {"publication": "Süddeutsche", "empty": ""}
    assert message.message_id == message_id
    assert message.attempt == 1
    assert message.published_at.tzinfo == UTC


@pytest.mark.usefixtures("pubsub_emulator")
@pytest.mark.parametrize("gate", ["emulator"], indirect=True)
def test_the_publish_time_is_the_time_of_publishing(gate: Gate) -> None:
    before = datetime.now(UTC)
    gate.publish(b"one")
    (message,) = gate.pull(1)
    # The emulator cuts the time to milliseconds.
    assert before - timedelta(milliseconds=1) <= message.published_at <= datetime.now(UTC)


def test_ids_come_in_the_order_of_the_messages(gate: Gate) -> None:
    ids = gate.publish(b"one", b"two", b"three")
    messages = gate.pull(3)
    assert {message.message_id: message.data for message in messages} == dict(
        zip(ids, (b"one", b"two", b"three"), strict=True)
    )


def test_a_message_of_nine_megabytes_arrives(gate: Gate) -> None:
    gate.publish(b"x" * 9_000_000)
    (message,) = gate.pull(1)
    assert len(message.data) == 9_000_000


def test_a_pull_brings_no_more_than_was_asked_for(gate: Gate) -> None:
    gate.publish(*[b"x"] * 20)
    taken = [len(gate.subscription.pull(3)) for _ in range(4)]
    assert max(taken) <= 3
    assert sum(taken) > 0


def test_what_is_held_is_not_delivered_again(gate: Gate) -> None:
    gate.publish(*[b"x"] * 6)
    messages = gate.pull(3) + gate.pull(3)
    assert len({message.message_id for message in messages}) == 6


def test_what_is_given_back_comes_again_under_another_ack_id(gate: Gate) -> None:
    gate.publish(b"one")
    (first,) = gate.pull(1)
    gate.subscription.extend([first.ack_id], 0)
    (second,) = gate.pull(1)
    assert second.message_id == first.message_id
    assert second.published_at == first.published_at
    assert second.ack_id != first.ack_id
    assert (first.attempt, second.attempt) == (1, 2)


def test_what_is_acknowledged_never_comes_again(gate: Gate) -> None:
    done, kept = gate.publish(b"done", b"kept")
    messages = {message.message_id: message for message in gate.pull(2)}
    gate.subscription.acknowledge([messages[done].ack_id])
    gate.subscription.extend([message.ack_id for message in messages.values()], 0)
    (message,) = gate.pull(1)
    assert message.message_id == kept


def test_a_lease_that_ends_gives_the_message_back_and_an_extended_one_keeps_it(gate: Gate) -> None:
    gate.publish(b"kept", b"lost")
    messages = {message.data: message for message in gate.pull(2)}
    gate.subscription.extend([message.ack_id for message in messages.values()], 1)
    gate.subscription.extend([messages[b"kept"].ack_id], 60)
    gate.let_pass(2)
    (message,) = gate.pull(1)
    assert message.data == b"lost"
    # Were it not kept, the other one would have come at the same moment.
    gate.subscription.extend([message.ack_id], 0)
    assert {again.data for again in gate.pull(1)} == {b"lost"}


def test_a_lease_may_end_any_number_of_times(gate: Gate) -> None:
    """Under a retry policy the emulator forgets a message after two or three times."""
    gate.publish(b"x")
    for delivery in range(1, 6):
        (message,) = gate.pull(1)
        assert message.attempt == delivery
        gate.subscription.extend([message.ack_id], 1)
        gate.let_pass(1.5)


def test_what_one_process_holds_another_may_extend_and_acknowledge(gate: Gate) -> None:
    """A successor knows the ack ids from the journal; see ADR 7."""
    gate.publish(b"x")
    (message,) = gate.pull(1)
    heir = Received(message.ack_id, message.message_id, message.data, {}, message.published_at, 1)
    gate.subscription.extend([heir.ack_id], 30)
    gate.subscription.acknowledge([heir.ack_id])
    gate.let_pass(61)
    gate.publish(b"next")
    assert [message.data for message in gate.pull(1)] == [b"next"]


def test_acknowledging_twice_is_no_error(gate: Gate) -> None:
    gate.publish(b"one")
    (message,) = gate.pull(1)
    gate.subscription.acknowledge([message.ack_id])
    gate.subscription.acknowledge([message.ack_id])
    gate.subscription.extend([message.ack_id], 60)


def test_more_messages_than_one_request_may_name_are_settled(gate: Gate) -> None:
    for _ in range(2):
        gate.publish(*[b"x"] * 600)
    messages = gate.pull(1_200)
    gate.subscription.extend([message.ack_id for message in messages], 60)
    gate.subscription.acknowledge([message.ack_id for message in messages])
    gate.publish(b"last")
    assert [message.data for message in gate.pull(1)] == [b"last"]


@pytest.mark.parametrize("begun", [True, False])
def test_cancel_ends_a_pull_at_once_also_one_that_begins_later(gate: Gate, *, begun: bool) -> None:
    answers: list[list[Received]] = []
    pulling = threading.Thread(target=lambda: answers.append(gate.subscription.pull(1)))
    if begun:
        pulling.start()
    gate.subscription.cancel()
    if not begun:
        pulling.start()
    pulling.join(2)
    assert answers == [[]]


@pytest.mark.parametrize("messages", [[], [Outgoing(b"", {})], [Outgoing(b"x", {})] * 1_001])
def test_what_pubsub_refuses_is_never(gate: Gate, messages: list[Outgoing]) -> None:
    with pytest.raises(Never):
        gate.topic.publish(messages)


def test_a_refused_message_costs_its_whole_request(gate: Gate) -> None:
    with pytest.raises(Never):
        gate.topic.publish([Outgoing(b"good", {}), Outgoing(b"", {})])
    gate.publish(b"next")
    assert [message.data for message in gate.pull(1)] == [b"next"]


@pytest.mark.usefixtures("pubsub_emulator")
def test_a_missing_subscription_or_topic_is_try_later_and_named() -> None:
    channel = pubsub.open_channel()
    with pytest.raises(TryLater, match=r"projects/test-x/subscriptions/none-such does not exist; create it"):
        pubsub.Subscription(channel, "test-x", "none-such").pull(1)
    with pytest.raises(TryLater, match=r"projects/test-x/topics/none-such does not exist; create it"):
        pubsub.Topic(channel, "test-x", "none-such").publish([Outgoing(b"x", {})])
    channel.close()


def test_a_server_that_cannot_be_reached_is_try_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", "127.0.0.1:9")
    channel = pubsub.open_channel()
    subscription = pubsub.Subscription(channel, "test-x", "gate-test")
    with pytest.raises(TryLater, match="UNAVAILABLE"):
        subscription.pull(1)
    with pytest.raises(TryLater, match="UNAVAILABLE"):
        subscription.extend(["ack"], 60)
    with pytest.raises(TryLater, match="UNAVAILABLE"):
        pubsub.Topic(channel, "test-x", "gate").publish([Outgoing(b"x", {})])
    channel.close()
