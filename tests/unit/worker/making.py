"""Entity messages for tests, from a line or two."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from contract.article import read_article
from contract.entities import Entity, name_of
from contract.messages import EntityMessage, Model, entity_message
from worker.pubsub import Received

EPOCH = datetime(2026, 11, 1, 12, tzinfo=UTC)
_NAME = re.compile(r"\b[A-Z]\w*\b")


def make_message(
    content: str,
    *,
    article_id: str = "a1",
    publication: str = "The Gazette",
    sent: int = 0,
    published_at: str | None = "2026-10-30",
    label: str = "PERSON",
    title: str | None = None,
    linked: Mapping[str, str] | None = None,
    linking_version: int | None = None,
    run: int | None = None,
) -> EntityMessage:
    """A message as the worker makes it; every capitalised word is an entity.

    `sent` orders the versions, `run` the readings of one. With a version of the linking, the words mean the
    names that `linked` gives them, or themselves.
    """
    article = read_article(
        {
            "id": article_id,
            "content": content,
            "publication": publication,
            "published_at": published_at,
            "title": title,
        }
    )
    entities = [Entity(match[0], label, match.start(), match.end()) for match in _NAME.finditer(content)]
    if linking_version is not None:
        entities = [_link(entity, (linked or {}).get(entity.text, entity.text)) for entity in entities]
    moment = EPOCH + timedelta(seconds=sent)
    return entity_message(
        article,
        entities,
        model=Model(name="en_test", version="1"),
        received_at=moment,
        processed_at=moment,
        source_message_id=str(1000 + sent),
        linking_version=linking_version,
        reprocessed_at=None if run is None else EPOCH + timedelta(days=1, seconds=run),
    )


def _link(entity: Entity, name: str) -> Entity:
    return replace(entity, entity_id=name_of(name, entity.label).id, canonical=name)


def deliver(*messages: EntityMessage) -> list[Received]:
    """The messages as a subscription hands them over."""
    return [deliver_bytes(message.encode(), position) for position, message in enumerate(messages)]


def deliver_bytes(data: bytes, position: int = 0) -> Received:
    return Received(
        ack_id=f"ack-{position}",
        message_id=str(position),
        data=data,
        attributes={},
        published_at=EPOCH,
        attempt=1,
    )
