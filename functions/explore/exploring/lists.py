"""Lists of articles and publications, page by page."""

from collections.abc import Callable, Sequence
from typing import Final

from contract.names import ARTICLES, PUBLICATIONS
from exploring.cursors import decode_dated, decode_ranked, decode_received, encode
from exploring.firestore import Condition, Found, Path, Reader
from exploring.shapes import Line, Lines, Publication, Publications, Quote

LINE_FIELDS: Final[Sequence[Path]] = (
    *(("title",), ("publication",), ("publication_key",), ("day",), ("received_at",), ("words",)),
)
_PUBLICATION_FIELDS: Final[Sequence[Path]] = (
    *(("name",), ("articles",), ("mentions",), ("first_seen",), ("last_seen",)),
)
_RECEIVED: Final[Path] = ("received_at",)


def latest(reader: Reader, *, limit: int, cursor: str | None = None) -> Lines:
    """Of all articles, what came last."""
    found = reader.query(
        ARTICLES,
        fields=LINE_FIELDS,
        limit=limit + 1,
        descending=[_RECEIVED],
        after=decode_received(cursor) if cursor else None,
    )
    shown = [line_of(each) for each in found[:limit]]
    more = encode(shown[-1].received_at, shown[-1].id) if len(found) > limit else None
    return Lines(shown, more)


def matching(
    reader: Reader,
    condition: Condition,
    *,
    limit: int,
    cursor: str | None = None,
    extra: Sequence[Path] = (),
    line: Callable[[Found], Line] | None = None,
) -> Lines:
    """Articles that fit, the latest day first; in a day what came last."""
    found = reader.query(
        ARTICLES,
        fields=[*LINE_FIELDS, *extra],
        limit=limit + 1,
        where=[condition],
        descending=[("day",), _RECEIVED],
        after=decode_dated(cursor) if cursor else None,
    )
    shown = [(line or line_of)(each) for each in found[:limit]]
    return Lines(shown, dated_cursor(shown[-1]) if len(found) > limit else None)


def dated_cursor(last: Line) -> str:
    return encode(last.day, last.received_at, last.id)


def publications(reader: Reader, *, limit: int, cursor: str | None = None) -> Publications:
    """Those with the most articles."""
    found = reader.query(
        PUBLICATIONS,
        fields=_PUBLICATION_FIELDS,
        limit=limit + 1,
        descending=[("articles",)],
        after=decode_ranked(cursor, "articles") if cursor else None,
    )
    shown = [publication_of(each) for each in found[:limit]]
    more = encode(shown[-1].articles, shown[-1].key) if len(found) > limit else None
    return Publications(shown, more)


def publication_of(found: Found) -> Publication:
    fields = found.fields
    return Publication(
        key=found.id,
        name=str(fields.get("name", found.id)),
        articles=fields.get("articles", 0),
        mentions=fields.get("mentions", 0),
        first_seen=fields.get("first_seen"),
        last_seen=fields.get("last_seen"),
    )


def line_of(found: Found, *, quote: Quote | None = None, mentions: int | None = None) -> Line:
    fields = found.fields
    return Line(
        id=found.id,
        title=fields.get("title"),
        publication=fields["publication"],
        publication_key=fields["publication_key"],
        day=fields["day"],
        received_at=fields["received_at"],
        words=fields.get("words", 0),
        mentions=mentions,
        quote=quote,
    )
