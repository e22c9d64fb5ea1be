"""Firestore document shapes, and what one article document contributes to the counts.

Every number in `entities` and `publications` is the sum of these contributions over `articles`.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from contract.article import Article
from contract.entities import UNCOUNTED_LABELS, Name, name_of
from contract.messages import EntityMessage
from contract.timestamps import format_time, utc_day

Document = dict[str, Any]

# Firestore's limit is 1 MiB with names and overhead; the margin covers what it may count besides.
DOCUMENT_BYTES: Final = 1_000_000
_BEFORE_ALL_RUNS: Final = datetime.min.replace(tzinfo=UTC)
METADATA: Final = ("publication", "title", "url", "authors", "language", "section", "published_at")


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one version of one article adds to the counts."""

    publication_key: str
    day: str
    mentions: Mapping[str, int]
    forms: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def article_document(
    message: EntityMessage,
    *,
    keep_content: bool = True,
    uncounted: AbstractSet[str] = UNCOUNTED_LABELS,
    limit_bytes: int = DOCUMENT_BYTES,
) -> Document:
    """`articles/{id}`: the article, its entities, and what it counts.

    What does not fit into one document is left out, the dearest to miss last, and named in
    `left_out`; the counts always stay.
    """
    counted = Counter(
        name_of(entity.text, entity.label).id for entity in message.entities if entity.label not in uncounted
    )
    document: Document = {
        **_metadata(message),
        "publication_key": message.publication_key,
        "content": message.content if keep_content else None,
        "content_sha256": message.content_sha256,
        "version": version_of(message, message.content_sha256),
        "words": message.words,
        "entities": [
            {"text": entity.text, "label": entity.label, "start": entity.start, "end": entity.end}
            for entity in message.entities
        ],
        "entity_ids": sorted(counted),
        "mentions": dict(counted),
        "day": utc_day(message.published_at or message.received_at),
        "model": message.model.model_dump(),
        "received_at": message.received_at,
        "processed_at": message.processed_at,
        "source_message_id": message.source_message_id,
        "reprocessed_at": message.reprocessed_at,
        "confirmed_at": message.received_at,
        "confirmed_by": message.source_message_id,
        "left_out": [] if keep_content and message.content is not None else ["content"],
    }
    document = {name: value for name, value in document.items() if value is not None}
    return _fit(document, limit_bytes)


def contribution_of(document: Mapping[str, Any]) -> Contribution:
    """What an article document, stored or new, contributes."""
    mentions = dict(document["mentions"])
    forms: dict[str, dict[str, int]] = {}
    for entity in document.get("entities", ()):
        name = name_of(entity["text"], entity["label"])
        if name.id in mentions:
            times = forms.setdefault(name.id, {})
            times[name.form] = times.get(name.form, 0) + 1
    return Contribution(document["publication_key"], document["day"], mentions, forms)


def version_of(article: Article | EntityMessage, content_sha256: str) -> str:
    """A fingerprint of all that a sender can change; equal means that it is the same article again."""
    parts: list[Any] = [content_sha256]
    for name in METADATA:
        value = getattr(article, name)
        parts.append(format_time(value) if isinstance(value, datetime) else value)
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def names_of(message: EntityMessage) -> dict[str, Name]:
    """Entity id → the name with its first surface form, for every entity in the message."""
    names: dict[str, Name] = {}
    for entity in message.entities:
        name = name_of(entity.text, entity.label)
        names.setdefault(name.id, name)
    return names


def commonest_form(forms: Mapping[str, int]) -> str:
    """The form with the most mentions; of equals the first in the alphabet, whichever came first."""
    return min(forms, key=lambda form: (-forms[form], form))


def newer(candidate: Mapping[str, Any], current: Mapping[str, Any]) -> bool:
    """Whether the candidate was published to `articles` after the current version was last confirmed."""
    return _order(candidate) > _order(current)


Reading = tuple[datetime]


def reading_of(document: Mapping[str, Any]) -> Reading:
    """The place of an article document among the readings of its version; the largest one holds.

    What was sent in the ordinary way is before every run of `namewire reprocess`; see ADR 18.
    """
    return (document.get("reprocessed_at") or _BEFORE_ALL_RUNS,)


def document_bytes(name: str, document: Mapping[str, Any]) -> int:
    """The size that Firestore counts for a document, by its published rules."""
    path = sum(len(part.encode()) + 1 for part in name.split("/")) + 16
    return path + 32 + _map_bytes(document)


def _order(document: Mapping[str, Any]) -> tuple[datetime, int, str]:
    # Messages published in one request share a time; their ids are numbers that grow.
    by = document["confirmed_by"]
    return document["confirmed_at"], len(by), by


def _metadata(message: EntityMessage) -> Document:
    return {name: getattr(message, name) for name in METADATA}


def _fit(document: Document, limit_bytes: int) -> Document:
    # Measuring takes longer than all the rest; most articles are far from the limit.
    if bytes_at_most(document) <= limit_bytes:
        return document
    for name in ("content", "entities", "entity_ids"):
        # A commit counts names of up to this length for the path.
        if document_bytes("articles/" + "x" * 128, document) <= limit_bytes:
            break
        if document.pop(name, None) is not None:
            document["left_out"] = [*document["left_out"], name]
    return document


def bytes_at_most(document: Document) -> int:
    """A quick upper bound of the size: four bytes a character, names and lists counted by their number."""
    texts = sum(len(value) for value in document.values() if isinstance(value, str))
    texts += sum(len(value) for value in document["model"].values())
    texts += sum(len(author) + 1 for author in document["authors"])
    entities = document.get("entities", ())
    texts += sum(len(entity["text"]) + len(entity["label"]) for entity in entities)
    return 4 * texts + 150 * len(entities) + 5_000


def _map_bytes(value: Mapping[str, Any]) -> int:
    return sum(len(key.encode()) + 1 + _value_bytes(item) for key, item in value.items())


def _value_bytes(value: object) -> int:
    match value:
        case str():
            return len(value.encode()) + 1
        case bool() | None:
            return 1
        case Mapping():
            return _map_bytes(value)
        case list():
            return sum(_value_bytes(item) for item in value)
        case _:
            return 8
