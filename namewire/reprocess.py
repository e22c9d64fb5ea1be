"""`namewire reprocess`: the archive read again by the worker of today, behind what comes in."""

import time
from typing import Annotated, Final

import typer

from namewire.errors import FAILED, Interrupted, Trouble
from namewire.settings import read_settings

_IN_FLIGHT: Final = 500
_BEHIND: Final = 100


def reprocess(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PATH]...",
            help="Files as `submit` takes them, where Firestore does not keep the texts; "
            "otherwise everything that is stored.",
        ),
    ] = None,
    *,
    rate: Annotated[
        float | None, typer.Option(min=0.001, help="Send at most so many articles a second.")
    ] = None,
    in_flight: Annotated[
        int, typer.Option(min=1, max=10_000, help="Articles under way at a time, at most.")
    ] = _IN_FLIGHT,
    behind: Annotated[
        int, typer.Option(min=0, help="Send nothing while more than so many other messages wait.")
    ] = _BEHIND,
    anew: Annotated[
        bool, typer.Option("--anew", help="Begin another run, whatever is left of the last one.")
    ] = False,
    publication: Annotated[
        str | None, typer.Option(help="The publication of articles in files that name none.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The result as JSON.")] = False,
) -> None:
    """Read everything stored again: after a new model, a newer linking, other labels.

    Roll the new worker and writer out first. Counts are exact at every moment, and no correction is undone,
    not even one still under way. Live articles go first. A run that was stopped or killed goes on where it
    was when this is run again. Each article costs a message and a commit, like a new one. Exit code 1 when
    something could not be read again.
    """
    from namewire.output import print_json, say
    from namewire.reprocessing.course import Wish, reprocess_all
    from namewire.reprocessing.tally import Tally
    from namewire.signals import Signals

    began, tally = time.monotonic(), Tally()
    failure: Trouble | Interrupted | None = None
    wish = Wish(paths or (), publication, rate, in_flight, behind, anew)
    with Signals() as signals:
        try:
            reprocess_all(read_settings(), signals, wish, tally)
        except (Trouble, Interrupted) as error:
            failure = error
    seconds = time.monotonic() - began
    if as_json:
        print_json({**tally.as_json(), "complete": failure is None, "seconds": round(seconds, 3)})
    elif failure is None or tally.settled:
        tally.show(f"Reprocessed in {seconds:,.1f} s")
    if isinstance(failure, Interrupted):
        say("It goes on from here when it is run again.")
    if failure is not None:
        raise failure
    if not tally.is_clean:
        raise typer.Exit(FAILED)
