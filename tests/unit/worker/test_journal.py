"""What a child held when it was killed is what its successor begins with, no more and no less."""

import os
import random
import signal
from collections import deque
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.worker.making import EPOCH
from worker.journal import _HEADER, Journal
from worker.pubsub import Received


def received(number: int, *, data: bytes = b"x") -> Received:
    return Received(f"ack-{number}", str(number), data, {"n": str(number)}, EPOCH, 1)


def die(work: Callable[[], None]) -> None:
    """Runs it in a child that is killed at its end."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os.kill(os.getpid(), signal.SIGKILL)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL


def kept_bytes(journal: Journal) -> int:
    return sum(os.fstat(region.memory).st_size for region in journal._regions)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_what_a_killed_process_held_is_inherited_as_it_was() -> None:
    messages = [received(number, data=os.urandom(number * 1_000)) for number in range(5)]
    journal = Journal()
    die(lambda: journal.hold(messages))
    assert journal.inherit() == messages


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_only_what_was_being_handled_is_charged() -> None:
    messages = [received(number) for number in range(4)]
    journal = Journal()

    def work() -> None:
        journal.hold(messages)
        journal.begin(messages[:2])
        journal.settle(messages[:1])

    die(work)
    journal.charge(2)
    assert journal.inherit() == [replace(messages[1], strikes=2), *messages[2:]]


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_what_was_survived_is_not_charged() -> None:
    messages = [received(number) for number in range(4)]
    journal = Journal()

    def work() -> None:
        journal.hold(messages)
        journal.begin(messages)
        journal.survived(messages[2:])

    die(work)
    journal.charge(1)
    assert [message.strikes for message in journal.inherit()] == [1, 1, 0, 0]


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_strikes_add_up_over_any_number_of_successors() -> None:
    journal = Journal()
    message = received(1)

    def live() -> None:
        journal.charge(1)
        held = journal.inherit()
        if not held:
            journal.hold([message])
        journal.begin(held or [message])

    for _ in range(4):
        die(live)
    journal.charge(1)
    assert [item.strikes for item in journal.inherit()] == [4]


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_successor_that_dies_while_it_inherits_leaves_the_same() -> None:
    messages = [received(number) for number in range(3)]
    journal = Journal()
    die(lambda: journal.hold(messages))
    die(lambda: journal.inherit().clear())
    assert journal.inherit() == messages


def test_a_record_that_was_cut_off_is_none() -> None:
    """The process died between writing the message and saying that it is whole."""
    journal = Journal()
    journal.hold([received(1)])
    region = next(region for region in journal._regions if region.live)
    os.pwrite(region.memory, b"half a message", region.end + _HEADER.size)
    heir = Journal()
    heir._regions = [replace(region, end=0, live=0) for region in journal._regions]
    assert heir.inherit() == [received(1)]
    heir.hold([received(2)])
    assert len(heir.inherit()) == 2


def test_nothing_in_hand_keeps_no_memory() -> None:
    journal = Journal()
    messages = [received(number, data=b"x" * 100_000) for number in range(9)]
    journal.hold(messages)
    assert kept_bytes(journal) > 900_000
    journal.settle(messages)
    assert kept_bytes(journal) == 0
    assert journal.inherit() == []


@pytest.mark.parametrize("in_hand", [1, 2, 3, 7, 16])
def test_memory_stays_bounded_though_something_is_always_in_hand(in_hand: int) -> None:
    journal, held = Journal(), deque[Received]()
    for number in range(500):
        held.append(received(number, data=b"x" * 10_000))
        journal.hold([held[-1]])
        if len(held) > in_hand:
            journal.settle([held.popleft()])
        assert kept_bytes(journal) < 4 * in_hand * 11_000


@given(st.integers(0, 2**32), st.integers(1, 40))
def test_after_any_history_the_heir_has_exactly_what_was_not_settled(seed: int, steps: int) -> None:
    choice, journal = random.Random(seed), Journal()
    held: dict[str, Received] = {}
    for step in range(steps):
        if held and choice.random() < 0.5:
            some = choice.sample(list(held.values()), choice.randint(1, len(held)))
            journal.begin(some)
            journal.settle(some)
            for message in some:
                del held[message.ack_id]
        else:
            new = [
                received(step * 10 + n, data=choice.randbytes(n * 50)) for n in range(choice.randint(1, 4))
            ]
            journal.hold(new)
            held.update((message.ack_id, message) for message in new)
    heir = Journal()
    for mine, theirs in zip(heir._regions, journal._regions, strict=True):
        os.close(mine.memory)
        mine.memory = theirs.memory
    inherited = heir.inherit()
    assert {message.ack_id: message for message in inherited} == held
    heir.settle(inherited)
    assert kept_bytes(heir) == 0
    for region in heir._regions:
        os.close(region.memory)
