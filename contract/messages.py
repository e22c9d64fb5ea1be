"""The entity message: what the worker found in one article."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, FailFast, Field, ValidationError

from contract import limits
from contract.article import Article
from contract.entities import Entity
from contract.errors import FieldError, InvalidMessage
from contract.identity import content_sha256, is_article_id, is_reserved
from contract.wire import decode_utf8, parse_json

# 2: mentions say which entity they count for, and `linking_version` who says so.
SCHEMA: Final = 2
# While a new version is rolled out, messages of the one before still wait in Pub/Sub: a writer understands
# every schema from this one on.
OLDEST_SCHEMA: Final = 1


def _article_id(text: str) -> str:
    if not is_article_id(text):
        raise ValueError("is not an article id")
    return text


def _document_id(text: str) -> str:
    if is_reserved(text):
        raise ValueError("is reserved by Firestore")
    return text


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("is out of range in UTC") from error


Instant = Annotated[AwareDatetime, AfterValidator(_utc)]


class Model(BaseModel):
    """The pipeline that found the entities."""

    model_config = ConfigDict(frozen=True)

    name: str
    version: str


class EntityMessage(BaseModel):
    """One article's entities with its metadata, as published to `entities`."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    schema_: int = Field(alias="schema", strict=True)
    id: Annotated[str, AfterValidator(_article_id)]
    publication: Annotated[str, Field(min_length=1)]
    publication_key: Annotated[
        str, Field(min_length=1, max_length=200, pattern=r"^[^/]+$"), AfterValidator(_document_id)
    ]
    title: str | None = None
    url: str | None = None
    # A million wrong entries would make a million errors, and a gigabyte of them.
    authors: Annotated[list[str], FailFast()] = []
    language: str | None = None
    section: str | None = None
    published_at: Instant | None = None
    content: str | None = None
    content_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    words: Annotated[int, Field(ge=0, le=limits.BODY_BYTES)]
    entities: Annotated[list[Entity], FailFast()]
    # None: the mentions are not linked, and each counts for the name that it has itself.
    linking_version: Annotated[int | None, Field(ge=1, le=limits.BODY_BYTES)] = None
    model: Model
    received_at: Instant
    processed_at: Instant
    source_message_id: str
    # The beginning of the run of `namewire reprocess` that asked for this reading; see ADR 18.
    reprocessed_at: Instant | None = None

    def encode(self) -> bytes:
        return self.model_dump_json(by_alias=True, exclude_none=True).encode()

    def attributes(self) -> dict[str, str]:
        return {
            "article_id": self.id,
            "publication_key": self.publication_key,
            "schema": str(self.schema_),
        }


def entity_message(
    article: Article,
    entities: list[Entity],
    *,
    model: Model,
    received_at: datetime,
    processed_at: datetime,
    source_message_id: str,
    linking_version: int | None = None,
    reprocessed_at: datetime | None = None,
    keep_content: bool = True,
) -> EntityMessage:
    """The message for an article in which the worker found these entities, linked or not."""
    # Everything here has been validated or computed by us; a second validation costs time only.
    return EntityMessage.model_construct(
        schema_=SCHEMA,
        id=article.id,
        publication=article.publication,
        publication_key=article.publication_key,
        title=article.title,
        url=article.url,
        authors=article.authors,
        language=article.language,
        section=article.section,
        published_at=article.published_at,
        content=article.content if keep_content else None,
        content_sha256=content_sha256(article.content),
        words=count_words(article.content),
        entities=entities,
        linking_version=linking_version,
        model=model,
        received_at=received_at,
        processed_at=processed_at,
        source_message_id=source_message_id,
        reprocessed_at=reprocessed_at,
    )


def count_words(text: str) -> int:
    """Runs of anything but white space."""
    return len(text.split())


def decode_entity_message(data: bytes) -> EntityMessage:
    """The message in the bytes. Raises InvalidMessage, and nothing else, for whatever else they hold."""
    try:
        value = parse_json(decode_utf8(data))
    except ValueError as error:
        raise InvalidMessage.of("body", f"is not JSON ({error})") from error
    if not isinstance(value, dict):
        raise InvalidMessage.of("body", "is not a JSON object")
    _check_schema(value)
    try:
        message = EntityMessage.model_validate(value)
    except ValidationError as error:
        raise InvalidMessage(
            [
                FieldError(".".join(map(str, item["loc"])), item["msg"].removeprefix("Value error, "))
                for item in error.errors(include_url=False, include_input=False)[:10]
            ]
        ) from error
    _check_text(message)
    _check_links(message)
    return message


def _check_schema(value: Mapping[str, Any]) -> None:
    schema = value.get("schema")
    if isinstance(schema, int) and not isinstance(schema, bool):
        if OLDEST_SCHEMA <= schema <= SCHEMA:
            return
        if schema > SCHEMA:
            raise InvalidMessage.of(
                "schema",
                f"is {schema}, newer than the {SCHEMA} this writer knows; update the writer, then replay",
            )
    raise InvalidMessage.of("schema", f"must be {OLDEST_SCHEMA} to {SCHEMA}, is {json.dumps(schema)[:40]}")


def _check_text(message: EntityMessage) -> None:
    """Offsets that do not slice to their text, and text no database takes, are refused."""
    content = message.content
    for position, entity in enumerate(message.entities):
        if entity.end - entity.start != len(entity.text):
            raise InvalidMessage.of(f"entities.{position}", "its offsets do not fit its text")
        if content is not None and content[entity.start : entity.end] != entity.text:
            raise InvalidMessage.of(
                f"entities.{position}", "its offsets do not slice the content to its text"
            )
    try:
        message.model_dump_json()
    except ValueError as error:
        raise InvalidMessage.of("body", "contains half a surrogate pair") from error


def _check_links(message: EntityMessage) -> None:
    """What a mention counts for follows from its name; a message that says otherwise cannot be counted."""
    for position, entity in enumerate(message.entities):
        if entity.entity_id is None and message.linking_version is not None:
            raise InvalidMessage.of(f"entities.{position}", "has no entity_id although the message is linked")
        if entity.entity_id not in (None, entity.name.id):
            raise InvalidMessage.of(f"entities.{position}", "its entity_id is not that of its name and label")
