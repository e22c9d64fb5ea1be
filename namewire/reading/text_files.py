"""Plain text: a file is an article, its name the title, and the id where it can be one."""

from pathlib import Path
from typing import IO

from contract.errors import InvalidMessage
from contract.identity import is_article_id
from contract.wire import decode_utf8
from namewire.reading.records import Items, Unreadable, record


def read_text(file: IO[bytes], path: Path, *, publication: str | None) -> Items:
    """The publication is the one given, or the name of the folder."""
    stem = path.name.removesuffix(".gz").removesuffix(".txt")
    try:
        content = decode_utf8(file.read())
    except InvalidMessage as error:
        yield Unreadable(str(path), "file", "content", error.errors[0].message)
        return
    fields = {"content": content, "title": stem}
    if is_article_id(stem):
        fields["id"] = stem
    yield record(str(path), "file", fields, publication=publication or path.resolve().parent.name)
