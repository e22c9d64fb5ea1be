"""The tables of docs/metrics.md and docs/logs.md, from the code: `python -m tests.architecture.documents`."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.architecture.interpreter import ROOT, sources
from worker.catalogue import METRICS

METRICS_PAGE: Final = ROOT / "docs" / "metrics.md"
EVENTS_PAGE: Final = ROOT / "docs" / "logs.md"
SPEAKING: Final = ("functions", "telemetry", "worker")  # the programs that run for long
_LOGGERS: Final = ("log", "_log")
_LEVELS: Final = ("debug", "info", "warning", "error", "exception", "critical", "log")
_BEGIN, _END = "<!-- made by tests/architecture/documents.py -->\n\n", "\n<!-- until here -->"


@dataclass(frozen=True, slots=True)
class LogCall:
    """A call that writes a log line; `event` is None where it names none."""

    source: Path
    line: int
    level: str
    sentence: str
    event: str | None


def log_calls() -> Iterator[LogCall]:
    for source in sources(*SPEAKING):
        for node in ast.walk(ast.parse((ROOT / source).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _is_log(node.func):
                assert isinstance(node.func, ast.Attribute)
                yield _log_call(source, node, node.func.attr)


def _is_log(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and function.attr in _LEVELS
        and isinstance(function.value, ast.Name)
        and function.value.id in _LOGGERS
    )


def _log_call(source: Path, node: ast.Call, level: str) -> LogCall:
    texts = [each.value for each in node.args if isinstance(each, ast.Constant)]
    extra = next((each.value for each in node.keywords if each.arg == "extra"), None)
    name = None
    if isinstance(extra, ast.Call) and extra.args and isinstance(extra.args[0], ast.Constant):
        name = str(extra.args[0].value)
    shown = {"exception": "error", "log": "info"}.get(level, level).upper()
    return LogCall(source, node.lineno, shown, str(texts[0]) if texts else "", name)


def metrics_table() -> str:
    lines = [
        "| metric | in Prometheus | kind | unit | labels | what |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for each in METRICS:
        labels = ", ".join(f"`{label}`" for label in each.labels)
        names = f"`{each.full_name}` | `{each.prometheus_name}`"
        lines.append(f"| {names} | {each.kind} | `{each.unit}` | {labels} | {each.about} |")
    return "\n".join(lines) + "\n"


def events_table() -> str:
    lines = ["| event | severity | says | written by |", "| --- | --- | --- | --- |"]
    calls = sorted(log_calls(), key=lambda call: (str(call.event), str(call.source), call.line))
    for call in calls:
        sentence = call.sentence.replace("|", "\\|")
        lines.append(f"| `{call.event}` | {call.level} | {sentence} | `{call.source}` |")
    return "\n".join(dict.fromkeys(lines)) + "\n"


def with_table(page: Path, table: str) -> str:
    """The page with this table in its place."""
    before, _, rest = page.read_text(encoding="utf-8").partition(_BEGIN)
    assert rest, f"{page} has no place for a table"
    return f"{before}{_BEGIN}{table}{_END}{rest.partition(_END)[2]}"


def main() -> None:
    for page, table in ((METRICS_PAGE, metrics_table()), (EVENTS_PAGE, events_table())):
        page.write_text(with_table(page, table), encoding="utf-8")


if __name__ == "__main__":
    main()
