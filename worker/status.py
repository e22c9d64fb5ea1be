"""What a child has done so far, in a small file that `namewire status` and health checks read."""

import contextlib
import json
import os
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

_WRITE_EVERY: Final = 1.0  # seconds


@dataclass(slots=True)
class Counts:
    """Totals since the process was ready."""

    received: int = 0
    done: int = 0
    dead_lettered: int = 0
    words: int = 0
    busy_s: float = 0.0  # in NER or in commits
    cpu_s: float = 0.0  # all threads, all purposes
    ner_cpu_s: float = 0.0
    writes: int = 0
    done_until: float = 0.0  # when the newest message was published that is settled, Unix time


@dataclass(slots=True)
class Status:
    """Counts, and the file that shows them; without a folder nothing is written."""

    role: str
    slot: int
    folder: str
    counts: Counts = field(default_factory=Counts)
    _written_at: float = field(init=False, default=0.0)
    _cpu_at_begin: float = field(init=False, default=0.0)

    def begin(self) -> None:
        """Loading is over; what follows is work."""
        self._cpu_at_begin = time.process_time()
        self.show(now=True)

    def show(self, *, now: bool = False) -> None:
        """Writes the file, at most once a second; a full disk is no reason to stop working."""
        if not self.folder or not (now or time.monotonic() - self._written_at >= _WRITE_EVERY):
            return
        self._written_at = time.monotonic()
        self.counts.cpu_s = time.process_time() - self._cpu_at_begin
        target = Path(self.folder) / f"{self.role}-{self.slot}.json"
        value = {"role": self.role, "slot": self.slot, "pid": os.getpid(), "at": time.time()}
        draft = target.with_suffix(".tmp")
        try:
            draft.write_text(json.dumps({**value, **asdict(self.counts)}), encoding="utf-8")
            draft.replace(target)
        except OSError:
            return

    def remove(self) -> None:
        if self.folder:
            with contextlib.suppress(OSError):
                (Path(self.folder) / f"{self.role}-{self.slot}.json").unlink()
