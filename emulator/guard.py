"""Runs one program, and ends its whole process group when the launcher asks for it or disappears.

Started by `emulator.process` as a script, in a session of its own, out of reach of Ctrl-C and of
whatever kills the launcher. Imports the standard library only, so that it is small and starts at once.

The launcher holds the other end of a socket: `T` asks the program to end in its own time, `K` ends it
now, and the end of the stream (the launcher is gone, even by kill -9) asks and does not wait long.
"""

import ctypes
import os
import select
import signal
import socket
import subprocess
import sys
import time
from typing import Final

ASK: Final = b"T"
KILL: Final = b"K"
# Nobody is left who could use what a slow end would save.
ORPHAN_GRACE_SECONDS: Final = 3.0
_KILLED_SECONDS: Final = 5.0
_POLL_SECONDS: Final = 0.02
_PR_SET_CHILD_SUBREAPER: Final = 36


def main(arguments: list[str]) -> int:
    """`guard.py SOCKET GRACE_SECONDS leader|group COMMAND...`; returns the program's exit code."""
    launcher = socket.socket(fileno=int(arguments[0]))
    _adopt_orphans()
    wake = _wake_on_signals()
    program = subprocess.Popen(arguments[3:], stdin=subprocess.DEVNULL, process_group=0)
    _tell(launcher, program.pid)
    guard = _Guard(launcher, wake, program.pid, float(arguments[1]), whole_group=arguments[2] == "group")
    guard.watch()
    return guard.code


class _Guard:
    def __init__(
        self, launcher: socket.socket, wake: int, leader: int, grace: float, *, whole_group: bool
    ) -> None:
        self._launcher: socket.socket | None = launcher
        self._wake = wake
        self._leader = leader
        self._grace = grace
        self._whole_group = whole_group
        self._kill_by: float | None = None
        self._ended = False
        self.code = 0

    def watch(self) -> None:
        """Until the program has ended; then nothing of its group is left either."""
        while not self._ended and (self._kill_by is None or time.monotonic() < self._kill_by):
            timeout = None if self._kill_by is None else max(0.0, self._kill_by - time.monotonic())
            self._listen(timeout)
            self._reap()
        # The program may have ended before what it started, as the script around Firestore's Java does.
        if self._kill_by is not None:
            self._wait_for_group(self._kill_by)
        self._signal_group(signal.SIGKILL)
        self._wait_for_group(time.monotonic() + _KILLED_SECONDS)

    def _listen(self, timeout: float | None) -> None:
        descriptors = [self._wake] if self._launcher is None else [self._wake, self._launcher.fileno()]
        readable, _, _ = select.select(descriptors, [], [], timeout)
        if self._launcher is not None and self._launcher.fileno() in readable:
            self._obey_launcher(self._launcher)
        if self._wake in readable:
            self._obey_signals()

    def _obey_launcher(self, launcher: socket.socket) -> None:
        try:
            words = launcher.recv(64)
        except ConnectionError:
            words = b""
        if KILL in words:
            self._kill_by = time.monotonic()
        elif ASK in words:
            self._ask(self._grace)
        elif not words:
            self._ask(min(self._grace, ORPHAN_GRACE_SECONDS))
            self._launcher = None  # an ended stream is always readable

    def _obey_signals(self) -> None:
        numbers = os.read(self._wake, 64)
        if any(number != signal.SIGCHLD for number in numbers):
            self._ask(min(self._grace, ORPHAN_GRACE_SECONDS))

    def _ask(self, grace: float) -> None:
        by = time.monotonic() + grace
        self._kill_by = by if self._kill_by is None else min(by, self._kill_by)
        if self._whole_group:
            self._signal_group(signal.SIGTERM)
        elif not self._ended:
            os.kill(self._leader, signal.SIGTERM)

    def _signal_group(self, number: signal.Signals) -> bool:
        try:
            os.killpg(self._leader, number)
        except (ProcessLookupError, PermissionError):  # macOS says the latter of a group of zombies
            return False
        return True

    def _wait_for_group(self, by: float) -> None:
        while self._group_lives() and time.monotonic() < by:
            self._listen(_POLL_SECONDS)
            by = min(by, self._kill_by if self._kill_by is not None else by)

    def _group_lives(self) -> bool:
        self._reap()
        try:
            os.killpg(self._leader, 0)
        except (ProcessLookupError, PermissionError):
            return False
        return True

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self._leader:
                self._ended = True
                code = os.waitstatus_to_exitcode(status)
                self.code = code if code >= 0 else 128 - code


def _adopt_orphans() -> None:
    """On Linux what the program leaves behind becomes ours to reap; elsewhere init does it."""
    try:
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    except (OSError, AttributeError):
        return


def _wake_on_signals() -> int:
    read, write = os.pipe()
    os.set_blocking(read, False)
    os.set_blocking(write, False)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    # A handler, even one that does nothing, becomes the default action in the program we start;
    # "ignore" would be inherited.
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    return read


def _tell(launcher: socket.socket, pid: int) -> None:
    try:
        launcher.sendall(b"%d\n" % pid)
    except ConnectionError:
        return  # the end of the stream is noticed where it is waited for


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
