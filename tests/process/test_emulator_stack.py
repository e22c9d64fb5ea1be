"""A stack of parts as processes: order, failure, and that nothing of it survives, whatever ends it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from emulator.errors import COULD_NOT_START, FAILED, CannotRun
from emulator.stack import Part, Stack

ROOT = Path(__file__).resolve().parents[2]

# Says when it starts and ends in a file that all parts share, and has a child of its own.
OBEDIENT = """
import pathlib, signal, subprocess, sys, time
name, events = sys.argv[1], pathlib.Path("events")
def note(what):
    with events.open("a") as file: file.write(f"{what} {name}\\n")
def end(*_):
    child.terminate(); child.wait(); note("end"); sys.exit(0)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
signal.signal(signal.SIGTERM, end)
note("start")
pathlib.Path(f"{name}.ready").touch()
time.sleep(600)
"""
STUBBORN = """
import pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(f"{sys.argv[1]}.ready").touch()
time.sleep(600)
"""
HASTY = """
import pathlib, subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path(f"{sys.argv[1]}.ready").touch()
time.sleep(2)  # long enough to be seen ready on a busy machine
"""


def part(
    folder: Path,
    name: str,
    script: str,
    *,
    after: tuple[str, ...] = (),
    grace_seconds: float = 10.0,
    then: Callable[[], object] = lambda: None,
) -> Part:
    return Part(
        name=name,
        command=(sys.executable, "-c", script, name),
        ready=(folder / f"{name}.ready").exists,
        after=after,
        grace_seconds=grace_seconds,
        then=lambda: (then(), None)[1],
    )


def stack(folder: Path, *parts: Part) -> Stack:
    return Stack(parts, run_dir=folder, environment=os.environ)


def living(group: int) -> list[int]:
    """The processes of a process group that are more than a memory."""
    found = []
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    return found


def wait_until(is_true: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain"
        time.sleep(0.02)


def failure(running: Stack, seconds: float = 20) -> CannotRun:
    """What the stack says once a part has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            running.check()
        except CannotRun as error:
            return error
        time.sleep(0.02)
    raise AssertionError(f"nothing failed for {seconds} s")


def test_parts_start_after_what_they_need_and_end_before_it(tmp_path: Path) -> None:
    events = tmp_path / "events"
    parts = (
        part(tmp_path, "base", OBEDIENT, then=lambda: events.write_text(events.read_text() + "made base\n")),
        part(tmp_path, "middle", OBEDIENT, after=("base",)),
        part(tmp_path, "top", OBEDIENT, after=("middle",)),
    )
    with stack(tmp_path, *parts) as running:
        running.check()
        groups = list(running.pids().values())
        assert all(len(living(group)) == 2 for group in groups)
    assert events.read_text().splitlines() == [
        *("start base", "made base", "start middle", "start top"),
        *("end top", "end middle", "end base"),
    ]
    assert [living(group) for group in groups] == [[], [], []]


def test_a_part_that_cannot_start_ends_the_house_with_its_own_words_and_code(tmp_path: Path) -> None:
    script = "import sys; sys.stderr.write('the model is missing; install it'); sys.exit(78)"
    parts = (part(tmp_path, "base", OBEDIENT), part(tmp_path, "work", script, after=("base",)))
    with pytest.raises(CannotRun, match=r"`work`.*exit code 78") as caught:
        stack(tmp_path, *parts).__enter__()
    assert "the model is missing; install it" in str(caught.value)
    assert caught.value.exit_code == COULD_NOT_START
    assert "end base" in (tmp_path / "events").read_text()


def test_a_part_that_dies_later_is_noticed(tmp_path: Path) -> None:
    with stack(tmp_path, part(tmp_path, "base", OBEDIENT)) as running:
        os.kill(running.pids()["base"], signal.SIGKILL)
        assert failure(running).exit_code == FAILED


def test_a_command_that_does_not_exist_is_a_sentence(tmp_path: Path) -> None:
    missing = Part(name="base", command=("/no/such/program",), ready=lambda: True)
    with pytest.raises(CannotRun, match="/no/such/program could not be started"):
        stack(tmp_path, missing).__enter__()


def test_a_part_that_ignores_the_request_is_killed_after_its_grace(tmp_path: Path) -> None:
    with stack(tmp_path, part(tmp_path, "deaf", STUBBORN, grace_seconds=0.5)) as running:
        group = running.pids()["deaf"]
        began = time.monotonic()
    assert time.monotonic() - began < 5
    assert living(group) == []


def test_what_a_part_leaves_behind_ends_with_it(tmp_path: Path) -> None:
    with stack(tmp_path, part(tmp_path, "hasty", HASTY)) as running:
        group = running.pids()["hasty"]
        assert "ended with exit code 0" in str(failure(running))
        assert living(group) == []


def test_a_second_signal_while_stopping_ends_all_at_once(tmp_path: Path) -> None:
    running = stack(tmp_path, part(tmp_path, "deaf", STUBBORN, grace_seconds=600)).__enter__()
    group = running.pids()["deaf"]

    def pause(_: float) -> None:
        raise KeyboardInterrupt

    running.pause = pause
    with pytest.raises(KeyboardInterrupt):
        running.stop()
    assert living(group) == []


def test_killing_a_guard_does_not_save_what_it_guards(tmp_path: Path) -> None:
    with stack(tmp_path, part(tmp_path, "deaf", STUBBORN)) as running:
        group = running.pids()["deaf"]
        guard = psutil.Process(group).parent()
        assert guard is not None
        guard.kill()
    wait_until(lambda: not living(group))


LAUNCHER = f"""
import os, signal, sys, time
sys.path.insert(0, {str(ROOT)!r})
signal.signal(signal.SIGINT, signal.default_int_handler)  # jobs in the background inherit that it is ignored
from pathlib import Path
from emulator.stack import Part, Stack
folder = Path(sys.argv[1])
script = sys.argv[2]
part = Part(name="deaf", command=(sys.executable, "-c", script, "deaf"), ready=(folder / "deaf.ready").exists)
with Stack([part], run_dir=folder, environment=os.environ) as running:
    print(running.pids()["deaf"], flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_survives_the_launcher_even_if_it_is_deaf(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-c", LAUNCHER, str(tmp_path), STUBBORN]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as launcher:
        assert launcher.stdout is not None
        group = int(launcher.stdout.readline())
        assert living(group)
        launcher.send_signal(number)
        wait_until(lambda: not living(group))


def test_warnings_of_the_parts_are_told_once(tmp_path: Path) -> None:
    script = (
        "import pathlib, sys, time; sys.stderr.write('all is well\\n2026 WARNING the sky falls\\n');"
        "sys.stderr.flush(); pathlib.Path('loud.ready').touch(); time.sleep(600)"
    )
    with stack(tmp_path, part(tmp_path, "loud", script)) as running:
        assert list(running.warnings()) == [("loud", "2026 WARNING the sky falls")]
        assert list(running.warnings()) == []
