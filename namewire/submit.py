"""`namewire submit`: articles from files to a running house."""

import time
from contextlib import ExitStack
from typing import Annotated, Final

import typer

from namewire.errors import Interrupted
from namewire.settings import read_settings

BATCH: Final = 100


def submit(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...",
            help="JSON, JSON Lines (.jsonl, .ndjson), CSV with a header, .txt, each also with .gz; "
            "a folder of them; or - for JSON Lines on standard input.",
        ),
    ],
    *,
    limit: Annotated[int | None, typer.Option(min=1, help="Send at most so many articles.")] = None,
    rate: Annotated[
        float | None, typer.Option(min=0.001, help="Send at most so many articles a second.")
    ] = None,
    publication: Annotated[
        str | None,
        typer.Option(
            help="The publication of articles that name none (for .txt otherwise the folder's name)."
        ),
    ] = None,
    url: Annotated[
        str | None, typer.Option(help="The publish function; otherwise NAMEWIRE_PUBLISH_URL.")
    ] = None,
    batch: Annotated[int, typer.Option(min=1, max=1_000, help="Articles in a request.")] = BATCH,
    as_json: Annotated[bool, typer.Option("--json", help="The result as JSON.")] = False,
) -> None:
    """Send articles from files: JSON, JSON Lines, CSV, text, gzipped or not.

    Sending a file twice is safe: the same article keeps its id and is counted once. Exit code 1 when
    anything was rejected. Set NAMEWIRE_API_KEY, or NAMEWIRE_TOKEN for an identity token, if the function
    asks for it.
    """
    from namewire.bars import BytesBar
    from namewire.output import print_json, say
    from namewire.publishing import Publisher
    from namewire.reading.paths import Reader, find_files, first_items
    from namewire.reading.standard_input import interruptible
    from namewire.signals import Signals
    from namewire.submission import Report, Submission, show_report

    settings = read_settings()
    address = settings.need_publish_url(url)
    files = find_files(paths)
    report, began = Report(), time.monotonic()
    with ExitStack() as opened:
        signals = opened.enter_context(Signals())
        typed = interruptible(0, wait=signals.wait_readable)
        reader = Reader(files, publication=publication, standard_input=typed)
        bar = opened.enter_context(BytesBar(reader.total_bytes))
        publisher = opened.enter_context(
            Publisher(
                address, pause=signals.pause, say=bar.say, api_key=settings.api_key, token=settings.token
            )
        )
        submission = Submission(publisher, pause=signals.pause, batch=batch, rate=rate)
        submission.run(
            first_items(reader.items(), limit),
            report,
            sent=lambda: bar.show(
                reader.bytes_read, f"{report.accepted:,} accepted, {report.rejected:,} rejected"
            ),
        )
    seconds = time.monotonic() - began
    if as_json:
        print_json({**report.as_json(), "seconds": round(seconds, 3)})
    else:
        show_report(report, seconds=seconds)
    if report.failure is not None and not isinstance(report.failure, Interrupted):
        say(f"Not everything was sent: {report.failure}")
    raise typer.Exit(report.exit_code)
