"""The supervisor as a process: its children are killed, stopped and stubborn, and it keeps order."""

import itertools
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import psutil
import pytest

from tests.polling import eventually
from tests.process.programs import Note, Program, running
from worker.exits import COULD_NOT_START, FORCED, OK

Start = Callable[..., Program]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a supervisor whose children have a character; see `tests/process/child.py`."""
    with ExitStack() as stack:

        def start(
            character: str,
            count: int = 2,
            *,
            drain: float = 25.0,
            stall: float = 180.0,
            progress: float = 90.0,
        ) -> Program:
            host: AbstractContextManager[Program] = running(
                *(tmp_path, "tests.process.host", character, str(count), str(tmp_path)),
                *(str(drain), str(stall), str(progress)),
            )
            return stack.enter_context(host)

        yield start


def gaps(notes: list[Note]) -> list[float]:
    return [later.at - earlier.at for earlier, later in itertools.pairwise(notes)]


# Starting


def test_every_slot_gets_a_child_and_the_ready_file_comes_when_all_are_ready(start: Start) -> None:
    program = start("late", 3)
    eventually(lambda: len(program.notes("started")) == 3, seconds=20)
    assert sorted(note.slot for note in program.notes("started")) == [0, 1, 2]
    assert not program.ready
    for slot in (2, 0, 1):
        assert not program.ready
        (program.folder / f"go-{slot}").touch()
    program.wait_ready()
    program.wait_logged("ready: 3 of 3 children")


def test_the_ready_file_of_a_killed_predecessor_is_removed(start: Start, tmp_path: Path) -> None:
    (tmp_path / "ready").touch()
    program = start("late")
    eventually(lambda: not program.ready, seconds=20)


def test_a_child_that_died_does_not_count_as_ready(start: Start) -> None:
    program = start("late")
    (program.folder / "go-0").touch()
    (first,) = eventually(lambda: program.notes("was-ready"), seconds=20)
    (program.folder / "go-0").unlink()
    os.kill(first.pid, signal.SIGKILL)
    eventually(lambda: len(program.notes("started")) == 3, seconds=20)
    (program.folder / "go-1").touch()
    eventually(lambda: len(program.notes("was-ready")) == 2, seconds=20)
    (program.folder / "go-0").touch()
    program.wait_ready()
    assert len(program.notes("was-ready")) == 3


# Replacing


def test_a_killed_child_is_replaced_in_its_slot(start: Start) -> None:
    program = start("steady")
    program.wait_ready()
    victim = program.notes("started")[0]
    os.kill(victim.pid, signal.SIGKILL)
    eventually(lambda: len(program.notes("started")) == 3, seconds=20)
    assert program.notes("started")[-1].slot == victim.slot
    assert (
        f"child {victim.slot} (pid {victim.pid}) was ended by signal 9 (Killed); replacing it"
        in program.log()
    )


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGRTMIN + 5])
def test_a_child_may_be_ended_by_any_signal(start: Start, number: int) -> None:
    program = start("steady", 1)
    program.wait_ready()
    os.kill(program.notes("started")[0].pid, number)
    eventually(lambda: len(program.notes("started")) == 2, seconds=20)
    assert f"was ended by signal {number} (" in program.log()


def test_a_child_that_keeps_dying_is_replaced_with_growing_pauses(start: Start) -> None:
    program = start("brief", 1)
    eventually(lambda: len(program.notes("started")) >= 5, seconds=20)
    for number, gap in enumerate(gaps(program.notes("started"))[:4]):
        assert gap >= 0.1 * 2**number
    assert "ended with exit code 3; replacing it in 0.8 s" in program.log()
    assert not program.ready


def test_a_child_that_has_grown_too_large_is_replaced_without_a_pause(start: Start) -> None:
    program = start("recycling", 1)
    eventually(lambda: len(program.notes("started")) >= 8, seconds=20)
    replacements = [line for line in program.log().splitlines() if "replacing it" in line]
    assert all(line.endswith("reached its memory limit; replacing it in 0.0 s") for line in replacements)


def test_a_stalled_child_is_killed_and_replaced(start: Start) -> None:
    program = start("steady", stall=2.5)
    program.wait_ready()
    stalled = program.notes("started")[0]
    os.kill(stalled.pid, signal.SIGSTOP)
    eventually(lambda: len(program.notes("started")) == 3, seconds=20)
    assert program.notes("started")[-1].slot == stalled.slot
    assert f"child {stalled.slot} (pid {stalled.pid}) made no progress for" in program.log()


def test_a_child_that_hangs_up_costs_no_time_and_counts_as_stalled(start: Start) -> None:
    program = start("deaf", 1, stall=2.0)
    eventually(lambda: len(program.notes("started")) == 2, seconds=20)
    spent = psutil.Process(program.process.pid).cpu_times()
    assert spent.user + spent.system < 1.0


def test_fifty_replacements_leave_no_descriptor_open(start: Start) -> None:
    program = start("quick", 4)
    host = psutil.Process(program.process.pid)
    eventually(lambda: len(program.notes("started")) >= 8, seconds=20)
    early = max(host.num_fds() for _ in range(20))
    eventually(lambda: len(program.notes("started")) >= 58, seconds=30)
    # One descriptor lost a replacement would be fifty; a child under way has a pipe.
    assert host.num_fds() <= early + 10


# Showing progress


def shown_at(program: Program) -> float:
    return (program.folder / "ready").stat().st_mtime


def test_the_ready_file_is_renewed_while_children_speak(start: Start) -> None:
    program = start("steady")
    program.wait_ready()
    first = shown_at(program)
    eventually(lambda: shown_at(program) > first + 2.0, seconds=20)


def test_a_ready_file_that_somebody_removed_comes_back(start: Start) -> None:
    program = start("steady")
    program.wait_ready()
    (program.folder / "ready").unlink()
    program.wait_ready()


def test_the_ready_file_grows_old_when_half_of_the_children_are_silent_and_recovers(start: Start) -> None:
    program = start("steady", progress=1.5)
    program.wait_ready()
    silent = program.notes("started")[0]
    os.kill(silent.pid, signal.SIGSTOP)
    eventually(lambda: time.time() - shown_at(program) > 4.0, seconds=20)
    os.kill(silent.pid, signal.SIGCONT)
    eventually(lambda: time.time() - shown_at(program) < 2.0, seconds=20)


def test_a_silent_minority_does_not_make_the_ready_file_old(start: Start) -> None:
    program = start("steady", 3, progress=1.5)
    program.wait_ready()
    os.kill(program.notes("started")[0].pid, signal.SIGSTOP)
    stopped = shown_at(program)
    eventually(lambda: shown_at(program) > stopped + 4.0, seconds=20)


def test_killing_and_replacing_stalled_children_is_no_progress(start: Start) -> None:
    """Every child falls silent as soon as it was ready once; its replacements never speak."""
    program = start("silent", 1, stall=1.0, progress=0.5)
    program.wait_ready()
    eventually(lambda: len(program.notes("started")) >= 4, seconds=20)
    assert time.time() - shown_at(program) > 1.5


# Stopping


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_request_drains_every_child(start: Start, number: signal.Signals) -> None:
    program = start("steady", 3)
    program.wait_ready()
    program.send(number)
    assert program.wait() == OK
    assert sorted(note.slot for note in program.notes("drained")) == [0, 1, 2]
    assert f"stopping on {number.name}: finishing what is in hand" in program.log()
    assert not program.ready
    assert program.survivors() == []


def test_nothing_left_to_wait_for_nothing_is_waited_for(start: Start) -> None:
    delays = []
    for _ in range(3):
        program = start("steady", 1)
        program.wait_ready()
        program.send(signal.SIGTERM)
        program.wait()
        delays.append(time.monotonic() - program.notes("drained")[-1].at)
    assert min(delays) < 0.7


def test_ctrl_c_in_the_terminal_lets_the_children_finish(start: Start) -> None:
    program = start("steady")
    program.wait_ready()
    os.killpg(program.process.pid, signal.SIGINT)
    assert program.wait() == OK
    assert len(program.notes("drained")) == 2


def test_ctrl_c_does_not_reach_a_child_that_is_only_starting(start: Start) -> None:
    program = start("naive")
    program.wait_children(2)
    os.killpg(program.process.pid, signal.SIGINT)
    assert program.wait() == OK
    assert "KeyboardInterrupt" not in program.log()


def test_a_second_stop_request_ends_everything_at_once(start: Start) -> None:
    program = start("stubborn")
    program.wait_ready()
    program.send(signal.SIGTERM)
    program.wait_logged("stopping on SIGTERM")
    assert program.process.poll() is None
    program.send(signal.SIGTERM)
    assert program.wait(seconds=5) == FORCED
    assert "ending at once: a second SIGTERM. What was not finished will be delivered again." in program.log()
    assert program.survivors() == []


def test_the_deadline_ends_stubborn_children(start: Start) -> None:
    program = start("stubborn", drain=2.5)
    program.wait_ready()
    program.send(signal.SIGTERM)
    began = time.monotonic()
    assert program.wait() == FORCED
    assert 0.9 < time.monotonic() - began < 2.5
    assert program.log().count("ending at once: the time to drain is over") == 1
    assert program.survivors() == []


def test_a_stop_request_right_after_the_start_is_not_lost(start: Start) -> None:
    program = start("steady", 3)
    program.wait_children(3)
    program.send(signal.SIGTERM)
    assert program.wait() == OK
    assert program.survivors() == []


@pytest.mark.parametrize("milliseconds", [0, 50, 100, 150])
def test_whenever_it_is_stopped_nothing_is_left_running(start: Start, milliseconds: int) -> None:
    """Before it has handlers the signal itself ends it, and it has no children yet."""
    program = start("steady")
    moment = time.monotonic() + milliseconds / 1_000
    eventually(lambda: time.monotonic() >= moment, seconds=5, pause=0.005)
    program.send(signal.SIGTERM)
    assert program.wait() in (OK, -signal.SIGTERM)
    assert program.survivors() == []


def test_a_child_that_cannot_start_stops_the_house(start: Start) -> None:
    program = start("misconfigured", 3)
    assert program.wait() == COULD_NOT_START
    assert "a child cannot start as configured; stopping all of them" in program.log()
    assert [note.slot for note in program.notes("started")].count(1) == 1
    assert not program.ready
    assert program.survivors() == []


def test_children_end_by_themselves_when_their_supervisor_is_killed(start: Start) -> None:
    program = start("steady", 3)
    program.wait_ready()
    program.send(signal.SIGKILL)
    program.wait()
    eventually(lambda: program.survivors() == [], seconds=10)
    assert len(program.notes("drained")) == 3


def test_without_a_folder_for_the_ready_file_the_work_goes_on(start: Start, tmp_path: Path) -> None:
    (tmp_path / "ready").mkdir()
    program = start("steady")
    program.wait_logged("ready: 2 of 2 children")
    program.send(signal.SIGTERM)
    assert program.wait() == OK
