"""`namewire verify`: proves that every count is the sum over the articles, or says where it is not."""

from typing import Annotated

import typer

from namewire.settings import read_settings


def verify(
    *,
    repair: Annotated[
        bool, typer.Option("--repair", help="Set right what differs, while the pipeline goes on.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Everything that differs, as JSON.")] = False,
) -> None:
    """Recount all articles and compare every number; exit code 1 when anything differs.

    Everything is read as it was at one moment, so that a running pipeline makes no differences. Firestore
    bills a read for each document. With --repair, what a number lacks is added to it, once, whatever the
    writer does meanwhile; exit code 1 then means that something could not be set right. A repair that was
    stopped can be run again; one that begins while another runs ends the other.
    """
    from namewire.recount.course import recount, recount_and_repair
    from namewire.signals import Signals

    with Signals() as signals:
        course = recount_and_repair if repair else recount
        report = course(read_settings(), signals, as_json=as_json)
    raise typer.Exit(report.exit_code)
