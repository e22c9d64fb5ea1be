"""`namewire demo`: the whole house up, articles in, the leading names out, the house down."""

import os
import time
from typing import TYPE_CHECKING, Annotated, Final

import typer

from namewire.errors import Trouble

if TYPE_CHECKING:
    from emulator.run import Running
    from namewire.arrival import Arrival
    from namewire.database import Database
    from namewire.reading.paths import Reader
    from namewire.review import Review
    from namewire.signals import Signals

_LEADERS: Final = 15
_BATCH: Final = 100


def demo(
    *,
    articles: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH", help="Any file that `submit` takes instead of the samples; may be repeated."
        ),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Take at most so many articles.")] = None,
) -> None:
    """Show it working: the whole house up, articles in, the leading names out, the house down."""
    from emulator.run import run_house
    from namewire.output import say
    from namewire.reading.paths import Reader, find_files
    from namewire.reading.standard_input import interruptible
    from namewire.samples import sample_articles
    from namewire.signals import Signals

    began = time.monotonic()
    files = find_files(articles or [sample_articles()])
    with Signals() as signals:
        reader = Reader(files, standard_input=interruptible(0, wait=signals.wait_readable))
        say(
            "Starting the house: the emulators of Pub/Sub and Firestore, publish function, worker, writer, "
            "explorer ..."
        )
        with run_house(
            pause=signals.pause,
            announce=lambda name: say(f"  {name} is ready after {time.monotonic() - began:.1f} s"),
        ) as running:
            say(f"While it runs, look at {running.house.explore_url}")
            _run(running, reader, limit, signals)
            say("Stopping the house ...")
    say(
        f"Done; all in all {time.monotonic() - began:.1f} s. `make up` keeps a house running, "
        "with a page to look at."
    )


def _run(running: "Running", reader: "Reader", limit: int | None, signals: "Signals") -> None:
    from namewire.arrival import Arrival
    from namewire.database import open_database
    from namewire.review import open_review
    from namewire.settings import read_settings

    # Google's clients find the emulators by the environment, like everything else in the house.
    os.environ.update(running.house.settings)
    settings = read_settings()
    arrival = Arrival()
    with open_database(settings) as database, open_review(settings) as review:
        began = time.monotonic()
        _send(running, reader, limit, signals, arrival)
        _wait(running, database, review, signals, arrival)
        _show(database, arrival, time.monotonic() - began)


def _send(
    running: "Running", reader: "Reader", limit: int | None, signals: "Signals", arrival: "Arrival"
) -> None:
    from namewire.bars import BytesBar
    from namewire.publishing import Publisher
    from namewire.reading.paths import first_items
    from namewire.settings import read_settings
    from namewire.submission import Report, Submission, show_report

    report, began = Report(), time.monotonic()
    with (
        BytesBar(reader.total_bytes) as bar,
        Publisher(
            running.house.publish_url, pause=signals.pause, say=bar.say, api_key=read_settings().api_key
        ) as publisher,
    ):
        submission = Submission(publisher, pause=signals.pause, batch=_BATCH, accepted=arrival.expect)
        submission.run(
            first_items(reader.items(), limit),
            report,
            sent=lambda: bar.show(reader.bytes_read, f"{report.accepted:,} accepted"),
        )
    if report.failure is not None:
        raise report.failure
    if report.rejected:
        show_report(report, seconds=time.monotonic() - began)
    if not report.accepted:
        raise Trouble("No article was accepted, so that there is nothing to show.")


def _wait(
    running: "Running", database: "Database", review: "Review", signals: "Signals", arrival: "Arrival"
) -> None:
    from namewire.bars import CountBar

    with CountBar("Finding names", arrival.distinct) as bar:

        def pause(seconds: float) -> None:
            running.stack.check()
            for name, line in running.stack.warnings():
                bar.say(f"{name}: {line}")
            signals.pause(seconds)

        arrival.wait(database, review, pause=pause, show=bar.show)


def _show(database: "Database", arrival: "Arrival", seconds: float) -> None:
    from contract.names import ARTICLES, ENTITIES, PUBLICATIONS
    from namewire.leaders import leaders, show_leaders
    from namewire.output import print_line

    print_line()
    show_leaders(leaders(database, limit=_LEADERS), title="The leading names")
    stored = database.count(ARTICLES)
    line = (
        f"{stored:,} articles from {database.count(PUBLICATIONS):,} publications, "
        f"{database.count(ENTITIES):,} different names"
    )
    if again := arrival.sent - arrival.distinct:
        line += f"; {again:,} came again, as a duplicate or corrected"
    print_line(f"{line}; {seconds:.1f} s, {arrival.distinct / seconds:,.1f} articles/s.")
    for name, attributes in arrival.dead.items():
        print_line(f"{name} could not be handled: {attributes.get('reason', 'no reason given')}")
