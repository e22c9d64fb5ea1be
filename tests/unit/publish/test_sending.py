"""Calls, parcels, rounds: who is confirmed, who is blamed, who waits for whom."""

import threading
import time
from collections.abc import Callable, Sequence

import pytest

from publishing import sender as sender_module
from publishing.delivery import Outcome, deliver
from publishing.errors import Misplaced, Refused, Unavailable
from publishing.once import Once
from publishing.outbox import send_all
from publishing.sender import CALL_MESSAGES, Sender
from publishing.submission import Outgoing
from tests.unit.publish.house import FakeTopic, outgoing


def soon() -> float:
    return time.monotonic() + 10


def wait_until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


class HeldTopic(FakeTopic):
    """A topic whose calls last until they are let go."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = 0
        self.gate = threading.Event()

    def publish(self, messages: Sequence[Outgoing], deadline: float) -> list[str]:
        self.begun += 1
        if not self.gate.wait(max(0.0, deadline - time.monotonic())):
            raise Unavailable("never answered")
        return super().publish(messages, deadline)


class Senders:
    """Threads that each send one message."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self.outcomes: dict[int, Outcome] = {}
        self._threads: list[threading.Thread] = []

    def start(self, index: int, *, seconds: float = 10.0) -> None:
        thread = threading.Thread(target=self._send, args=(index, seconds))
        self._threads.append(thread)
        thread.start()

    def _send(self, index: int, seconds: float) -> None:
        (outcome,) = self._sender.send([outgoing(index)], deadline=time.monotonic() + seconds)
        self.outcomes[index] = outcome

    def join(self) -> None:
        for thread in self._threads:
            thread.join(20)
            assert not thread.is_alive()


def test_a_refused_call_is_halved_until_the_culprit_stands_alone() -> None:
    topic = FakeTopic()
    topic.refuses = lambda message: message.index in (3, 8)
    outcomes = deliver([outgoing(index) for index in range(10)], soon(), call=topic.publish)
    refused = [index for index, outcome in enumerate(outcomes) if isinstance(outcome, Refused)]
    assert refused == [3, 8]
    assert sorted(message.index for message in topic.messages) == [0, 1, 2, 4, 5, 6, 7, 9]
    assert all(isinstance(outcome, str) for index, outcome in enumerate(outcomes) if index not in refused)


def test_an_outage_is_nobodys_fault() -> None:
    topic = FakeTopic()
    topic.failure = Misplaced("no topic")
    outcomes = deliver([outgoing(0), outgoing(1)], soon(), call=topic.publish)
    assert all(isinstance(outcome, Misplaced) for outcome in outcomes)


def test_each_gets_its_own_message_ids() -> None:
    topic = FakeTopic()
    sender = Sender(topic.publish)
    assert sender.send([outgoing(0), outgoing(1)], deadline=soon()) == ["1", "2"]
    assert sender.send([outgoing(2)], deadline=soon()) == ["3"]


def test_those_who_wait_share_the_next_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender_module, "_OVERTAKE_SECONDS", 5.0)
    topic = HeldTopic()
    sender = Sender(topic.publish)
    senders = Senders(sender)
    senders.start(0)
    wait_until(lambda: topic.begun == 1)
    for index in range(1, 20):
        senders.start(index)
    wait_until(lambda: len(sender._queue) == 19)
    topic.gate.set()
    senders.join()
    assert [len(call) for call in topic.calls] == [1, 19]
    by_message = {message.index: str(place + 1) for place, message in enumerate(topic.messages)}
    assert senders.outcomes == by_message


def test_a_slow_call_is_overtaken_but_not_by_any_number() -> None:
    topic = HeldTopic()
    senders = Senders(Sender(topic.publish))
    for index in range(12):
        senders.start(index)
        time.sleep(0.06)
    wait_until(lambda: topic.begun == sender_module._CALLS_AT_ONCE)
    topic.gate.set()
    senders.join()
    assert len(topic.messages) == 12


def test_a_call_that_never_answers_ends_at_the_deadline_for_all() -> None:
    topic = HeldTopic()
    sender = Sender(topic.publish)
    senders = Senders(sender)
    started = time.monotonic()
    for index in range(10):
        senders.start(index, seconds=0.5)
    senders.join()
    assert time.monotonic() - started < 3
    assert all(isinstance(outcome, Unavailable) for outcome in senders.outcomes.values())
    assert len(senders.outcomes) == 10
    topic.gate.set()
    assert sender.send([outgoing(99)], deadline=soon()) != []
    assert not sender._queue
    assert sender._flying == 0


def test_a_crash_in_a_call_leaves_nobody_waiting() -> None:
    gate = threading.Event()

    def crash(messages: Sequence[Outgoing], deadline: float) -> list[str]:
        gate.wait(10)
        raise ZeroDivisionError

    sender = Sender(crash)
    outcomes: list[object] = []

    def send() -> None:
        try:
            outcomes.append(sender.send([outgoing(0)], deadline=time.monotonic() + 5)[0])
        except ZeroDivisionError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join(10)
    assert len(outcomes) == 8
    assert all(isinstance(outcome, ZeroDivisionError | Unavailable) for outcome in outcomes)
    assert sender._flying == 0


def test_a_call_holds_no_more_than_pubsub_takes() -> None:
    topic = FakeTopic()
    articles = [outgoing(index) for index in range(2 * CALL_MESSAGES + 1)]
    report = send_all(articles, sender=Sender(topic.publish), seconds=10)
    assert [len(call) for call in topic.calls] == [CALL_MESSAGES, CALL_MESSAGES, 1]
    assert len(report.message_ids) == len(articles)


def test_large_articles_go_in_several_calls() -> None:
    topic = FakeTopic()
    articles = [outgoing(index, data=b"x" * 4_000_000) for index in range(3)]
    send_all(articles, sender=Sender(topic.publish), seconds=10)
    assert [len(call) for call in topic.calls] == [2, 1]


def test_versions_of_an_article_leave_one_after_the_other() -> None:
    topic = FakeTopic()
    ids = ["a", "b", "a", "c", "a", "b"]
    articles = [outgoing(index, article_id=name) for index, name in enumerate(ids)]
    send_all(articles, sender=Sender(topic.publish), seconds=10)
    assert [[message.index for message in call] for call in topic.calls] == [[0, 1, 3], [2, 5], [4]]


def test_after_an_unconfirmed_call_nothing_more_is_sent() -> None:
    topic = FakeTopic()
    topic.open_for = 1
    articles = [outgoing(index, article_id="same") for index in range(3)]
    report = send_all(articles, sender=Sender(topic.publish), seconds=10)
    assert report.message_ids == {0: "1"}
    assert report.unconfirmed == [1, 2]
    assert isinstance(report.failure, Unavailable)


def test_a_thing_is_made_once_by_any_number_of_threads() -> None:
    made: list[object] = []
    barrier = threading.Barrier(50)

    def make() -> object:
        time.sleep(0.05)
        made.append(object())
        return made[-1]

    once = Once(make)
    got: list[object] = []

    def use() -> None:
        barrier.wait(10)
        got.append(once.get())

    threads = [threading.Thread(target=use) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(made) == 1
    assert got == made * 50


def test_a_factory_that_failed_is_asked_again() -> None:
    asked: list[int] = []

    def make() -> str:
        asked.append(1)
        if len(asked) == 1:
            raise ValueError("not yet")
        return "here"

    once = Once(make)
    with pytest.raises(ValueError, match="not yet"):
        once.get()
    assert once.get() == "here"
