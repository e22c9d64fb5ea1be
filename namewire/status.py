"""`namewire status`: whether the house is well, and if not, which part and why."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from namewire import health
from namewire.errors import FAILED
from namewire.settings import read_settings

if TYPE_CHECKING:
    from namewire.history import History

WATCH_SECONDS: Final = 2.0


def status(
    *,
    watch: Annotated[bool, typer.Option("--watch", help="Look again every 2 s until Ctrl-C.")] = False,
    oldest: Annotated[
        float, typer.Option(min=0, help="Well is a house in which no message has waited longer, in seconds.")
    ] = health.OLDEST_SECONDS,
    silent: Annotated[
        float, typer.Option(min=2, help="And in which each role has given a sign within so many seconds.")
    ] = health.SILENT_SECONDS,
    dead_letters: Annotated[
        int, typer.Option(min=0, help="And in which at most so many messages died within 10 minutes.")
    ] = health.DEAD_LETTERS,
    role: Annotated[
        list[str] | None, typer.Option(help="A role that has to run here; may be repeated (both).")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="The answer as JSON; with --watch, a line each.")
    ] = False,
) -> None:
    """Tell whether everything is well, and show what is stored, waits, works and died.

    Exit code 0 when it is, 1 when it is not: a role has no process or gives no sign, messages wait too
    long, too many die; with --watch also: messages wait and nothing moves for 30 s. What waits is counted by
    the house on this machine, about, and in the cloud by Monitoring, some minutes late. Processes, and what
    they hold in their hands, are known where NAMEWIRE_RUN_DIR leads to them; elsewhere the backlog tells.
    """
    from namewire.database import open_database
    from namewire.history import History
    from namewire.look import Look
    from namewire.review import open_review
    from namewire.signals import Signals

    settings = read_settings()
    limits = health.Limits(tuple(role or health.ROLES), silent, oldest, dead_letters)
    with ExitStack() as opened:
        signals = opened.enter_context(Signals())
        look = Look(
            settings=settings,
            database=opened.enter_context(open_database(settings)),
            review=opened.enter_context(open_review(settings)),
            pause=signals.pause,
        )
        history = History() if watch else None
        view = _judged(look(), limits, history)
        if not watch:
            _show(view, as_json=as_json)
            raise typer.Exit(0 if view["healthy"] else FAILED)
        show = _json_line if as_json else opened.enter_context(_live(history))
        while True:
            show(view)
            signals.pause(WATCH_SECONDS)
            view = _judged(look(), limits, history)


def _judged(view: dict[str, Any], limits: health.Limits, history: "History | None") -> dict[str, Any]:
    if history is not None:
        history.add(view)
    reasons = health.reasons(view, limits, still_s=None if history is None else history.still_s())
    return {**view, "healthy": not reasons, "reasons": [reason.as_json() for reason in reasons]}


def _show(view: Mapping[str, Any], *, as_json: bool) -> None:
    from namewire.output import print_json, print_table
    from namewire.picture import picture

    if as_json:
        print_json(view)
    else:
        print_table(picture(view))


def _json_line(view: Mapping[str, Any]) -> None:
    import json

    from namewire.output import print_line

    print_line(json.dumps(view, ensure_ascii=False))


@contextmanager
def _live(history: "History | None") -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """One picture that changes, on a terminal; elsewhere one after the other."""
    from rich.console import Console
    from rich.live import Live

    from namewire.output import print_table
    from namewire.picture import picture

    console = Console()
    if not console.is_terminal:
        yield lambda view: print_table(picture(view, history))
        return
    with Live(console=console, auto_refresh=False, vertical_overflow="visible") as live:
        yield lambda view: live.update(picture(view, history), refresh=True)
