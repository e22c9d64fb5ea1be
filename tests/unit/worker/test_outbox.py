"""Publishing: requests that Pub/Sub takes, refusals singled out, outages waited out."""

from collections.abc import Sequence

import pytest

from tests.fakes.pubsub import FakeTopic
from tests.unit.worker.lifelines import TimedLifeline
from worker.fate import Never, TryLater
from worker.outbox import Outbox
from worker.pubsub import Outgoing


def outbox(topic: FakeTopic, lifeline: TimedLifeline | None = None) -> Outbox:
    return Outbox(topic, lifeline or TimedLifeline(), "entities")


def messages(count: int, size: int = 1) -> list[Outgoing]:
    return [Outgoing(bytes([65 + number % 26]) * size, {"number": str(number)}) for number in range(count)]


def refused(outcomes: Sequence[Never | None]) -> list[int]:
    return [position for position, outcome in enumerate(outcomes) if outcome is not None]


def test_nothing_to_send_asks_nobody() -> None:
    topic = FakeTopic()
    assert outbox(topic).send([]) == []
    assert topic.requests == []


def test_a_request_has_at_most_a_thousand_messages() -> None:
    topic = FakeTopic()
    batch = messages(2_500)
    assert outbox(topic).send(batch) == [None] * 2_500
    assert topic.requests == [1_000, 1_000, 500]
    assert topic.sent == batch


def test_a_request_has_at_most_so_many_bytes() -> None:
    topic = FakeTopic()
    batch = messages(5, size=4_000_000)
    assert outbox(topic).send(batch) == [None] * 5
    assert topic.requests == [2, 2, 1]


def test_attributes_count_as_bytes() -> None:
    topic = FakeTopic()
    heavy = [Outgoing(b"x", {f"name-{n}": "語" * 300 for n in range(100)}) for _ in range(120)]
    assert outbox(topic).send(heavy) == [None] * 120
    assert len(topic.requests) > 1


def test_a_message_that_no_request_can_hold_is_refused_without_asking() -> None:
    """The emulator does not answer such a request at all; asking again and again would stop the process."""
    topic = FakeTopic()
    small, huge = Outgoing(b"x", {}), Outgoing(b"x" * 9_700_000, {})
    outcomes = outbox(topic).send([small, huge, small])
    assert refused(outcomes) == [1]
    assert "9,700,064 bytes" in str(outcomes[1])
    assert topic.sent == [small, small]


@pytest.mark.parametrize("culprits", [{0}, {7}, {3, 4}, {0, 1, 2, 3, 4, 5, 6, 7}])
def test_refused_messages_are_singled_out_and_the_rest_goes_on(culprits: set[int]) -> None:
    topic = FakeTopic(refuses=lambda message: int(message.attributes["number"]) in culprits)
    batch = messages(8)
    assert refused(outbox(topic).send(batch)) == sorted(culprits)
    assert topic.sent == [message for position, message in enumerate(batch) if position not in culprits]


def test_one_culprit_costs_few_further_requests() -> None:
    topic = FakeTopic(refuses=lambda message: message.attributes["number"] == "500")
    outbox(topic).send(messages(1_000))
    assert len(topic.requests) < 25


def test_an_outage_is_waited_out() -> None:
    topic, lifeline = FakeTopic(outages=8), TimedLifeline()
    assert outbox(topic, lifeline).send(messages(3)) == [None] * 3
    assert len(topic.sent) == 3
    assert len(lifeline.pauses) == 8


def test_a_request_without_an_answer_is_sent_again() -> None:
    """It may arrive twice, which changes nothing: the ids are the articles'."""
    topic = FakeTopic(late=1)
    assert outbox(topic).send(messages(2)) == [None, None]
    assert len(topic.sent) == 4


def test_it_gives_up_only_when_the_process_has_to_end() -> None:
    topic, lifeline = FakeTopic(outages=10_000), TimedLifeline()
    lifeline.stop()
    began = lifeline.time()
    with pytest.raises(TryLater):
        outbox(topic, lifeline).send(messages(1))
    assert 12 < lifeline.time() - began < 20
