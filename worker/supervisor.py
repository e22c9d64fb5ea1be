"""Keeps a number of child processes alive and ends them in order. Knows nothing of the trade.

A child gets the write end of a pipe: `R` says that it is ready, `.` that it made a turn of its loop.
When the parent dies, the pipe breaks, and the child knows that nobody would replace or stop it.
"""

import contextlib
import logging
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from worker.exits import COULD_NOT_START, FORCED, OK, OUT_OF_MEMORY, RECYCLE, STALLED

log = logging.getLogger(__name__)

READY: Final = b"R"
ALIVE: Final = b"."

_FIRST_PAUSE: Final = 0.1  # seconds before a dead child is replaced; doubles with every death in a row
_LONGEST_PAUSE: Final = 30.0
_LONGEST_PAUSE_IF_ABLE: Final = 0.2  # it can start, so waiting longer only costs throughput
_PROVEN_SECONDS: Final = 10.0  # a child that was ready for so long starts a new row
_TICK: Final = 1.0  # seconds between looks for stalled children
_KILL_MARGIN: Final = 1.5  # seconds kept back from the drain time for killing and reaping
_SHOW_EVERY: Final = 1.0  # seconds between touches of the ready file
# Longer than the longest call to Pub/Sub or Firestore (60 s), between which a child speaks; shorter than
# the stall limit, so that a house that only kills and replaces stalled children shows no progress.
_PROGRESS_SECONDS: Final = 90.0
_STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
# A child that TERM ends by default had not begun its work.
_CLEAN_ENDS: Final = (OK, RECYCLE, -signal.SIGTERM)


class Process(Protocol):
    """What is needed of a child: `subprocess.Popen` has it, and `worker.forking.Forked`."""

    pid: int
    returncode: Any  # None while it runs; negative when a signal ended it

    def poll(self) -> int | None: ...
    def wait(self) -> int | None: ...
    def send_signal(self, number: int, /) -> None: ...
    def kill(self) -> None: ...


Start = Callable[[int, int, int | None, Sequence[int]], Process]


@dataclass(slots=True)
class _Child:
    """One slot: the process in it, or the time when there will be one again."""

    slot: int
    process: Process | None = None
    pipe: int = -1
    ready_at: float | None = None
    seen_at: float = 0.0  # also reset by a start or a kill: the next process gets its time
    heard_at: float | None = None  # the last word from this slot, whichever process spoke
    deaths: int = 0
    start_at: float = 0.0
    stalled: bool = False
    previous: int | None = None  # how the last process in this slot ended; a kill by us is its own fault


