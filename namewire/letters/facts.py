"""What a dead letter says about itself, whoever buried it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from contract import letters, limits
from contract.article import ALIASES
from contract.errors import InvalidMessage
from contract.identity import is_article_id
from contract.letters import Origin, first_origin, original_attributes, run_of
from contract.messages import decode_entity_message
from contract.names import ENTITIES_TOPIC
from contract.timestamps import format_time, parse_time
from contract.wire import decode_article, decode_utf8, parse_json
from namewire.review import TOPICS, Letter

# Kinds besides the stages that the worker names (decode, language, ner, publish, process, store).
UNDELIVERED: Final = "undelivered"
UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True)
class Facts:
    """A letter without its data, small enough to keep many thousands of them."""

    id: str
    subscription: str
    topic: str
    kind: str
    field: str
    reason: str
    problem: str  # what is wrong with the original by today's contract; empty when nothing is
    article_id: str | None
    publication: str | None
    attempts: int | None
    dead_at: datetime
    origin: Origin
    dated: bool  # whether the origin's time is known; otherwise it is at most that late
    cut_from: int | None
    bytes: int
    run: datetime | None = None  # the beginning of the run of `namewire reprocess` that it belongs to

    @property
    def place(self) -> tuple[datetime, int, str]:
        """In the order in which the originals were published."""
        return self.origin.published_at, len(self.origin.message_id), self.origin.message_id

    def as_json(self, now: datetime) -> dict[str, Any]:
        return {
            "id": self.id,
            "topic": self.topic,
            "kind": self.kind,
            "field": self.field,
            "reason": self.reason,
            "article_id": self.article_id,
            "publication": self.publication,
            "attempts": self.attempts,
            "dead_at": format_time(self.dead_at),
            "age_s": round(max(0.0, (now - self.dead_at).total_seconds())),
            "first_published_at": format_time(self.origin.published_at) if self.dated else None,
            "bytes": self.bytes,
            "problem": self.problem or None,
        }


def facts_of(letter: Letter) -> Facts:
    """What can be told of any letter, be it nonsense."""
    attributes, topic = letter.attributes, TOPICS[letter.subscription]
    kind = _kind(attributes)
    origin, run = _origin(kind, letter), run_of(attributes, letter.published_at)
    problem, article_id, publication = "", None, None
    try:
        if topic == ENTITIES_TOPIC:
            message = decode_entity_message(letter.data)
            article_id, publication = message.id, message.publication
            origin, run = Origin(message.received_at, message.source_message_id), message.reprocessed_at
        else:
            # How long a content may be is the worker's own setting.
            kept = original_attributes(attributes)
            article = decode_article(letter.data, kept, content_chars=limits.MESSAGE_BYTES)
            article_id, publication = article.id, article.publication
    except InvalidMessage as error:
        problem = str(error)
        article_id, publication = _guess(letter.data, attributes)
    return Facts(
        id=letter.message_id,
        subscription=letter.subscription,
        topic=topic,
        kind=kind,
        field=attributes.get(letters.FIELD, ""),
        reason=_reason(kind, attributes),
        problem=problem,
        article_id=article_id,
        publication=publication,
        attempts=_number(attributes, letters.PUBSUB_ATTEMPTS, letters.ATTEMPTS),
        dead_at=letter.published_at,
        origin=origin or Origin(letter.published_at, letter.message_id),
        dated=origin is not None,
        cut_from=_number(attributes, letters.TRUNCATED),
        bytes=len(letter.data),
        run=run,
    )


def _kind(attributes: Mapping[str, str]) -> str:
    # First: when a worker buries something, it leaves out what Pub/Sub had added before.
    if letters.PUBSUB_ATTEMPTS in attributes:
        return UNDELIVERED
    is_ours = letters.REASON in attributes and letters.FAILED_AT in attributes
    return attributes.get(letters.STAGE) or UNKNOWN if is_ours else UNKNOWN


def _reason(kind: str, attributes: Mapping[str, str]) -> str:
    if kind == UNDELIVERED:
        times = attributes[letters.PUBSUB_ATTEMPTS]
        return f"Pub/Sub delivered it {times} times, and nobody settled it"
    if kind == UNKNOWN:
        return attributes.get(letters.REASON) or "nothing in it says why"
    return attributes[letters.REASON]


def _origin(kind: str, letter: Letter) -> Origin | None:
    """When the original was published first, as far as the letter says so."""
    attributes = letter.attributes
    name, time = letters.SOURCE_MESSAGE_ID, letters.SOURCE_PUBLISHED_AT
    if kind == UNDELIVERED:
        name, time = "", letters.PUBSUB_PUBLISHED_AT
    try:
        moment = min(parse_time(attributes.get(time, "")), letter.published_at)
    except ValueError:
        return None
    return first_origin(attributes, Origin(moment, attributes.get(name, letter.message_id)))


def _guess(data: bytes, attributes: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Article id and publication out of what is invalid."""
    try:
        value = parse_json(decode_utf8(data))
    except (ValueError, InvalidMessage):
        value = None
    fields = value if isinstance(value, dict) else {}
    publications = ("publication", *ALIASES["publication"])
    ids = [fields.get("id"), attributes.get("article_id"), attributes.get("id")]
    names = [fields.get(name) or attributes.get(name) for name in publications]
    return (
        next((item for item in ids if isinstance(item, str) and is_article_id(item)), None),
        next((item for item in names if isinstance(item, str) and item.strip()), None),
    )


def _number(attributes: Mapping[str, str], *names: str) -> int | None:
    """The first of them that is there; a number of more digits is nobody's count."""
    for name in names:
        text = attributes.get(name, "")
        if text.isascii() and text.isdigit() and len(text) < 10:
            return int(text)
    return None
