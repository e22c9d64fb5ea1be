"""`namewire dead-letters replay` and `drop`."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from namewire.errors import FAILED, USAGE, Interrupted, Trouble
from namewire.letters.desk import AsJson, Only, Reason, nothing, open_desk
from namewire.letters.selection import Selection, selection
from namewire.settings import read_settings

if TYPE_CHECKING:
    from namewire.letters.outcome import Outcome

Ids = Annotated[
    list[str] | None,
    typer.Argument(metavar="ID...", help="Of letters, or of articles: then all their letters."),
]
Everything = Annotated[bool, typer.Option("--all", help="Every letter.")]
Yes = Annotated[
    bool,
    typer.Option("--yes/--dry-run", help="Do it, or only show what would be done, which is the default."),
]


def replay(
    ids: Ids = None,
    *,
    reason: Reason = None,
    everything: Everything = False,
    topic: Only = None,
    yes: Yes = False,
    force: Annotated[
        bool, typer.Option("--force", help="Also what by today's rules would be refused again.")
    ] = False,
    as_new: Annotated[
        bool,
        typer.Option(
            "--as-new",
            help="As if published now: it wins over later versions. Only for IDs, not for entities.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Publish letters to their own topic again; without --yes only show what would be.

    A letter leaves the dead letters once Pub/Sub has confirmed the new message. Whatever interrupts this
    command, no letter is lost, and an article that was published twice is stored once. An article keeps its
    place among its versions: where a later one is stored, the letter stays, unless --as-new is given. Exit
    code 1 when something that was asked for could not be replayed.
    """
    from namewire.database import open_database
    from namewire.letters.replay import Replay

    wanted = selection(ids or (), reason, topic, everything=everything)
    if as_new and not ids:
        raise Trouble(
            "--as-new overrules what was published later; say which letters by ID.", exit_code=USAGE
        )
    with ExitStack() as opened:
        database = opened.enter_context(open_database(read_settings()))
        desk = opened.enter_context(open_desk())
        run = Replay(
            hand=desk.hand,
            topics=desk.review,
            database=database,
            wanted=wanted,
            pause=desk.signals.pause,
            show=desk.bar.show,
            dry=not yes,
            force=force,
            as_new=as_new,
        )
        failure = _try(run.run)
    flags = [name for name, given in (("--force", force), ("--as-new", as_new)) if given]
    _end(run.outcome, wanted, failure, as_json=as_json, command=" ".join(("replay", *flags)))


def drop(
    ids: Ids = None,
    *,
    reason: Reason = None,
    everything: Everything = False,
    topic: Only = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Throw letters away for good; without --yes only show which."""
    from namewire.letters.drop import Drop

    wanted = selection(ids or (), reason, topic, everything=everything)
    with open_desk() as desk:
        run = Drop(hand=desk.hand, wanted=wanted, pause=desk.signals.pause, show=desk.bar.show, dry=not yes)
        failure = _try(run.run)
    _end(run.outcome, wanted, failure, as_json=as_json, command="drop")


def _try(run: Callable[[], None]) -> Trouble | Interrupted | None:
    """What was done before an end is told all the same."""
    try:
        run()
    except (Trouble, Interrupted) as failure:
        return failure
    return None


def _end(
    outcome: "Outcome",
    wanted: Selection,
    failure: Trouble | Interrupted | None,
    *,
    as_json: bool,
    command: str,
) -> None:
    """Raises what tells the exit code."""
    from datetime import UTC, datetime

    from namewire.letters.judging import Fate
    from namewire.letters.report import outcome_json, show_outcome
    from namewire.output import print_json, print_line

    if as_json:
        print_json(outcome_json(outcome, wanted, datetime.now(UTC), complete=failure is None))
    elif outcome.verdicts:
        show_outcome(outcome, f"namewire dead-letters {command} {wanted.arguments()} --yes")
    elif failure is None and not wanted.missing:
        print_line(nothing(wanted))
    if failure is not None:
        raise failure
    if wanted.missing:
        raise Trouble(nothing(wanted))
    if outcome.by_fate(Fate.LEAVE) and not outcome.dry:
        raise typer.Exit(FAILED)
