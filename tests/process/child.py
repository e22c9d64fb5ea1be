"""A child for the supervisor's tests: `child.py CHARACTER SLOT PIPE FOLDER`. Standard library only: quick."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from worker.exits import COULD_NOT_START, OK, RECYCLE
from worker.lifeline import Lifeline

_LONGEST_LIFE = 60.0  # seconds; whatever goes wrong, nothing is left behind for long


class Child:
    def __init__(self, slot: int, pipe: int, folder: Path) -> None:
        self.slot, self.folder, self.pipe = slot, folder, pipe
        self.lifeline = Lifeline(pipe)

    def note(self, name: str) -> None:
        """One line in a file of the folder; short writes that append do not mix."""
        with (self.folder / name).open("a") as file:
            file.write(f"{self.slot} {os.getpid()} {time.monotonic()}\n")

    def steady(self) -> int:
        """As a real child behaves."""
        self.lifeline.obey_signals()
        self.lifeline.ready()
        return self._live()

    def late(self) -> int:
        """Is ready only when the test says so."""
        self.lifeline.obey_signals()
        go, end = self.folder / f"go-{self.slot}", time.monotonic() + _LONGEST_LIFE
        while not go.exists() and not self.lifeline.stopping and time.monotonic() < end:
            self.lifeline.pause(0.02)
        self.lifeline.ready()
        self.note("was-ready")
        return self._live()

    def stubborn(self) -> int:
        """Does not end when asked to."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        self.lifeline.ready()
        return self._live()

    def naive(self) -> int:
        """Leaves every signal as it is."""
        self.lifeline.ready()
        return self._live()

    def deaf(self) -> int:
        """Hangs up, and lives on."""
        os.close(self.pipe)
        self.lifeline = Lifeline()
        self.lifeline.obey_signals()
        return self._live()

    def silent(self) -> int:
        """The first of its slot is ready; after that there is not a word, from it or any other."""
        self.lifeline.obey_signals()
        if not (self.folder / f"spoke-{self.slot}").exists():
            (self.folder / f"spoke-{self.slot}").touch()
            self.lifeline.ready()
        end = time.monotonic() + _LONGEST_LIFE
        while not self.lifeline.stopping and time.monotonic() < end:
            self.lifeline.pause(0.1)
        return OK

    def brief(self) -> int:
        """Ends before it is ready."""
        return 3

    def recycling(self) -> int:
        """Has always grown too large."""
        self.lifeline.ready()
        return RECYCLE

    def misconfigured(self) -> int:
        """Slot 1 can never start."""
        return COULD_NOT_START if self.slot == 1 else self.steady()

    def _live(self) -> int:
        end = time.monotonic() + _LONGEST_LIFE
        while not self.lifeline.stopping and time.monotonic() < end:
            self.lifeline.alive()
            self.lifeline.pause(0.1)
        self.note("drained")
        return OK


def main(character: str, slot: str, pipe: str, folder: str) -> int:
    child = Child(int(slot), int(pipe), Path(folder))
    child.note("started")
    live: Callable[[], int] = getattr(child, character)
    return live()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
