"""Tells what a recount has found: a table of the first differences, or all of them as JSON, one at a time."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from contract.names import ARTICLES, ENTITIES, PUBLICATIONS
from contract.timestamps import format_time
from namewire.errors import FAILED
from namewire.output import cells, print_line, print_table, table
from namewire.recount.findings import Difference, Findings
from worker.ledger import Reference

SHOWN: Final = 20
_SHOWN_CHARS: Final = 60
_READ: Final = (ARTICLES, ENTITIES, PUBLICATIONS)


@dataclass(slots=True)
class Report:
    """`begin` once all is counted, `end` once all is repaired that can be."""

    project: str
    at: datetime
    findings: Findings
    as_json: bool
    lost: bool = False
    repaired: int | None = None
    refused: Sequence[tuple[Reference, str]] = ()
    read: Counter[str] = field(default_factory=Counter)

    @property
    def documents(self) -> int:
        return sum(self.read[name] for name in _READ)

    @property
    def is_clean(self) -> bool:
        return not (self.findings.differences or self.findings.undecided)

    @property
    def exit_code(self) -> int:
        if self.repaired is None:
            return 0 if self.is_clean else FAILED
        return FAILED if self.findings.unmendable or self.findings.undecided or self.refused else 0

    def begin(self) -> None:
        if self.as_json:
            self._begin_json()
        elif self.findings.differences:
            self._show_differences()

    def end(self, *, complete: bool = True) -> None:
        if self.as_json:
            self._end_json(complete=complete)
        else:
            for line in self._lines():
                print_line(line)

    def _begin_json(self) -> None:
        head = {
            "project": self.project,
            "at": format_time(self.at),
            "snapshot": not self.lost,
            "read": {name: self.read[name] for name in _READ},
            "count": self.findings.differences,
            "lagging": self.findings.lagging,
            "unmendable": self.findings.unmendable,
            "undecided": self.findings.undecided,
        }
        print_line(_dump(head).removesuffix("}") + ', "differences": [')
        for number, difference in enumerate(self.findings.all(), start=1):
            comma = "," if number < self.findings.differences else ""
            print_line(_dump(difference.as_json()) + comma)

    def _end_json(self, *, complete: bool) -> None:
        refused = [{"document": "/".join(reference), "reason": why} for reference, why in self.refused]
        tail = {"repaired": self.repaired, "refused": refused, "complete": complete}
        print_line("], " + _dump(tail).removeprefix("{"))

    def _show_differences(self) -> None:
        made = table("Differences", ("document", "field", "is", "should be"))
        for _, difference in zip(range(SHOWN), self.findings.all(), strict=False):
            made.add_row(*cells(*_row(difference)))
        print_table(made)
        if (rest := self.findings.differences - SHOWN) > 0:
            print_line(f"and {rest:,} more; --json has all of them")

    def _lines(self) -> list[str]:
        found = self.findings
        read = ", ".join(f"{self.read[name]:,} {name}" for name in _READ)
        lines = [f"{read} read, as of {format_time(self.at)}."]
        if self.is_clean:
            lines.append("Every number is the sum over the articles.")
        if found.differences:
            lines.append(
                f"{found.differences:,} {_plural(found.differences, 'value')} differ from the recount."
            )
        if found.lagging:
            lines.append(
                f"{found.lagging:,} {_plural(found.lagging, 'entity', 'entities')} shown by a form that is "
                "not the commonest. That is no error: with several writers it follows at the next change."
            )
        if found.unmendable:
            lines.append(
                f"{found.unmendable:,} of them in articles that nobody can count as they are: delete those "
                "documents, submit the articles again, and verify once more."
            )
        if found.undecided:
            lines.append(f"{found.undecided:,} documents could not be looked at again; verify once more.")
        return [*lines, *self._repair_lines()]

    def _repair_lines(self) -> list[str]:
        if self.repaired is None:
            if self.findings.differences:
                return ["`namewire verify --repair` sets them right; the pipeline can go on meanwhile."]
            return []
        refused = [f"Firestore refuses {'/'.join(reference)}: {why}" for reference, why in self.refused]
        return [f"{self.repaired:,} {_plural(self.repaired, 'document')} set right.", *refused]


def _plural(number: int, one: str, many: str = "") -> str:
    return one if number == 1 else many or f"{one}s"


def _row(difference: Difference) -> tuple[str, str, str, str]:
    path = ".".join(difference.field) or "the document"
    return "/".join(difference.reference), path, _short(difference.stored), _short(difference.right)


def _short(value: Any) -> str:
    if value is None:
        return "not there"
    text = value if isinstance(value, str) else f"{value:,}" if type(value) is int else _dump(value)
    return text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "…"


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
