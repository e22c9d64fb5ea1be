"""`namewire article`: where one article is, and what was found in it."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

import typer

from contract.names import ARTICLES
from namewire.errors import USAGE, Trouble
from namewire.settings import read_settings

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
        "left_out",
    ),
)


def article(
    article_id: Annotated[
        str, typer.Argument(metavar="ID", help="The id that `submit` or the answer to a POST gave.")
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="The whole document as JSON.")] = False,
) -> None:
    """Show where one article is and what was found in it."""
    from contract.identity import is_article_id
    from namewire.database import open_database
    from namewire.output import print_json

    if not is_article_id(article_id):
        raise Trouble(f"{article_id!r} cannot be the id of an article.", exit_code=USAGE)
    with open_database(read_settings()) as database:
        document = database.get(ARTICLES, article_id)
    if document is None:
        raise Trouble(
            f"There is no article {article_id}. If it was accepted a moment ago, it may still be on its way "
            "(`namewire status`), or among the dead letters; otherwise check the id and the project."
        )
    marked = {"id": article_id, **document, "entities": with_counted(document)}
    if as_json:
        print_json(marked)
    else:
        _show(marked)


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
