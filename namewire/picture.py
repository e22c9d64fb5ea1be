"""How the state of the house looks on a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.text import Text

from namewire.history import History
from namewire.output import cells, table, visible
from namewire.sparks import sparkline

_WIDTH: Final = 40
_COLUMNS: Final = (
    *("process", "pid", "alive", "received", "done", "dead", "articles/s", "words/s", "busy s"),
)
_NO_PROCESSES: Final = "The processes are not on this machine, or NAMEWIRE_RUN_DIR does not lead to them."


def picture(view: Mapping[str, Any], history: History | None = None) -> RenderableType:
    """Everything, what is wrong first; with lines over time where there is a history."""
    parts = [verdict(view), _facts(view)]
    if history is not None:
        parts.append(_lines(history))
    parts.append(Text(_NO_PROCESSES) if view["processes"] is None else _processes(view["processes"]))
    return Group(*parts)


def verdict(view: Mapping[str, Any]) -> Text:
    """One line, and one for each reason."""
    if view["healthy"]:
        return Text("healthy", style="green")
    said = Text("not healthy", style="bold red")
    for reason in view["reasons"]:
        said.append(f"\n  {visible(reason['part'])}: {visible(reason['what'])}", style="red")
    return said


def _facts(view: Mapping[str, Any]) -> RenderableType:
    made = table(f"{view['project']}", ("what", "how many"), numbers=("how many",))
    for row in _rows(view):
        made.add_row(*cells(*row))
    return made


def _rows(view: Mapping[str, Any]) -> Iterator[tuple[object, object]]:
    for name in ("articles", "entities", "publications"):
        yield f"{name} stored", view[name]
    for name, waiting in view["backlog"].items():
        yield f"waiting in {name}", _waiting(waiting, view["oldest_s"][name])
    for role, held in (view["in_hand"] or {}).items():
        yield f"in the hands of {role}", held
    for name, letters in view["dead_letters"].items():
        yield f"dead letters in {name}", f"{letters['at_least']}{'+' if letters['more'] else ''}"


def _lines(history: History) -> RenderableType:
    made = table("", ("over time", "", "now"), numbers=("now",))
    for role, speeds in history.speeds.items():
        made.add_row(*_line(f"{role}, articles/s", list(speeds)))
    for name, waiting in history.waiting.items():
        made.add_row(*_line(f"waiting in {name}", list(waiting)))
    return made


def _line(name: str, values: Sequence[float | None]) -> list[Text]:
    now = values[-1] if values else None
    return cells(name, sparkline(values, width=_WIDTH), "unknown" if now is None else f"{now:,.0f}")


def _processes(processes: Sequence[Mapping[str, Any]]) -> RenderableType:
    made = table("Processes", _COLUMNS, numbers=_COLUMNS[3:])
    for item in processes:
        name, alive = f"{item['role']} {item['slot']}", "yes" if item["alive"] else "no"
        counts = (item["received"], item["done"], item["dead_lettered"])
        speeds = (_speed(item["articles_per_s"]), _speed(item["words_per_s"]), f"{item['busy_s']:,.1f}")
        made.add_row(*cells(name, str(item["pid"]), alive, *counts, *speeds))
    return made


def _waiting(waiting: int | None, oldest_s: float | None) -> str:
    if waiting is None:
        return "unknown here"
    age = f", the oldest for {oldest_s:,.0f} s" if waiting and oldest_s is not None else ""
    return f"{waiting:,}{age}"


def _speed(value: float | None) -> str:
    return "" if value is None else f"{value:,.1f}"
