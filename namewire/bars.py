"""Progress on standard error: moving bars on a terminal, their last state elsewhere."""

import time
from types import TracebackType
from typing import Final, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from namewire.output import tame

# Without a terminal, in a log for example, a line now and then takes the place of the bar.
_LINE_SECONDS: Final = 5.0


class _Bar:
    """What the two kinds of bars share: a context manager with one task, and lines above it."""

    def __init__(self, description: str, total: int | None, column: ProgressColumn) -> None:
        self._console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            column,
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}", markup=False),
            console=self._console,
        )
        self._task: TaskID = self._bar.add_task(description, total=total, note="")
        self._line_at = time.monotonic()

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def say(self, line: str) -> None:
        self._console.print(tame(line), markup=False, highlight=False)

    def show(self, completed: int, note: str = "", *, total: int | None = None) -> None:
        self._bar.update(self._task, completed=completed, note=note)
        if total is not None:
            self._bar.update(self._task, total=total)
        self._show_line()

    def _show_line(self) -> None:
        if self._console.is_terminal or time.monotonic() - self._line_at < _LINE_SECONDS:
            return
        self._line_at = time.monotonic()
        task = self._bar.tasks[0]
        of = f" of {task.total:,.0f}" if task.total is not None else ""
        self.say(f"{task.description}: {task.completed:,.0f}{of} {task.fields['note']}".rstrip())


class BytesBar(_Bar):
    """How much of the files is read; without a total, for standard input, only that something moves."""

    def __init__(self, total: int | None) -> None:
        super().__init__("Sending", total, DownloadColumn())


class CountBar(_Bar):
    """How many of so many."""

    def __init__(self, description: str, total: int | None) -> None:
        super().__init__(description, total, MofNCompleteColumn())
