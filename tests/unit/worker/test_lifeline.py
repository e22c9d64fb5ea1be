"""A child hears its supervisor, and notices when there is none."""

import os
import signal
import time
from collections.abc import Iterator

import pytest

from tests.fakes.pubsub import ManualClock
from worker.lifeline import Lifeline


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    read, write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    yield read, write
    for descriptor in (read, write):
        try:
            os.close(descriptor)
        except OSError:
            continue


@pytest.fixture
def own_signals() -> Iterator[None]:
    """Puts back what `obey_signals` changes."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    signal.set_wakeup_fd(-1)
    for number, handler in before.items():
        signal.signal(number, handler)


def test_readiness_and_progress_go_up_the_pipe_progress_once_a_second(pipe: tuple[int, int]) -> None:
    clock = ManualClock()
    lifeline = Lifeline(pipe[1], clock)
    lifeline.ready()
    for _ in range(25):
        lifeline.alive()
        clock.advance(0.1)
    assert os.read(pipe[0], 100) == b"R..."


def test_a_dead_parent_is_a_stop_request(pipe: tuple[int, int]) -> None:
    lifeline = Lifeline(pipe[1])
    os.close(pipe[0])
    lifeline.alive()
    assert lifeline.stopping


def test_without_a_pipe_nobody_is_told() -> None:
    lifeline = Lifeline()
    lifeline.ready()
    lifeline.alive()
    assert not lifeline.stopping


def test_hurry_comes_some_seconds_after_the_first_stop_request() -> None:
    clock = ManualClock()
    lifeline = Lifeline(clock=clock)
    assert not lifeline.stopping
    assert not lifeline.hurry
    lifeline.stop()
    seen = []
    for seconds in (0.0, 12.0, 0.1):
        clock.advance(seconds)
        lifeline.stop()  # asking again changes nothing
        seen.append((lifeline.stopping, lifeline.hurry))
    assert seen == [(True, False), (True, False), (True, True)]


@pytest.mark.usefixtures("own_signals")
def test_term_asks_to_stop_and_ends_a_pause() -> None:
    lifeline = Lifeline()
    lifeline.obey_signals()
    os.kill(os.getpid(), signal.SIGTERM)
    began = time.monotonic()
    lifeline.pause(30)
    assert time.monotonic() - began < 5
    assert lifeline.stopping


@pytest.mark.usefixtures("own_signals")
def test_int_is_ignored() -> None:
    lifeline = Lifeline()
    lifeline.obey_signals()
    os.kill(os.getpid(), signal.SIGINT)
    assert not lifeline.stopping


def test_a_pause_takes_its_time_when_nothing_happens() -> None:
    began = time.monotonic()
    Lifeline().pause(0.05)
    assert time.monotonic() - began >= 0.05
