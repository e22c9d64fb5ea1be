"""The way of one article, step by step, from what Firestore and the dead letters know of it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contract.errors import InvalidMessage
from contract.messages import Model, decode_entity_message
from contract.names import ENTITIES_TOPIC
from contract.timestamps import format_time
from namewire.database import Traced
from namewire.letters.facts import Facts
from namewire.review import Letter


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to an article."""

    at: datetime
    what: str  # received, read, stored, confirmed, reprocess, changed or dead
    how: str

    def as_json(self) -> dict[str, str]:
        return {"at": format_time(self.at), "what": self.what, "how": self.how}


def trail(stored: Traced | None, letters: Sequence[tuple[Letter, Facts]]) -> list[Step]:
    """Every step that is known, in the order of time."""
    steps = [*(_stored(stored) if stored is not None else ()), *_dead(letters)]
    # What is in a letter and in a document is one step.
    return sorted(dict.fromkeys(steps), key=lambda step: step.at)


def _stored(stored: Traced) -> Iterator[Step]:
    document = stored.fields
    message = document["source_message_id"]
    yield _received(document["received_at"], message)
    if document.get("reprocessed_at"):
        yield Step(document["reprocessed_at"], "reprocess", "a run began that reads the archive again")
    found, counted = len(document.get("entities", ())), sum(document["mentions"].values())
    many = f"{found:,} mentions found, {counted:,} counted"
    if "entities" in document.get("left_out", ()):
        many = f"{counted:,} mentions counted"
    yield Step(document["processed_at"], "read", f"by {_model(Model(**document['model']))}: {many}")
    if document["confirmed_by"] != message:
        how = f"came again unchanged, as message {document['confirmed_by']}"
        yield Step(document["confirmed_at"], "confirmed", how)
    yield Step(stored.create_time, "stored", "in Firestore, for the first time")
    if stored.update_time != stored.create_time:
        yield Step(stored.update_time, "changed", "in Firestore, as it stands there now")


def _dead(letters: Sequence[tuple[Letter, Facts]]) -> Iterator[Step]:
    for letter, facts in letters:
        if facts.dated:
            yield _received(facts.origin.published_at, facts.origin.message_id)
        yield from _read(letter, facts)
        where = f"in {facts.topic}-dead as letter {facts.id}"
        yield Step(facts.dead_at, "dead", f"{facts.kind}: {facts.reason} ({where})")


def _read(letter: Letter, facts: Facts) -> Iterator[Step]:
    """What is dead on its way to Firestore was read before."""
    if facts.topic != ENTITIES_TOPIC:
        return
    try:
        message = decode_entity_message(letter.data)
    except InvalidMessage:
        return
    how = f"by {_model(message.model)}: {len(message.entities):,} mentions found"
    yield Step(message.processed_at, "read", how)


def _received(at: datetime, message: str) -> Step:
    return Step(at, "received", f"published to articles as message {message}")


def _model(model: Model) -> str:
    return f"{model.name} {model.version}"


def trail_json(
    steps: Sequence[Step], letters: Sequence[tuple[Letter, Facts]], now: datetime
) -> Mapping[str, Any]:
    return {
        "trail": [step.as_json() for step in steps],
        "dead_letters": [facts.as_json(now) for _, facts in letters],
    }
