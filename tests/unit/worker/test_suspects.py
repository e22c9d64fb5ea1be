"""A message that kills processes is found among its neighbours, who are handled; then it is buried."""

import signal
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from tests.fakes.pubsub import FakeTopic
from tests.unit.worker.lifelines import TimedLifeline
from tests.unit.worker.making import EPOCH
from worker.dead import DeadLetters
from worker.exits import OUT_OF_MEMORY
from worker.outbox import Outbox
from worker.pubsub import Received
from worker.sparing import sparing
from worker.status import Counts
from worker.suspects import MOST_TRIES, hesitation, is_deadly, next_suspects, strikes_of


def received(number: int, *, attempt: int = 1, strikes: int = 0) -> Received:
    return Received(f"ack-{number}", str(number), b"{}", {}, EPOCH, attempt, strikes)


def numbers(messages: Sequence[Received]) -> list[int]:
    return [int(message.message_id) for message in messages]


def test_without_a_death_there_are_no_suspects() -> None:
    assert next_suspects([received(1), received(2, attempt=2)], 8) == []


def test_company_shrinks_with_every_strike() -> None:
    for strikes, company in ((1, 6), (2, 1), (3, 1), (50, 1)):
        messages = [received(number, strikes=strikes) for number in range(50)]
        assert len(next_suspects(messages, 50)) == company


def test_a_kill_says_little_a_crash_much_and_a_first_start_nothing() -> None:
    codes = (None, -signal.SIGKILL, -signal.SIGSEGV, OUT_OF_MEMORY)
    assert [strikes_of(code) for code in codes] == [0, 1, 10, 10]


def test_the_least_suspect_come_first_and_not_with_worse_ones() -> None:
    messages = [received(1, strikes=2), received(2), received(3, strikes=1), received(4, strikes=1)]
    assert numbers(next_suspects(messages, 16)) == [3, 4]


def test_deliveries_count_where_no_death_was_seen() -> None:
    """The whole machine may have died of it."""
    assert numbers(next_suspects([received(1), received(2, attempt=3)], 8)) == [2]


@pytest.mark.parametrize(
    ("code", "tries"), [(-signal.SIGSEGV, MOST_TRIES), (-signal.SIGKILL, 10 * MOST_TRIES)]
)
def test_a_message_is_tried_so_often(code: int, tries: int) -> None:
    after = [received(1, strikes=deaths * strikes_of(code)) for deaths in range(tries + 1)]
    assert [is_deadly(message) for message in after] == [False] * tries + [True]


def test_deliveries_alone_make_nothing_deadly() -> None:
    """Pub/Sub's own policy counts those; they may be nobody's fault."""
    assert not is_deadly(received(1, attempt=9))
    assert is_deadly(received(1, attempt=5, strikes=10))


def test_subscriptions_without_a_policy_count_no_attempts() -> None:
    assert not is_deadly(received(1, attempt=0, strikes=49))
    assert is_deadly(received(1, attempt=0, strikes=50))


def test_only_what_has_several_strikes_is_hesitated_over() -> None:
    assert hesitation([received(1), received(2, strikes=1)]) == 0
    waits = {hesitation([received(1, strikes=2)]) for _ in range(20)}
    assert len(waits) > 10
    assert max(waits) <= 0.5


def test_one_killer_takes_nobody_along() -> None:
    """A simulation: whoever handles number 13 dies, and its successor inherits."""
    waiting = [received(number) for number in range(16)]
    done: list[int] = []
    tries = 0
    while waiting:
        batch = next_suspects(waiting, 8) or waiting[:8]
        rest = [message for message in waiting if message not in batch]
        if any(map(is_deadly, batch)):
            waiting = rest
        elif 13 in numbers(batch):
            tries += 1
            waiting = [replace(item, strikes=item.strikes + 10) for item in batch] + rest
        else:
            done += numbers(batch)
            waiting = rest
    assert tries == MOST_TRIES
    assert sorted(done) == [number for number in range(16) if number != 13]


def test_what_is_deadly_is_buried_with_its_reason_and_the_rest_handed_on() -> None:
    topic, seen = FakeTopic(), list[Received]()

    def handle(batch: Sequence[Received]) -> Iterator[Sequence[Received]]:
        seen.extend(batch)
        yield batch

    spared = sparing(handle, DeadLetters(Outbox(topic, TimedLifeline(), "dead"), Counts()))
    deadly, harmless = received(1, strikes=50), received(2)
    assert [list(done) for done in spared([deadly, harmless])] == [[deadly], [harmless]]
    assert seen == [harmless]
    (letter,) = topic.sent
    assert letter.attributes["reason"] == (
        "content: processes died again and again while they handled it; "
        "if something else killed them, replay it"
    )
    assert letter.attributes["stage"] == "process"
    assert letter.attributes["source_message_id"] == "1"
