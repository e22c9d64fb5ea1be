"""What the system says of memory, and what a kill for want of it is called."""

import os
import signal
from pathlib import Path

import pytest

from worker import forking, memory
from worker.exits import OUT_OF_MEMORY
from worker.forking import Forked
from worker.memory import allow_megabytes, oom_kills, resident_megabytes


def test_the_resident_size_is_in_megabytes() -> None:
    assert 10 < resident_megabytes() < 10_000


def test_kills_for_want_of_memory_are_counted_wherever_the_system_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine, service = tmp_path / "vmstat", tmp_path / "memory.events"
    machine.write_text("nr_free_pages 1\noom_kill 3\nswap_ra 0\n")
    service.write_text("oom 9\noom_kill 2\noom_group_kill 0\n")
    monkeypatch.setattr(memory, "_OOM_COUNTERS", (machine, service, tmp_path / "none"))
    assert oom_kills() == 5


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.parametrize(("before", "after", "code"), [(3, 3, -signal.SIGKILL), (3, 4, OUT_OF_MEMORY)])
def test_a_kill_for_want_of_memory_has_a_name(
    before: int, after: int, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The signal is the one that people send; what it says about the message in hand is not."""
    pid = os.fork()
    if pid == 0:
        signal.pause()
    child = Forked(pid, before)
    child.kill()
    monkeypatch.setattr(forking, "oom_kills", lambda: after)
    assert child.wait() == code


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_who_asks_for_more_memory_than_allowed_gets_an_error() -> None:
    pid = os.fork()
    if pid == 0:
        allow_megabytes(1_000)
        try:
            bytearray(50_000_000)
            bytearray(1_000_000_000)
        except MemoryError:
            os._exit(7)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
