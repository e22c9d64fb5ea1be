"""`namewire status`: what is stored, who works on what, and what could not be handled."""

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

import typer

from namewire.settings import Settings, read_settings

WATCH_SECONDS: Final = 2.0
# Processes write their files once a second; speed is measured over more than that.
_SPEED_SECONDS: Final = 1.2
# A look at a dead letter hides it for a while; more frequent looks would see less.
_PEEK_SECONDS: Final = 60.0


def status(
    *,
    watch: Annotated[bool, typer.Option("--watch", help="Look again every 2 s until Ctrl-C.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="The answer as JSON; with --watch, a line each.")
    ] = False,
) -> None:
    """Show what is stored, the processes and their speed, and how many dead letters wait.

    What waits is counted by the house on this machine, about, and in the cloud by Monitoring, some minutes
    late. Processes, and what they hold in their hands, are shown where NAMEWIRE_RUN_DIR leads to them.
    """
    from namewire.database import open_database
    from namewire.review import open_review
    from namewire.signals import Signals

    settings = read_settings()
    with ExitStack() as opened:
        signals = opened.enter_context(Signals())
        look = _Look(
            settings=settings,
            database=opened.enter_context(open_database(settings)),
            review=opened.enter_context(open_review(settings)),
            pause=signals.pause,
        )
        _show(look(), as_json=as_json, one_line=watch)
        while watch:
            signals.pause(WATCH_SECONDS)
            _show(look(), as_json=as_json, one_line=True)


@dataclass(slots=True)
class _Look:
    """One look at everything; remembers what the next one needs."""

    settings: Settings
    database: Any
    review: Any
    pause: Callable[[float], None]
    _processes: Any = field(init=False, default=None)
    _letters: dict[str, set[str]] = field(init=False, default_factory=dict)
    _peeked_at: float | None = field(init=False, default=None)

    def __call__(self) -> dict[str, Any]:
        from namewire.backlog import read_backlog
        from namewire.database import COLLECTIONS

        processes = self._measure()
        backlog = read_backlog(self.settings)
        return {
            "project": self.settings.project,
            **{name: self.database.count(name) for name in COLLECTIONS},
            "backlog": {name: found.waiting for name, found in backlog.items()},
            "oldest_s": {name: found.oldest_s for name, found in backlog.items()},
            "in_hand": _in_hand(processes),
            "processes": processes,
            "dead_letters": self._peek(),
        }

    def _measure(self) -> list[dict[str, Any]] | None:
        from namewire.processes import paces, read_processes

        if self._processes is None:
            self._processes = read_processes(self.settings.run_dir)
            if self._processes:
                self.pause(_SPEED_SECONDS)
        now = read_processes(self.settings.run_dir)
        before, self._processes = self._processes, now
        return None if now is None else [pace.as_json() for pace in paces(before, now)]

    def _peek(self) -> dict[str, Any]:
        from namewire.review import MOST, SUBSCRIPTIONS

        now = time.monotonic()
        if self._peeked_at is None or now - self._peeked_at >= _PEEK_SECONDS:
            self._peeked_at = now
            for name in SUBSCRIPTIONS:
                self._letters[name] = {letter.message_id for letter in self.review.peek(name)}
        return {
            name: {"at_least": min(len(seen), MOST), "more": len(seen) >= MOST}
            for name, seen in self._letters.items()
        }


def _in_hand(processes: list[dict[str, Any]] | None) -> dict[str, int] | None:
    """By role; None where nothing is known of the processes."""
    if processes is None:
        return None
    held = {"work": 0, "write": 0}
    for process in processes:
        held[process["role"]] = held.get(process["role"], 0) + process["in_hand"]
    return held


def _show(view: Mapping[str, Any], *, as_json: bool, one_line: bool) -> None:
    import json

    from namewire.output import print_json, print_line

    if as_json and one_line:
        print_line(json.dumps(view, ensure_ascii=False))
    elif as_json:
        print_json(view)
    else:
        _show_tables(view)


def _show_tables(view: Mapping[str, Any]) -> None:
    from namewire.output import cells, print_line, print_table, table

    facts = table(f"{view['project']}", ("what", "how many"), numbers=("how many",))
    for name in ("articles", "entities", "publications"):
        facts.add_row(*cells(f"{name} stored", view[name]))
    for name, waiting in view["backlog"].items():
        facts.add_row(*cells(f"waiting in {name}", _waiting(waiting, view["oldest_s"][name])))
    for role, held in (view["in_hand"] or {}).items():
        facts.add_row(*cells(f"in the hands of {role}", held))
    for name, letters in view["dead_letters"].items():
        shown = f"{letters['at_least']}{'+' if letters['more'] else ''}"
        facts.add_row(*cells(f"dead letters in {name}", shown))
    print_table(facts)
    if view["processes"] is None:
        print_line("The processes are not on this machine, or NAMEWIRE_RUN_DIR does not lead to them.")
        return
    columns = ("process", "pid", "alive", "received", "done", "dead", "articles/s", "words/s", "busy s")
    made = table("Processes", columns, numbers=columns[3:])
    for item in view["processes"]:
        name, alive = f"{item['role']} {item['slot']}", "yes" if item["alive"] else "no"
        counts = (item["received"], item["done"], item["dead_lettered"])
        speeds = (_speed(item["articles_per_s"]), _speed(item["words_per_s"]), f"{item['busy_s']:,.1f}")
        made.add_row(*cells(name, str(item["pid"]), alive, *counts, *speeds))
    print_table(made)


def _waiting(waiting: int | None, oldest_s: float | None) -> str:
    if waiting is None:
        return "unknown here"
    age = f", the oldest for {oldest_s:,.0f} s" if waiting and oldest_s is not None else ""
    return f"{waiting:,}{age}"


def _speed(value: float | None) -> str:
    return "" if value is None else f"{value:,.1f}"
