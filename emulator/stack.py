"""Starts a list of parts, each as soon as what it needs is there; watches them; stops them in reverse."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from emulator.errors import COULD_NOT_START, FAILED, CannotRun
from emulator.logs import Follower, last_lines
from emulator.process import Guarded, start_guarded

POLL_SECONDS: Final = 0.05
_START_SECONDS: Final = 90.0  # Java and spaCy start slowly on a machine that is busy
_HURRY_SECONDS: Final = 3.0
_KILL_SECONDS: Final = 8.0


@dataclass(frozen=True, slots=True)
class Part:
    """One program of the house. `then` runs once it is ready, before the parts that come `after` it."""

    name: str
    command: Sequence[str]
    ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    after: tuple[str, ...] = ()
    then: Callable[[], None] = lambda: None
    grace_seconds: float = 5.0
    whole_group: bool = False  # ask every process of it to end, for programs that do not pass it on
    shows_warnings: bool = True


@dataclass(slots=True)
class _Running:
    part: Part
    process: Guarded
    started_at: float
    follower: Follower
    is_ready: bool = False


@dataclass(slots=True)
class Stack:
    """Parts in the order in which they depend on each other. `pause` may raise to end the start early."""

    parts: Sequence[Part]
    run_dir: Path
    environment: Mapping[str, str]
    pause: Callable[[float], None] = time.sleep
    announce: Callable[[str], None] = lambda name: None  # told of each part when it is ready
    _running: dict[str, _Running] = field(init=False, default_factory=dict)

    def __enter__(self) -> Self:
        try:
            while not self._turn():
                self.pause(POLL_SECONDS)
        except BaseException:
            self.stop(hurry=True)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop(hurry=isinstance(error, CannotRun))

    @property
    def waiting_for(self) -> list[str]:
        """The parts that are not ready yet."""
        return [part.name for part in self.parts if not self._is_ready(part.name)]

    def pids(self) -> dict[str, int]:
        return {name: running.process.pid for name, running in self._running.items()}

    def check(self) -> None:
        """Raises CannotRun when a part has ended by itself."""
        for running in self._running.values():
            code = running.process.exit_code()
            if code is not None:
                raise _failure(running, f"ended with exit code {code}", code)

    def warnings(self) -> Iterator[tuple[str, str]]:
        """What the parts had to complain about since the last call: name and line."""
        for name, running in self._running.items():
            if running.part.shows_warnings:
                yield from ((name, line) for line in running.follower.loud_lines())

    def stop(self, *, hurry: bool = False) -> None:
        """Ends the parts, the last one first, so that what feeds others ends before them.

        Interrupted by an exception, it ends all of them at once.
        """
        try:
            if hurry:
                self._end(list(self._running.values()), _HURRY_SECONDS)
            for running in reversed(list(self._running.values())):
                self._end([running], running.part.grace_seconds)
        finally:
            self._kill_rest()

    def _turn(self) -> bool:
        """One look at everything; whether all is ready."""
        self.check()
        for part in self.parts:
            if part.name not in self._running:
                if all(self._is_ready(name) for name in part.after):
                    self._start(part)
            elif not self._is_ready(part.name):
                self._look(self._running[part.name])
        return not self.waiting_for

    def _start(self, part: Part) -> None:
        log = self.run_dir / f"{part.name}.log"
        process = start_guarded(
            part.command,
            environment={**self.environment, **part.environment},
            log=log,
            grace_seconds=part.grace_seconds,
            whole_group=part.whole_group,
            folder=self.run_dir,
        )
        self._running[part.name] = _Running(part, process, time.monotonic(), Follower(log))

    def _look(self, running: _Running) -> None:
        if running.part.ready():
            running.part.then()
            running.is_ready = True
            self.announce(running.part.name)
        elif time.monotonic() - running.started_at > _START_SECONDS:
            raise _failure(running, f"is not ready after {_START_SECONDS:g} s", FAILED)

    def _is_ready(self, name: str) -> bool:
        return name in self._running and self._running[name].is_ready

    def _end(self, some: Sequence[_Running], seconds: float) -> None:
        for running in some:
            running.process.ask()
        deadline = time.monotonic() + seconds
        while any(running.process.exit_code() is None for running in some):
            if time.monotonic() > deadline:
                break
            self.pause(POLL_SECONDS)

    def _kill_rest(self) -> None:
        for running in self._running.values():
            running.process.kill()
        for running in self._running.values():
            running.process.wait(_KILL_SECONDS)
        self._running.clear()


def _failure(running: _Running, how: str, code: int) -> CannotRun:
    lines = last_lines(running.process.log)
    told = "\n".join(["Its last words:", *(f"  {line}" for line in lines)]) if lines else "It said nothing."
    exit_code = COULD_NOT_START if code == COULD_NOT_START else FAILED
    return CannotRun(f"The part `{running.part.name}` {how}. {told}", exit_code=exit_code)
