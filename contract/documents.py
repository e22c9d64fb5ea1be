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
from contract.entities import UNCOUNTED_LABELS, Entity, Name, name_of, surface_form
from contract.messages import EntityMessage
from contract.search import terms_of
from contract.timestamps import format_time, utc_day

Document = dict[str, Any]

# Firestore's limit is 1 MiB with names and overhead; the margin covers what it may count besides.
DOCUMENT_BYTES: Final = 1_000_000
_BEFORE_ALL_RUNS: Final = datetime.min.replace(tzinfo=UTC)
METADATA: Final = ("publication", "title", "url", "authors", "language", "section", "published_at")
_MENTION: Final = ("text", "label", "start", "end", "entity_id", "canonical", "found_as")


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one version of one article adds to the counts."""

    publication_key: str
    day: str
    mentions: Mapping[str, int]
    forms: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # as the texts have them
    names: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # as the articles know them best


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
    counted = Counter(entity.name.id for entity in message.entities if entity.label not in uncounted)
    document: Document = {
        **_metadata(message),
        "title_terms": terms_of(message.title) if message.title else None,
        "publication_key": message.publication_key,
        "content": message.content if keep_content else None,
        "content_sha256": message.content_sha256,
        "version": version_of(message, message.content_sha256),
        "words": message.words,
        "entities": [_mention(entity) for entity in message.entities],
        "entity_ids": sorted(counted),
        "mentions": dict(counted),
        "day": utc_day(message.published_at or message.received_at),
        "linking_version": message.linking_version,
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
    names: dict[str, dict[str, int]] = {}
    for mention in document.get("entities", ()):
        name = counted_name(mention)
        if name.id in mentions:
            _add(forms, name.id, surface_form(mention["text"]))
            # An article of before linking does not know who is meant, and has no say in it.
            if "entity_id" in mention:
                _add(names, name.id, name.form)
    return Contribution(document["publication_key"], document["day"], mentions, forms, names)


def counted_name(mention: Mapping[str, Any]) -> Name:
    """What a mention in an article document counts as."""
    return name_of(mention.get("canonical") or mention["text"], mention["label"])


def version_of(article: Article | EntityMessage, content_sha256: str) -> str:
    """A fingerprint of all that a sender can change; equal means that it is the same article again."""
    parts: list[Any] = [content_sha256]
    for name in METADATA:
        value = getattr(article, name)
        parts.append(format_time(value) if isinstance(value, datetime) else value)
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def names_of(message: EntityMessage) -> dict[str, Name]:
    """Entity id → the name with its first form, for every entity in the message."""
    names: dict[str, Name] = {}
    for entity in message.entities:
        name = entity.name
        names.setdefault(name.id, name)
    return names


def shown_text(names: Mapping[str, int], forms: Mapping[str, int]) -> str | None:
    """How people see an entity: by the commonest of its full names, or of its forms where it has none."""
    counted = names or forms
    return commonest_form(counted) if counted else None


def commonest_form(forms: Mapping[str, int]) -> str:
    """The form with the most mentions; of equals the first in the alphabet, whichever came first."""
    return min(forms, key=lambda form: (-forms[form], form))


def newer(candidate: Mapping[str, Any], current: Mapping[str, Any]) -> bool:
    """Whether the candidate was published to `articles` after the current version was last confirmed."""
    return _order(candidate) > _order(current)


Reading = tuple[datetime, int]


def reading_of(document: Mapping[str, Any]) -> Reading:
    """The place of an article document among the readings of its version; the largest one holds.

    What was sent in the ordinary way is before every run of `namewire reprocess` (ADR 18). Within a run, or
    without one, a newer linking is the later reading; mentions that are not linked are of version 0.
    """
    return document.get("reprocessed_at") or _BEFORE_ALL_RUNS, int(document.get("linking_version") or 0)


def document_bytes(name: str, document: Mapping[str, Any]) -> int:
    """The size that Firestore counts for a document, by its published rules."""
    path = sum(len(part.encode()) + 1 for part in name.split("/")) + 16
    return path + 32 + _map_bytes(document)


def _mention(entity: Entity) -> Document:
    fields = {name: getattr(entity, name) for name in _MENTION}
    return {name: value for name, value in fields.items() if value is not None}


def _add(counts: dict[str, dict[str, int]], eid: str, form: str) -> None:
    times = counts.setdefault(eid, {})
    times[form] = times.get(form, 0) + 1


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
    texts += sum(len(term) + 1 for term in document.get("title_terms", ()))
    entities = document.get("entities", ())
    texts += sum(
        len(entity["text"]) + len(entity["label"]) + len(entity.get("canonical", "")) for entity in entities
    )
    # A mention, its entity id in four places, and the names of the fields.
    return 4 * texts + 280 * len(entities) + 5_000


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
