"""Dead letters: the original message with the reason why it can never be handled."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contract import limits
from contract.errors import InvalidMessage
from contract.timestamps import format_time, parse_time
from contract.wire import NAMES

REASON: Final = "reason"
FIELD: Final = "field"
STAGE: Final = "stage"
SOURCE_MESSAGE_ID: Final = "source_message_id"
SOURCE_PUBLISHED_AT: Final = "source_published_at"
ATTEMPTS: Final = "attempts"
FAILED_AT: Final = "failed_at"
TRUNCATED: Final = "truncated_from_bytes"
OURS: Final = (
    *(REASON, FIELD, STAGE, SOURCE_MESSAGE_ID, SOURCE_PUBLISHED_AT, ATTEMPTS, FAILED_AT, TRUNCATED),
)

# What Pub/Sub itself adds when it moves a message that was delivered too often.
PUBSUBS: Final = "CloudPubSubDeadLetter"
PUBSUB_ATTEMPTS: Final = f"{PUBSUBS}SourceDeliveryCount"
PUBSUB_PUBLISHED_AT: Final = f"{PUBSUBS}SourceTopicPublishTime"

# What a replayed message carries so that it keeps its place among the versions of its article; see ADR 11.
FIRST_MESSAGE_ID: Final = "first_message_id"
FIRST_PUBLISHED_AT: Final = "first_published_at"
FIRST: Final = (FIRST_MESSAGE_ID, FIRST_PUBLISHED_AT)
# When the run began that reads the archive again; see ADR 18.
REPROCESSED_AT: Final = "reprocessed_at"
_MESSAGE_ID: Final = re.compile(r"\d{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Letter:
    """What is published to a dead-letter topic."""

    data: bytes
    attributes: dict[str, str]


@dataclass(frozen=True, slots=True)
class Origin:
    """When, and as which message, something was published to its topic."""

    published_at: datetime
    message_id: str

    def attributes(self) -> dict[str, str]:
        """What a replay carries of it."""
        return {FIRST_MESSAGE_ID: self.message_id, FIRST_PUBLISHED_AT: format_time(self.published_at)}


def first_origin(attributes: Mapping[str, str], actual: Origin) -> Origin:
    """The origin that a replay names; the actual one for everything else.

    A claim can only make a message older than it is: nobody wins over a later version by it.
    """
    name = attributes.get(FIRST_MESSAGE_ID, "")
    try:
        moment = parse_time(attributes.get(FIRST_PUBLISHED_AT, ""))
    except ValueError:
        return actual
    if _MESSAGE_ID.fullmatch(name) is None or moment > actual.published_at:
        return actual
    return Origin(moment, name)


def run_of(attributes: Mapping[str, str], published_at: datetime) -> datetime | None:
    """The run of `namewire reprocess` that a message belongs to, by the time when it began.

    A run cannot have begun after its own message: nobody makes a reading that no later run replaces.
    """
    try:
        return min(parse_time(attributes.get(REPROCESSED_AT, "")), published_at)
    except ValueError:
        return None


def original_attributes(attributes: Mapping[str, str]) -> dict[str, str]:
    """The attributes without what we or Pub/Sub added when the message was buried."""
    return {name: value for name, value in attributes.items() if not _is_added(name)}


def dead_letter(
    data: bytes,
    attributes: Mapping[str, str],
    *,
    error: InvalidMessage,
    stage: str,
    source_message_id: str,
    failed_at: datetime,
    source_published_at: datetime | None = None,
    attempts: int = 0,
) -> Letter:
    """The letter for a message that failed at a stage; the original survives within Pub/Sub's limits."""
    ours = {
        REASON: _cut(str(error)),
        FIELD: _cut(error.errors[0].field),
        STAGE: stage,
        SOURCE_MESSAGE_ID: source_message_id,
        FAILED_AT: format_time(failed_at),
    }
    if source_published_at is not None:
        ours[SOURCE_PUBLISHED_AT] = format_time(source_published_at)
    if attempts:
        ours[ATTEMPTS] = str(attempts)
    # Where there is no room for all, those that belong to the article are needed to replay it.
    needed = NAMES.union(FIRST, {REPROCESSED_AT})
    theirs = sorted(original_attributes(attributes), key=lambda name: (name not in needed, name))
    kept = {name: attributes[name] for name in theirs[: limits.ATTRIBUTES - len(OURS)]}
    if len(data) > limits.MESSAGE_BYTES:
        ours[TRUNCATED] = str(len(data))
        data = data[: limits.MESSAGE_BYTES]
    return Letter(data, {**kept, **ours})


def _is_added(name: str) -> bool:
    return name in OURS or name.startswith(PUBSUBS)


def _cut(text: str) -> str:
    """At most what an attribute holds, without cutting a character in two."""
    raw = text.encode(errors="replace")
    if len(raw) <= limits.ATTRIBUTE_BYTES:
        return raw.decode()
    return raw[: limits.ATTRIBUTE_BYTES - 3].decode(errors="ignore") + "…"
