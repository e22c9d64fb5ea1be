"""What a child has done, for whoever looks into its folder."""

import json
import os
from pathlib import Path

import pytest

from worker.status import Status


def test_the_file_tells_who_did_how_much(tmp_path: Path) -> None:
    status = Status("work", 2, str(tmp_path))
    status.counts.received = 7
    status.begin()
    shown = json.loads((tmp_path / "work-2.json").read_text())
    assert (shown["role"], shown["slot"], shown["pid"], shown["received"]) == ("work", 2, os.getpid(), 7)
    assert 0 <= shown["cpu_s"] < 0.5  # what came before the beginning does not count


def test_it_is_written_once_a_second_at_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("worker.status.time.monotonic", lambda: now[0])
    status = Status("work", 0, str(tmp_path))

    def shown() -> int:
        return int(json.loads((tmp_path / "work-0.json").read_text())["done"])

    status.show()
    status.counts.done = 1
    status.show()
    assert shown() == 0
    now[0] += 1.0
    status.show()
    assert shown() == 1
    status.counts.done = 2
    status.show(now=True)
    assert shown() == 2


def test_the_end_removes_it(tmp_path: Path) -> None:
    status = Status("write", 0, str(tmp_path))
    status.begin()
    status.remove()
    status.remove()
    assert list(tmp_path.iterdir()) == []


def test_without_a_folder_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    status = Status("write", 0, "")
    status.begin()
    status.remove()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("folder", ["missing", "a-file"])
def test_a_folder_that_cannot_be_written_to_stops_nobody(tmp_path: Path, folder: str) -> None:
    (tmp_path / "a-file").touch()
    status = Status("write", 0, str(tmp_path / folder))
    status.begin()
    status.remove()