@dataclass(slots=True)
class Supervisor:
    """Keeps `count` slots filled until a signal, or until a child cannot start at all.

    `start(slot, pipe, previous, foreign)` makes a process that writes to the pipe and closes the
    descriptors of the parent, `foreign`, if it inherits them. `previous` is the exit code of the last
    process in the slot, or None.

    `ready_file` is missing until all were ready and again when they stop; in between its time is that
    of the last look that found more than half of the slots alive.
    """

    start: Start
    count: int
    drain_seconds: float
    stall_seconds: float
    progress_seconds: float = _PROGRESS_SECONDS
    ready_file: Path | None = None
    clock: Callable[[], float] = time.monotonic
    _children: list[_Child] = field(init=False)
    _wake: tuple[int, int] = field(init=False, default=(-1, -1))
    _signals: list[int] = field(init=False, default_factory=list)
    _stop_by: float | None = field(init=False, default=None)
    _exit_code: int = field(init=False, default=OK)
    _shown_at: float | None = field(init=False, default=None)  # None before all were ready

    def __post_init__(self) -> None:
        self._children = [_Child(slot) for slot in range(self.count)]

    def run(self) -> int:
        """Blocks until every child has ended; returns the exit code of the house."""
        self._forget_ready()  # a predecessor that was killed may have left it
        self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        previous = signal.set_wakeup_fd(self._wake[1], warn_on_full_buffer=False)
        handled = (*_STOP_SIGNALS, signal.SIGCHLD)
        before = {number: signal.signal(number, self._record) for number in handled}
        try:
            while self._stop_by is None or any(child.process for child in self._children):
                self._turn()
        finally:
            self._kill_all()
            signal.set_wakeup_fd(previous)
            for number, handler in before.items():
                signal.signal(number, handler)
            for descriptor in self._wake:
                os.close(descriptor)
            self._forget_ready()
        return self._exit_code

    def _record(self, number: int, _frame: object) -> None:
        self._signals.append(number)

    def _turn(self) -> None:
        self._listen()
        self._obey_signals()
        if self._stop_by is not None and self.clock() >= self._stop_by:
            self._force("the time to drain is over")
        self._reap()
        self._replace_stalled()
        if self._stop_by is None:
            self._start_due()
            self._show_progress()

    def _obey_signals(self) -> None:
        while self._signals:
            number = self._signals.pop(0)
            if number not in _STOP_SIGNALS:
                continue
            if self._stop_by is None:
                name = signal.Signals(number).name
                log.info(
                    "stopping on %s: finishing what is in hand", name, extra=_event("stopping", signal=name)
                )
                self._stop()
            else:
                self._force(f"a second {signal.Signals(number).name}")

    def _stop(self) -> None:
        self._stop_by = self.clock() + self.drain_seconds - _KILL_MARGIN
        self._forget_ready()
        self._signal_all(signal.SIGTERM)

    def _force(self, why: str) -> None:
        log.warning(
            "ending at once: %s. What was not finished will be delivered again.",
            why,
            extra=_event("ending_at_once", reason=why),
        )
        self._exit_code = self._exit_code or FORCED
        self._kill_all()

    def _start_due(self) -> None:
        now = self.clock()
        for child in self._children:
            if child.process is None and child.start_at <= now:
                self._start(child, now)

    def _start(self, child: _Child, now: float) -> None:
        read, write = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(read, False)
        # Ctrl-C reaches the whole terminal group. What it means is decided here, so that a child must
        # not see it, not even before it can ignore it: it inherits the block.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            pipes = [other.pipe for other in self._children if other.pipe >= 0]
            child.process = self.start(child.slot, write, child.previous, [*self._wake, *pipes, read])
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            os.close(write)
        child.pipe, child.seen_at = read, now

    def _reap(self) -> None:
        for child in self._children:
            if child.process is not None and child.process.poll() is not None:
                self._bury(child, child.process)

    def _bury(self, child: _Child, process: Process) -> None:
        if child.pipe >= 0:
            self._hear(child)  # it may have said that it was ready
            self._hang_up(child)
        child.process, code = None, process.returncode
        child.previous = STALLED if child.stalled else code
        child.stalled = False
        if code == COULD_NOT_START:
            self._give_up()
        elif self._stop_by is not None:
            self._exit_code = self._exit_code or (OK if code in _CLEAN_ENDS else FORCED)
        else:
            pause = self._pause(child, code)
            child.start_at = self.clock() + pause
            log.warning(
                "child %s (pid %s) %s; replacing it in %.1f s",
                *(child.slot, process.pid, _how(code), pause),
                extra=_event(
                    "child.ended", slot=child.slot, child_pid=process.pid, exit_code=code, pause_s=pause
                ),
            )
        child.ready_at = None

    def _give_up(self) -> None:
        self._exit_code = COULD_NOT_START
        if self._stop_by is None:
            log.error(
                "a child cannot start as configured; stopping all of them", extra=_event("child.cannot_start")
            )
            self._stop()

    def _pause(self, child: _Child, code: int) -> float:
        if code == RECYCLE:
            child.deaths = 0
            return 0.0
        was_ready = child.ready_at is not None
        proven = was_ready and self.clock() - (child.ready_at or 0.0) >= _PROVEN_SECONDS
        child.deaths = 1 if proven else child.deaths + 1
        # Somebody else's kill says nothing about whether the child can start.
        able = was_ready or code == -signal.SIGKILL
        longest = _LONGEST_PAUSE_IF_ABLE if able else _LONGEST_PAUSE
        return float(min(longest, _FIRST_PAUSE * 2 ** min(child.deaths - 1, 16)))

    def _replace_stalled(self) -> None:
        now = self.clock()
        for child in self._children:
            if child.process is not None and now - child.seen_at > self.stall_seconds:
                log.error(
                    "child %s (pid %s) made no progress for %.0f s; killing it. "
                    "What it held will be delivered again.",
                    *(child.slot, child.process.pid, now - child.seen_at),
                    extra=_event(
                        "child.stalled",
                        slot=child.slot,
                        child_pid=child.process.pid,
                        silent_s=round(now - child.seen_at, 1),
                    ),
                )
                child.seen_at = now
                child.stalled = True
                child.process.kill()

    def _listen(self) -> None:
        pipes = {child.pipe: child for child in self._children if child.pipe >= 0}
        readable, _, _ = select.select([self._wake[0], *pipes], [], [], self._patience())
        for descriptor in readable:
            if descriptor == self._wake[0]:
                _drain(descriptor)
            elif not self._hear(pipes[descriptor]):
                # It is about to end, which SIGCHLD tells, or will count as stalled.
                self._hang_up(pipes[descriptor])

    def _hear(self, child: _Child) -> bool:
        said = _drain(child.pipe)
        if not said:
            return False
        child.seen_at = child.heard_at = self.clock()
        if READY in said:
            child.ready_at = child.seen_at
            self._announce_ready()
        return True

    def _hang_up(self, child: _Child) -> None:
        os.close(child.pipe)
        child.pipe = -1

    def _announce_ready(self) -> None:
        if self._stop_by is None and all(child.ready_at is not None for child in self._children):
            log.info(
                "ready: %s of %s children",
                self.count,
                self.count,
                extra=_event("ready", processes=self.count),
            )
            self._shown_at = self.clock()
            try:
                self._touch()
            except OSError as error:
                log.warning(
                    "cannot make %s, going on without it: %s",
                    *(self.ready_file, error),
                    extra=_event("ready.no_file"),
                )

    def _show_progress(self) -> None:
        now = self.clock()
        if self._shown_at is None or now - self._shown_at < _SHOW_EVERY:
            return
        since = now - self.progress_seconds
        heard = sum(child.heard_at is not None and child.heard_at >= since for child in self._children)
        if heard * 2 > self.count:
            self._shown_at = now
            # Was said when it could not be made; an old file is a sign, and no reason to stop working.
            with contextlib.suppress(OSError):
                self._touch()

    def _touch(self) -> None:
        if self.ready_file is not None:
            self.ready_file.touch()

    def _forget_ready(self) -> None:
        if self.ready_file is not None:
            with contextlib.suppress(OSError):
                self.ready_file.unlink()

    def _patience(self) -> float:
        """Seconds until something is due without a signal or a word from a child."""
        now = self.clock()
        due = [child.start_at for child in self._children if child.process is None and self._stop_by is None]
        if self._stop_by is not None:
            due.append(self._stop_by)
        return max(0.0, min([_TICK, *(moment - now for moment in due)]))

    def _signal_all(self, number: signal.Signals) -> None:
        for child in self._children:
            if child.process is not None:
                child.process.send_signal(number)

    def _kill_all(self) -> None:
        self._signal_all(signal.SIGKILL)
        for child in self._children:
            if child.process is not None:
                child.process.wait()


def executing(command: Callable[[int, int], Sequence[str]]) -> Start:
    """A way to start `command(slot, pipe)` as a program of its own."""
    return lambda slot, pipe, _previous, _foreign: subprocess.Popen(command(slot, pipe), pass_fds=(pipe,))


def _event(name: str, **fields: Any) -> dict[str, Any]:
    """As `telemetry.events` has it; here again, because this module imports the standard library only."""
    return {"event": name, "fields": fields}


def _drain(descriptor: int) -> bytes:
    """Everything that can be read now; empty at the end of the pipe."""
    said = b""
    while True:
        try:
            part = os.read(descriptor, 4096)
        except BlockingIOError:
            return said
        if not part:
            return said
        said += part


def _how(code: int) -> str:
    if code < 0:
        return f"was ended by signal {-code} ({signal.strsignal(-code)})"
    known = {RECYCLE: "reached its memory limit", OUT_OF_MEMORY: "was killed for want of memory"}
    return known.get(code, f"ended with exit code {code}")
