"""What has come of a run so far, in numbers, with the first few names where a person has to look."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from namewire.output import cells, print_line, print_table, table

SHOWN: Final = 20
KINDS: Final[Mapping[str, str]] = {
    "read": "read again",
    "already": "read since the run began",
    "gone": "deleted meanwhile",
    "other_version": "stored in another version than the file's",
    "not_stored": "not stored; `namewire submit` sends them",
    "left_out": "left out",
    "missing": "sent, and not heard of again",
}
# Of these the archive holds no new reading although it should.
_WRONG: Final = ("left_out", "missing")


@dataclass(slots=True)
class Tally:
    """Counts go on where a killed run ended; names are of this command only."""

    counts: Counter[str] = field(default_factory=Counter)
    reasons: list[tuple[str, str, str]] = field(default_factory=list)  # kind, article or place, why

    @property
    def settled(self) -> int:
        return sum(self.counts.values())

    @property
    def is_clean(self) -> bool:
        return not any(self.counts[kind] for kind in _WRONG)

    def add(self, kind: str, name: str = "", why: str = "") -> None:
        self.counts[kind] += 1
        if kind in _WRONG and len(self.reasons) < SHOWN:
            self.reasons.append((kind, name, why))

    def as_json(self) -> dict[str, Any]:
        named = [{"kind": kind, "article": name, "why": why} for kind, name, why in self.reasons]
        return {**{kind: self.counts[kind] for kind in KINDS}, "named": named}

    def show(self, title: str) -> None:
        made = table(title, ("what", "articles"), numbers=("articles",))
        for kind, words in KINDS.items():
            if self.counts[kind] or kind == "read":
                made.add_row(*cells(words, self.counts[kind]))
        print_table(made)
        if self.reasons:
            made = table("To be looked at", ("article", "why"))
            for _, name, why in self.reasons:
                made.add_row(*cells(name, why))
            print_table(made)
        if self.counts["missing"]:
            print_line(
                "What was not heard of again is among the dead letters (`namewire dead-letters list`, and "
                "`replay` once it is mended) or still waits; `namewire article ID` tells."
            )
