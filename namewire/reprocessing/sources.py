"""Where the articles come from: all documents in the order of their ids, or files in their own order."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Protocol

from contract import limits
from contract.article import Article, read_article
from contract.errors import InvalidMessage
from contract.names import ARTICLES
from namewire.database import Condition, Row, Unsteady
from namewire.errors import Trouble
from namewire.reading.records import Item, Unreadable
from namewire.reprocessing.rebuilding import (
    EVERYTHING,
    STATE_AND_ORIGIN,
    CannotRebuild,
    OtherVersion,
    Piece,
    is_read,
    piece_of,
    rebuild,
)

_PAGE = 100
_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0)  # seconds between tries of a read
Pause = Callable[[float], None]


class Reads(Protocol):
    """The part of a database that this module needs."""

    def page(
        self,
        collection: str,
        fields: Sequence[str] | None = None,
        *,
        where: Sequence[Condition] = (),
        after: str | None = None,
        at: datetime | None = None,
        limit: int,
    ) -> Iterator[Row]: ...
    def get_many(
        self, collection: str, names: Sequence[str], fields: Sequence[str] | None = None
    ) -> dict[str, dict[str, Any]]: ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place in the source: an article to send, or what it is otherwise, and perhaps why."""

    place: str  # where a resumed run goes on after this one
    id: str
    piece: Piece | None = None
    kind: str = "sent"  # or already, not_stored, other_version, left_out
    why: str = ""


def from_archive(database: Reads, run: datetime, *, after: str | None, pause: Pause) -> Iterator[Candidate]:
    """Every stored article after that id. Raises Trouble."""
    while True:
        rows = _page(database, after, pause)
        for row in rows:
            after = row.id
            yield from_document(row.id, row.fields, run)
        if len(rows) < _PAGE:
            return


def from_document(article_id: str, document: Mapping[str, Any], run: datetime) -> Candidate:
    """What becomes of an article that is stored."""
    if is_read(document, run):
        return Candidate(article_id, article_id, kind="already")
    try:
        piece = piece_of(rebuild(article_id, document), document, run)
    except CannotRebuild as reason:
        return Candidate(article_id, article_id, kind="left_out", why=str(reason))
    except OtherVersion:
        why = "its document does not make the article that was sent any more"
        return Candidate(article_id, article_id, kind="left_out", why=why)
    return Candidate(article_id, article_id, piece)


def again(database: Reads, names: Sequence[str], run: datetime, pause: Pause) -> Iterator[Candidate]:
    """Articles that were corrected while they were under way, by what stands there now."""
    for name, document in get_many(database, names, EVERYTHING, pause).items():
        yield from_document(name, document, run)


def get_many(
    database: Reads, names: Sequence[str], fields: Sequence[str], pause: Pause
) -> dict[str, dict[str, Any]]:
    """Through outages: a run takes hours. Raises Trouble."""
    for seconds in _PAUSES:
        try:
            return database.get_many(ARTICLES, names, fields)
        except Trouble:
            pause(seconds)
    return database.get_many(ARTICLES, names, fields)


def from_files(
    items: Iterable[Item], database: Reads, run: datetime, *, after: str | None, pause: Pause
) -> Iterator[Candidate]:
    """Those articles of the files that are stored in the same version. `after` is how many items to skip."""
    number = int(after or 0)
    rest = islice(items, number, None)
    while part := list(islice(rest, _PAGE)):
        articles = [_article(item) for item in part]
        names = list({article.id for article in articles if isinstance(article, Article)})
        stored = get_many(database, names, STATE_AND_ORIGIN, pause)
        for item, article in zip(part, articles, strict=True):
            number += 1
            yield _from_item(str(number), item, article, stored, run)


def _from_item(
    place: str, item: Item, article: Article | str, stored: Mapping[str, Mapping[str, Any]], run: datetime
) -> Candidate:
    if isinstance(article, str):
        return Candidate(place, f"{item.source}, {item.place}", kind="left_out", why=article)
    document = stored.get(article.id)
    if document is None:
        return Candidate(place, article.id, kind="not_stored")
    if is_read(document, run):
        return Candidate(place, article.id, kind="already")
    try:
        return Candidate(place, article.id, piece_of(article, document, run))
    except OtherVersion:
        return Candidate(place, article.id, kind="other_version")
    except CannotRebuild as reason:
        return Candidate(place, article.id, kind="left_out", why=str(reason))


def _article(item: Item) -> Article | str:
    """The article, or what is wrong with it."""
    if isinstance(item, Unreadable):
        return f"{item.field}: {item.message}"
    try:
        return read_article(item.fields, content_chars=limits.MESSAGE_BYTES)
    except InvalidMessage as error:
        return str(error)


def _page(database: Reads, after: str | None, pause: Pause) -> list[Row]:
    for seconds in _PAUSES:
        try:
            return list(database.page(ARTICLES, EVERYTHING, after=after, limit=_PAGE))
        except Unsteady:
            pause(seconds)
    try:
        return list(database.page(ARTICLES, EVERYTHING, after=after, limit=_PAGE))
    except Unsteady as error:
        raise Trouble(f"{error} It was asked again for two minutes; run it again to go on.") from error
