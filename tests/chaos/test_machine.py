"""The parts of an attack, each alone: what they do has to be true before a clean run means anything."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from emulator.chaos.articles import Kind, make_plan, requests
from emulator.chaos.clock import Clock
from emulator.chaos.disk import small_disk
from emulator.chaos.schedule import KINDS, make_schedule
from tests.skipping import missing

CLOCKS = "import time; print(time.time(), time.monotonic())"


def test_the_schedule_depends_on_the_seed_alone() -> None:
    assert make_schedule(7, 90, count=60) == make_schedule(7, 90, count=60)
    assert make_schedule(7, 90, count=60) != make_schedule(8, 90, count=60)


def test_every_kind_comes_before_any_comes_again() -> None:
    schedule = make_schedule(7, 90, count=2 * len(KINDS))
    assert sorted(fault.kind for fault in schedule) == sorted([*KINDS, *KINDS])
    assert [fault.at for fault in schedule] == sorted(fault.at for fault in schedule)


def test_the_articles_depend_on_the_seed_alone() -> None:
    assert make_plan(7, 200, 10).sends == make_plan(7, 200, 10).sends
    assert make_plan(7, 200, 10).sends != make_plan(8, 200, 10).sends


def test_what_is_published_last_is_what_is_expected() -> None:
    plan = make_plan(7, 500, 10)
    assert plan.count(Kind.FIRST) == len(plan.contents) == 500
    assert min(plan.count(kind) for kind in Kind) > 0
    published = {
        send.article: send.content
        for part in requests(plan.sends, 100)
        for send in part
        if send.kind is not Kind.NEVER
    }
    assert published == plan.contents
    for part in requests(plan.sends, 100):
        assert len({send.article for send in part}) == len(part)


def test_the_wall_clock_of_a_program_jumps_and_the_monotonic_one_does_not(tmp_path: Path) -> None:
    clock = Clock(tmp_path)
    if not clock.settings:
        missing("a C compiler (cc), which the jumping clock is made with")
    for choice, jump in ((0, -365 * 86_400), (4, 3_600)):
        assert clock.jump(choice)
        answer = subprocess.run(
            [sys.executable, "-c", CLOCKS], env=clock.settings, capture_output=True, text=True, check=True
        )
        wall, monotonic = map(float, answer.stdout.split())
        assert wall == pytest.approx(time.time() + jump, abs=20)
        assert monotonic == pytest.approx(time.monotonic(), abs=20)


def test_a_full_disk_takes_nothing_and_its_files_outlive_it(tmp_path: Path) -> None:
    with small_disk(tmp_path) as disk:
        if not disk.mounted:
            missing("the right to mount a file system")
        log = disk.folder / "log"
        log.write_text("before\n")
        disk.fill()
        with pytest.raises(OSError, match="No space left"):
            (disk.folder / "other").write_text("x" * 100_000)
        disk.free()
        (disk.folder / "other").write_text("x" * 100_000)
    assert log.read_text() == "before\n"
    assert not disk.mounted or not log.parent.is_mount()
