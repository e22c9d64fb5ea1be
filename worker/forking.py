"""Starts children by forking a parent that has loaded everything and opened nothing; see ADR 6."""

import gc
import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from telemetry.events import event
from worker.exits import FORCED, OUT_OF_MEMORY
from worker.memory import oom_kills

log = logging.getLogger(__name__)
Run = Callable[[int, int, int | None], int]

_HELD: Final = {signal.SIGTERM, signal.SIGINT, signal.SIGCHLD}


@dataclass(slots=True)
class Forked:
    """A child process; the part of `subprocess.Popen` that a supervisor needs."""

    pid: int
    oom_kills_before: int
    returncode: int | None = None

    def poll(self) -> int | None:
        return self._reap(os.WNOHANG)

    def wait(self) -> int | None:
        return self._reap(0)

    def send_signal(self, number: int) -> None:
        if self.poll() is None:  # the number of a reaped process may belong to another one by now
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _reap(self, options: int) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, options)
            if pid:
                self.returncode = self._named(os.waitstatus_to_exitcode(status))
        return self.returncode

    def _named(self, code: int) -> int:
        """The kernel kills for want of memory with the same signal as people do."""
        short = code == -signal.SIGKILL and oom_kills() > self.oom_kills_before
        return OUT_OF_MEMORY if short else code


def forking(run: Run) -> Callable[[int, int, int | None, Sequence[int]], Forked]:
    """A way to start `run(slot, pipe, previous)` in a child; its result is the exit code.

    To be called when everything is loaded: what exists by then is shared with the children, and
    the garbage collector no longer touches it, which would copy it.
    """
    gc.collect()
    gc.freeze()

    def start(slot: int, pipe: int, previous: int | None, foreign: Sequence[int]) -> Forked:
        sys.stdout.flush()
        before = oom_kills()
        # Until its handlers are its own, the child would note signals in its copy of the parent.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, _HELD)
        pid = os.fork()
        if pid == 0:
            _become_child(lambda: run(slot, pipe, previous), foreign, mask)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        return Forked(pid, before)

    return start


def _become_child(run: Callable[[], int], foreign: Sequence[int], mask: set[int | signal.Signals]) -> None:
    """Never returns."""
    code = FORCED
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
        for number in (signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        for descriptor in foreign:  # a sibling's pipe must break when the parent dies
            os.close(descriptor)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        code = run()
    except BaseException as error:  # nothing may reach the parent's code above the fork
        kind = type(error).__name__
        log.critical("a child crashed: %s", kind, exc_info=True, extra=event("child.crashed", error=kind))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
