"""A dead letter says who, when, where and why; only what is safely sent may be acknowledged."""

from datetime import UTC, datetime

import pytest

from contract import limits
from contract.errors import FieldError, InvalidMessage
from tests.fakes.pubsub import FakeTopic
from tests.unit.worker.lifelines import TimedLifeline
from tests.unit.worker.making import EPOCH
from worker.dead import DeadLetters, Hopeless
from worker.fate import TryLater
from worker.outbox import Outbox
from worker.pubsub import Outgoing, Received
from worker.status import Counts


class Cemetery:
    def __init__(self, topic: FakeTopic | None = None) -> None:
        self.topic = topic or FakeTopic()
        self.counts = Counts()
        self.lifeline = TimedLifeline()
        outbox = Outbox(self.topic, self.lifeline, "articles-dead")
        self.dead = DeadLetters(outbox, self.counts, lambda: datetime(2026, 11, 2, 8, 30, tzinfo=UTC))


def case(number: int = 1, *, data: bytes = b"<xml/>", attributes: dict[str, str] | None = None) -> Hopeless:
    message = Received(f"ack-{number}", f"m{number}", data, attributes or {}, EPOCH, 1)
    error = InvalidMessage([FieldError("content", "is required"), FieldError("id", "is odd")])
    return Hopeless(message, error, "decode")


def test_a_letter_has_the_message_and_the_reason() -> None:
    room = Cemetery()
    hopeless = case(attributes={"publication": "Reuters", "reason": "an older one"})
    assert room.dead.bury([hopeless]) == [hopeless.message]
    assert room.topic.sent == [
        Outgoing(
            b"<xml/>",
            {
                "publication": "Reuters",
                "reason": "content: is required; id: is odd",
                "field": "content",
                "stage": "decode",
                "source_message_id": "m1",
                "source_published_at": "2026-11-01T12:00:00Z",
                "attempts": "1",
                "failed_at": "2026-11-02T08:30:00Z",
            },
        )
    ]
    assert room.counts.dead_lettered == 1


def test_nobody_to_bury_asks_nobody() -> None:
    room = Cemetery()
    assert room.dead.bury([]) == []
    assert room.topic.requests == []


def test_a_letter_that_is_refused_leaves_its_message_unsettled(caplog: pytest.LogCaptureFixture) -> None:
    """Pub/Sub's own dead-letter policy takes it, after the fifth attempt."""
    room = Cemetery(FakeTopic(refuses=lambda letter: letter.attributes["source_message_id"] == "m2"))
    cases = [case(1), case(2), case(3)]
    assert room.dead.bury(cases) == [cases[0].message, cases[2].message]
    assert room.counts.dead_lettered == 2
    assert "no dead letter for m2" in caplog.text


def test_the_log_has_neither_the_text_nor_the_reason(caplog: pytest.LogCaptureFixture) -> None:
    """A reason may quote what people wrote."""
    Cemetery().dead.bury([case(data=b"a secret article")])
    assert "message m1 failed at decode on content" in caplog.text
    assert "secret" not in caplog.text
    assert "is required" not in caplog.text


def test_the_largest_message_with_the_most_attributes_still_fits() -> None:
    attributes = {f"{number:03}" + "k" * 250: "語" * 340 for number in range(limits.ATTRIBUTES)}
    room = Cemetery()
    hopeless = case(data=b"x" * 10_000_000, attributes=attributes)
    assert room.dead.bury([hopeless]) == [hopeless.message]
    (letter,) = room.topic.sent
    assert letter.attributes["truncated_from_bytes"] == "10000000"
    assert len(letter.attributes) <= limits.ATTRIBUTES


def test_when_no_letter_can_be_sent_nothing_is_settled() -> None:
    room = Cemetery(FakeTopic(outages=10_000))
    room.lifeline.stop()
    with pytest.raises(TryLater):
        room.dead.bury([case()])
    assert room.counts.dead_lettered == 0
