"""What a child has done so far, in a small file that `namewire status`, `metrics` and health checks read."""

import contextlib
import json
import os
import time
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Final

from worker.catalogue import CPU, RESIDENT, RESTARTS
from worker.exits import REASONS, why
from worker.memory import resident_megabytes
from worker.totals import Keepsake, Totals

_WRITE_EVERY: Final = 1.0  # seconds


@dataclass(slots=True)
class Counts:
    """Totals since the process was ready; and `totals`, since the first process of its slot was."""

    received: int = 0
    done: int = 0
    dead_lettered: int = 0
    words: int = 0
    busy_s: float = 0.0  # in NER or in commits
    cpu_s: float = 0.0  # all threads, all purposes
    ner_cpu_s: float = 0.0
    writes: int = 0
    done_until: float = 0.0  # when the newest message was published that is settled, Unix time
    totals: Totals = field(default_factory=Totals)


_PLAIN: Final = tuple(each.name for each in fields(Counts) if each.name != "totals")


@dataclass(slots=True)
class Status:
    """Counts, and the file that shows them; without a folder nothing is written."""

    role: str
    slot: int
    folder: str
    keepsake: Keepsake | None = None
    counts: Counts = field(default_factory=Counts)
    _written_at: float = field(init=False, default=0.0)
    _cpu_at_begin: float = field(init=False, default=0.0)
    _cpu_counted: float = field(init=False, default_factory=time.process_time)

    def inherit(self, previous: int | None) -> None:
        """Goes on from the totals of the process before, which ended with this exit code."""
        if self.keepsake is None:
            return
        self.counts.totals = self.keepsake.load()
        for reason in sorted(REASONS):  # from zero on, so that the first one is seen as a change
            self.counts.totals.add(RESTARTS, 0, reason)
        if previous is not None:
            self.counts.totals.add(RESTARTS, 1, why(previous))
        self.save()

    def begin(self) -> None:
        """Loading is over; what follows is work."""
        self._cpu_at_begin = time.process_time()
        self.show(now=True)

    def save(self) -> None:
        """Puts the totals where the next process finds them, should this one be killed."""
        cpu = time.process_time()
        self.counts.totals.add(CPU, cpu - self._cpu_counted)
        self._cpu_counted = cpu
        if self.keepsake is not None:
            self.keepsake.save(self.counts.totals)

    def show(self, *, now: bool = False) -> None:
        """Writes the file, at most once a second; a full disk is no reason to stop working."""
        if not self.folder or not (now or time.monotonic() - self._written_at >= _WRITE_EVERY):
            return
        self._written_at = time.monotonic()
        self.counts.cpu_s = time.process_time() - self._cpu_at_begin
        self.counts.totals.put(RESIDENT, resident_megabytes() * 1_000_000)
        target = Path(self.folder) / f"{self.role}-{self.slot}.json"
        value = {"role": self.role, "slot": self.slot, "pid": os.getpid(), "at": time.time()}
        value |= {name: getattr(self.counts, name) for name in _PLAIN}
        draft = target.with_suffix(".tmp")
        try:
            draft.write_text(json.dumps({**value, "totals": self.counts.totals.as_json()}), encoding="utf-8")
            draft.replace(target)
        except OSError:
            return

    def remove(self) -> None:
        if self.folder:
            with contextlib.suppress(OSError):
                (Path(self.folder) / f"{self.role}-{self.slot}.json").unlink()
