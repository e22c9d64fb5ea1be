"""`namewire top`: the leading entities."""

from typing import Annotated

import typer

from namewire.errors import USAGE, Trouble
from namewire.settings import read_settings


def top(
    *,
    publication: Annotated[
        str | None, typer.Option(help="Only mentions in this publication (name or key).")
    ] = None,
    label: Annotated[str | None, typer.Option(help="Only this kind: PERSON, ORG, GPE, ...")] = None,
    day: Annotated[str | None, typer.Option(help="Only mentions on this day, YYYY-MM-DD in UTC.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="The answer as JSON.")] = False,
) -> None:
    """Show who is in the news most.

    Ordered by mentions: all of them, those in a publication, or those on a day. With a publication and a
    day, the articles of that day are read and counted. With a label and one of the two, entities are read
    in order until enough of that label are found.
    """
    from contract.identity import publication_key
    from contract.timestamps import is_day
    from namewire.database import open_database
    from namewire.leaders import leaders, show_leaders
    from namewire.output import print_json, print_line

    if day is not None and not is_day(day):
        raise Trouble(f"{day!r} is not a day; write it as 2026-11-24.", exit_code=USAGE)
    key = publication_key(publication) if publication else None
    kind = label.strip().upper() if label else None
    with open_database(read_settings()) as database:
        found = leaders(database, limit=limit, publication_key=key, day=day, label=kind)
    if as_json:
        asked = {"publication": key, "label": kind, "day": day, "limit": limit}
        print_json({**asked, "entities": [leader.as_json() for leader in found]})
    elif found:
        show_leaders(found)
    else:
        print_line(
            "No entity matches. `namewire status` tells what there is; leave out an option to see more."
        )
