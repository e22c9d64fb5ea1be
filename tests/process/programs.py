"""Programs under test as processes: started in a group of their own, and ended whatever the test does."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import psutil

from tests.polling import eventually

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0  # seconds; a busy machine starts a process slowly


class Note(NamedTuple):
    """A line that a child wrote."""

    slot: int
    pid: int
    at: float


@dataclass
class Program:
    """A running program with its children."""

    process: subprocess.Popen[bytes]
    folder: Path
    family: set[int]

    @property
    def ready(self) -> bool:
        return (self.folder / "ready").exists()

    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")

    def wait_logged(self, text: str, *, seconds: float = PATIENCE) -> None:
        eventually(lambda: text in self.log(), seconds=seconds)

    def notes(self, name: str) -> list[Note]:
        file = self.folder / name
        lines = file.read_text().splitlines() if file.exists() else []
        return [Note(int(slot), int(pid), float(at)) for slot, pid, at in map(str.split, lines)]

    def children(self) -> list[psutil.Process]:
        """Those that live now; they are remembered for `survivors`."""
        children = psutil.Process(self.process.pid).children()
        self.family.update(child.pid for child in children)
        return children

    def wait_children(self, count: int) -> list[psutil.Process]:
        return eventually(lambda: self._exactly(count), seconds=PATIENCE, pause=0.005)

    def wait_ready(self) -> None:
        eventually(lambda: self.ready, seconds=PATIENCE, pause=0.01)
        self.children()

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait(self, *, seconds: float = PATIENCE) -> int:
        """The exit code."""
        return self.process.wait(seconds)

    def survivors(self) -> list[int]:
        """Whoever of the group, or of the children seen, is alive; zombies are not."""
        pids = {
            process.pid for process in psutil.process_iter() if _group_of(process.pid) == self.process.pid
        }
        return [pid for pid in pids | self.family if _lives(pid)]

    def _exactly(self, count: int) -> list[psutil.Process]:
        children = self.children()
        return children if len(children) == count else []


@contextmanager
def running(folder: Path, *arguments: str, environment: Mapping[str, str] = os.environ) -> Iterator[Program]:
    """`python -m ARGUMENTS`; its standard error is the log."""
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env=dict(environment),
            stderr=log,
            start_new_session=True,
        )
    program = Program(process, folder, set())
    try:
        yield program
    finally:
        for pid in program.survivors():
            psutil.Process(pid).kill()
        process.wait()


def _group_of(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return -1


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
