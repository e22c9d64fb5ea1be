"""The article behind a document, exactly as it was sent, and its message for a run. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from contract import limits
from contract.article import Article, read_article
from contract.documents import METADATA, version_of
from contract.errors import InvalidMessage
from contract.identity import content_sha256
from contract.letters import REPROCESSED_AT, Origin, first_origin
from contract.timestamps import format_time
from contract.wire import article_attributes, encode_article
from namewire.review import Message

# What tells whether an article is still to be read.
STATE: Final = ("version", "processed_at", "reprocessed_at")
_ORIGIN: Final = ("received_at", "source_message_id")
STATE_AND_ORIGIN: Final = (*STATE, *_ORIGIN)
EVERYTHING: Final = (*STATE_AND_ORIGIN, *METADATA, "content")
_END_OF_TIME: Final = Origin(datetime.max.replace(tzinfo=UTC), "0")


class CannotRebuild(Exception):
    """The document does not hold the article that was sent; the message says what is missing."""


class OtherVersion(Exception):
    """What is stored is another version of this article."""


@dataclass(frozen=True, slots=True)
class Piece:
    """An article that is to be read again."""

    id: str
    version: str
    message: Message


def is_read(document: Mapping[str, Any], run: datetime) -> bool:
    """Whether it was read since the run began, by the run or because it came in."""
    times = (document.get("processed_at"), document.get("reprocessed_at"))
    return any(moment is not None and moment >= run for moment in times)


def rebuild(article_id: str, document: Mapping[str, Any]) -> Article:
    """The article that was stored. Raises CannotRebuild."""
    if not document.get("content"):
        raise CannotRebuild("its text is not stored; give the files that it came from")
    fields = {name: _plain(document.get(name)) for name in (*METADATA, "content")}
    try:
        return read_article({**fields, "id": article_id}, content_chars=limits.MESSAGE_BYTES)
    except InvalidMessage as error:
        raise CannotRebuild(f"by today's rules it would be refused: {error}") from error


def piece_of(article: Article, document: Mapping[str, Any], run: datetime) -> Piece:
    """Its message, which is as old as the one that brought it. Raises CannotRebuild and OtherVersion."""
    version = version_of(article, content_sha256(article.content))
    if version != document.get("version"):
        raise OtherVersion("another version of it is stored")
    attributes = {
        **article_attributes(article),
        **_origin(document).attributes(),
        REPROCESSED_AT: format_time(run),
    }
    try:
        return Piece(article.id, version, Message(encode_article(article), attributes))
    except InvalidMessage as error:
        raise CannotRebuild(str(error)) from error


def _origin(document: Mapping[str, Any]) -> Origin:
    try:
        origin = Origin(*(document[name] for name in _ORIGIN))
        # One that the worker would not believe would count as new, and win over corrections.
        if first_origin(origin.attributes(), _END_OF_TIME) == origin:
            return origin
    except (KeyError, AttributeError, TypeError, ValueError):
        pass
    raise CannotRebuild("its document does not say which message it came with")


def _plain(value: object) -> object:
    return format_time(value) if isinstance(value, datetime) else value
