"""A role under attack: its supervisor is started again whenever it ends, as systemd would."""

import os
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from emulator.process import Guarded, start_guarded

# systemd waits five seconds (`RestartSec`); a shorter pause leaves more of a run for the next fault.
_RESTART_SECONDS: Final = 1.0
_POLL_SECONDS: Final = 0.05
GRACE_SECONDS: Final = 30.0  # more than the 25 s that a role takes to drain, to see whether it keeps to them
_KILLED_SECONDS: Final = 10.0


@dataclass(slots=True)
class Role:
    """`python -m worker NAME`, kept running until `stop`."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path  # for logs, status and ready file
    ends: list[int] = field(init=False, default_factory=list)  # exit codes of those that ended by a fault
    drains: list[float] = field(init=False, default_factory=list)  # seconds from TERM to the end
    groups: set[int] = field(init=False, default_factory=set)  # process groups of all that were ever started
    _process: Guarded | None = field(init=False, default=None)
    _asked_at: float | None = field(init=False, default=None)
    _stopping: threading.Event = field(init=False, default_factory=threading.Event)
    _keeper: threading.Thread | None = field(init=False, default=None)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def start(self) -> None:
        self._launch()
        self._keeper = threading.Thread(target=self._keep, name=self.name, daemon=True)
        self._keeper.start()

    @property
    def ready(self) -> bool:
        return (self.folder / f"{self.name}.ready").exists()

    def signal(self, number: signal.Signals) -> bool:
        """To the supervisor; whether there was one."""
        with self._lock:
            process = self._process
            if process is None or process.exit_code() is not None:
                return False
            if number == signal.SIGTERM and self._asked_at is None:
                self._asked_at = time.monotonic()
            return send(process.pid, number)

    def child(self, choice: int) -> int | None:
        """One of the children, if there are any."""
        found = self._children()
        return found[choice % len(found)] if found else None

    def kill_children(self) -> None:
        for pid in self._children():
            send(pid, signal.SIGKILL)

    def vanish(self) -> None:
        """Supervisor and children at once, as with the machine they run on; then it is started again."""
        left = self._children()  # nobody's, once the supervisor is gone
        self.signal(signal.SIGKILL)
        for pid in left:
            send(pid, signal.SIGKILL)

    def stop(self) -> int:
        """Asks it to drain; the exit code, negative or 128 and more when it had to be killed."""
        self._stopping.set()
        if self._keeper is not None:
            self._keeper.join()
        process = self._process
        if process is None:
            return 0
        process.ask()
        process.wait(GRACE_SECONDS + _KILLED_SECONDS)
        return process.exit_code() or 0

    def kill(self) -> None:
        self._stopping.set()
        if self._keeper is not None:
            self._keeper.join()
        if self._process is not None:
            self._process.kill()
            self._process.wait(_KILLED_SECONDS)

    def left(self) -> list[int]:
        """Process groups of which something still runs."""
        return sorted(group for group in self.groups if _lives(group))

    def _children(self) -> list[int]:
        process = self._process
        return children(process.pid) if process is not None else []

    def _launch(self) -> None:
        with self._lock:
            self._process = start_guarded(
                self.command,
                environment={**self.environment, "NAMEWIRE_RUN_DIR": str(self.folder)},
                log=self.folder / f"{self.name}.log",
                grace_seconds=GRACE_SECONDS,
                folder=self.folder,
            )
            self._asked_at = None
            self.groups.add(self._process.pid)

    def _keep(self) -> None:
        while not self._stopping.wait(_POLL_SECONDS):
            code = self._process.exit_code() if self._process is not None else None
            if code is None:
                continue
            self.ends.append(code)
            if self._asked_at is not None:
                self.drains.append(time.monotonic() - self._asked_at)
            if not self._stopping.wait(_RESTART_SECONDS):
                self._launch()


def children(pid: int) -> list[int]:
    """The processes that this one has started, in order; a kernel may lack the file that lists them."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and _parent(folder) == pid:
            found.append(int(folder.name))
    return sorted(found)


def send(pid: int | None, number: signal.Signals) -> bool:
    """Whether there was such a process."""
    if pid is None:
        return False
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def _parent(folder: Path) -> int:
    try:
        # After the name, which may hold anything and ends with the last parenthesis.
        return int((folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return -1


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True
