"""`namewire article`: the way of one article, where it is, and what was found in it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from contract.names import ARTICLES
from namewire.errors import FAILED, USAGE, Trouble
from namewire.settings import read_settings

if TYPE_CHECKING:
    from namewire.database import Traced
    from namewire.letters.facts import Facts
    from namewire.review import Letter
    from namewire.trail import Step

_SHOWN: Final = (
    *("title", "publication", "publication_key", "url", "authors", "language", "section", "published_at"),
    *(
        "day",
        "words",
        "model",
        "linking_version",
        "received_at",
        "processed_at",
        "source_message_id",
        "trace",
        "left_out",
    ),
)


def article(
    article_id: Annotated[
        str, typer.Argument(metavar="ID", help="The id that `submit` or the answer to a POST gave.")
    ],
    *,
    letters: Annotated[
        bool,
        typer.Option("--letters", help="Look for dead letters of it even if it is stored; takes seconds."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The document and the trail as JSON.")] = False,
) -> None:
    """Show the way of one article, where it is, and what was found in it.

    When it was received, which model read it, when it was stored, and changed since; or where it died, and
    why. Dead letters are looked for where it is not stored, and with --letters. Exit code 1 when it is not
    stored.
    """
    from contract.identity import is_article_id
    from namewire.database import open_database
    from namewire.trail import trail
    from namewire.whereabouts import letters_of, nowhere

    if not is_article_id(article_id):
        raise Trouble(f"{article_id!r} cannot be the id of an article.", exit_code=USAGE)
    settings = read_settings()
    with open_database(settings) as database:
        stored = database.trace(ARTICLES, article_id)
    found = []
    if letters or stored is None:
        try:
            found = letters_of(settings, article_id)
        except Trouble as trouble:
            raise nowhere(settings, article_id, str(trouble)) if stored is None else trouble from trouble
    if stored is None and not found:
        raise nowhere(settings, article_id)
    _tell(article_id, stored, trail(stored, found), found, as_json=as_json)
    if stored is None:
        raise typer.Exit(FAILED)


def _tell(
    article_id: str,
    stored: "Traced | None",
    steps: "Sequence[Step]",
    found: "Sequence[tuple[Letter, Facts]]",
    *,
    as_json: bool,
) -> None:
    from datetime import UTC, datetime

    from namewire.output import print_json
    from namewire.trail import trail_json

    document: dict[str, Any] = {"id": article_id}
    if stored is not None:
        document |= {**stored.fields, "entities": with_counted(stored.fields)}
    if as_json:
        print_json({**document, **trail_json(steps, found, datetime.now(UTC))})
        return
    _show_trail(article_id, steps)
    if stored is not None:
        _show(document)
    if found:
        _show_advice(found)


def _show_trail(article_id: str, steps: "Sequence[Step]") -> None:
    from contract.timestamps import format_time
    from namewire.output import cells, print_table, table

    made = table(f"The way of {article_id}", ("at", "what", "how"))
    for step in steps:
        made.add_row(*cells(format_time(step.at), step.what, step.how))
    print_table(made)


def _show_advice(found: "Sequence[tuple[Letter, Facts]]") -> None:
    from namewire.letters.advice import advice
    from namewire.output import print_line, visible

    for _, facts in found:
        print_line(f"Letter {facts.id}, how to mend it: {visible(advice(facts))}")


def with_counted(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The entities of an article document, each with what it counts for, and whether it does."""
    from contract.documents import counted_name

    marked = []
    for entity in document.get("entities", ()):
        name = counted_name(entity)
        counted = name.id in document.get("mentions", {})
        marked.append({**entity, "id": name.id, "name": name.form, "counted": counted})
    return marked


def _show(document: Mapping[str, Any]) -> None:
    from namewire.output import cells, print_line, print_table, table

    facts = table(str(document["id"]), ("field", "value"))
    facts.add_row(*cells("is in", f"Firestore, {ARTICLES}/{document['id']}"))
    for name in _SHOWN:
        if document.get(name):
            facts.add_row(*cells(name, _text(document[name])))
    print_table(facts)
    if "entities" in document.get("left_out", ()):
        print_line("The document has no room for its entities; their counts are complete.")
        return
    if not document["entities"]:
        print_line("No names were found in it.")
        return
    columns = ("text", "label", "start", "end", "counts for")
    made = table("Entities", columns, numbers=("start", "end"))
    for item in document["entities"]:
        counts_for = item["name"] if item["counted"] else "nothing"
        made.add_row(*cells(item["text"], item["label"], item["start"], item["end"], counts_for))
    print_table(made)


def _text(value: Any) -> str:
    from datetime import datetime

    from contract.timestamps import format_time

    match value:
        case datetime():
            return format_time(value)
        case list():
            return ", ".join(map(str, value))
        case {"name": name, "version": version}:
            return f"{name} {version}"
        case int():
            return f"{value:,}"
        case _:
            return str(value)
