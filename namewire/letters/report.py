"""What a replay or a drop has done, or would do."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from namewire.letters.judging import Fate, Verdict
from namewire.letters.outcome import Outcome
from namewire.letters.selection import Selection
from namewire.letters.view import ID_CHARS, short
from namewire.output import cells, print_line, print_table, table, visible

_SHOWN: Final = 20
_WHY_CHARS: Final = 200
_NAMES: Final[Mapping[Fate, str]] = {
    Fate.REPLAY: "replayed",
    Fate.SETTLE: "stored_already",
    Fate.DROP: "dropped",
    Fate.LEAVE: "left",
}
_TOLD: Final[Mapping[Fate, tuple[str, str]]] = {
    Fate.REPLAY: ("would be published again", "published again"),
    Fate.SETTLE: ("would be taken away, being stored already", "taken away, being stored already"),
    Fate.DROP: ("would be dropped for good", "dropped for good"),
    Fate.LEAVE: ("would stay where they are", "stayed where they are"),
}


def show_outcome(outcome: Outcome, command: str) -> None:
    """A table of what needs a look, the sums, and in a dry run the command that does it."""
    dry = outcome.dry
    noted = [verdict for verdict in outcome.verdicts if dry or verdict.fate is Fate.LEAVE]
    noted.sort(key=lambda verdict: verdict.fate is not Fate.LEAVE)
    if noted:
        _show_table(noted)
    for fate, (would, was) in _TOLD.items():
        if number := len(outcome.by_fate(fate)):
            print_line(f"{number:,} {would if dry else was}.")
    if outcome.came_back:
        print_line(
            f"{len(outcome.came_back):,} of them failed again and are new dead letters: "
            "`namewire dead-letters list` says why."
        )
    if dry and outcome.done:
        print_line(f"Nothing was changed. To do it: {visible(command)}")


def outcome_json(outcome: Outcome, wanted: Selection, now: datetime, *, complete: bool) -> dict[str, Any]:
    """Stable output for scripts. In a dry run `replayed` is what would be."""
    return {
        "dry_run": outcome.dry,
        "complete": complete,
        **{name: _listed(outcome.by_fate(fate), now) for fate, name in _NAMES.items()},
        "came_back": [facts.as_json(now) for facts in outcome.came_back],
        "not_found": wanted.missing,
    }


def _listed(verdicts: Sequence[Verdict], now: datetime) -> list[dict[str, Any]]:
    return [{**verdict.facts.as_json(now), "why": verdict.why or None} for verdict in verdicts]


def _show_table(verdicts: Sequence[Verdict]) -> None:
    made = table("", ("letter", "topic", "article", "what", "why"))
    for verdict in verdicts[:_SHOWN]:
        facts = verdict.facts
        why = short(verdict.why or f"{facts.kind}: {facts.reason}", _WHY_CHARS)
        made.add_row(
            *cells(facts.id, facts.topic, short(facts.article_id or "", ID_CHARS), verdict.fate, why)
        )
    print_table(made)
    if len(verdicts) > _SHOWN:
        print_line(f"and {len(verdicts) - _SHOWN:,} more; --json has all")
