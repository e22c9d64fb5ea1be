"""A program under guard: started, watched and stopped, together with whatever it starts itself."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from emulator import guard
from emulator.errors import CannotRun

# A guard starts in some 50 ms; on a machine so busy that this passes, nothing else would work either.
_GUARD_SECONDS: Final = 20.0


@dataclass(slots=True)
class Guarded:
    """A running program. Everything but `wait` returns at once."""

    log: Path
    pid: int  # of the program, which also is the number of its process group
    _guard: subprocess.Popen[bytes] = field(repr=False)
    _socket: socket.socket = field(repr=False)

    def exit_code(self) -> int | None:
        """None while it runs, or is being stopped."""
        code = self._guard.poll()
        if code is not None:
            self._clear_away(code)
        return code

    def ask(self) -> None:
        """To end in its own time, within its grace; then it is killed."""
        self._say(guard.ASK)

    def kill(self) -> None:
        self._say(guard.KILL)

    def wait(self, seconds: float) -> bool:
        """Whether it, and all that it started, has ended within the time."""
        try:
            self._clear_away(self._guard.wait(seconds))
        except subprocess.TimeoutExpired:
            return False
        return True

    def _say(self, word: bytes) -> None:
        try:
            self._socket.sendall(word)
        except OSError:
            return  # the guard is gone, and so is what it guarded

    def _clear_away(self, code: int) -> None:
        self._socket.close()
        if code < 0:
            # Somebody killed the guard itself, so that its last duty is ours.
            try:
                os.killpg(self.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                return


def start_guarded(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    log: Path,
    grace_seconds: float,
    whole_group: bool = False,
    folder: Path | None = None,
) -> Guarded:
    """Starts the command with exactly this environment; `whole_group` asks each of its processes to end."""
    ours, theirs = socket.socketpair()
    how = [str(theirs.fileno()), str(grace_seconds), "group" if whole_group else "leader"]
    with log.open("ab") as out:
        started = subprocess.Popen(
            [sys.executable, "-I", "-S", guard.__file__, *how, *command],
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=(theirs.fileno(),),
        )
    theirs.close()
    return Guarded(log, _read_pid(ours, started, command, log), started, ours)


def _read_pid(
    ours: socket.socket, started: subprocess.Popen[bytes], command: Sequence[str], log: Path
) -> int:
    ours.settimeout(_GUARD_SECONDS)
    try:
        word = ours.recv(32)
    except OSError:
        word = b""
    if not word:
        ours.close()
        started.wait()
        raise CannotRun(f"{command[0]} could not be started; {log} says why.")
    ours.settimeout(None)
    return int(word)
