"""Dead letters: the original message with the reason why it can never be handled."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contract import limits
from contract.errors import InvalidMessage
from contract.timestamps import format_time
from contract.wire import NAMES

REASON: Final = "reason"
FIELD: Final = "field"
STAGE: Final = "stage"
SOURCE_MESSAGE_ID: Final = "source_message_id"
FAILED_AT: Final = "failed_at"
TRUNCATED: Final = "truncated_from_bytes"
OURS: Final = (REASON, FIELD, STAGE, SOURCE_MESSAGE_ID, FAILED_AT, TRUNCATED)


@dataclass(frozen=True, slots=True)
class Letter:
    """What is published to a dead-letter topic."""

    data: bytes
    attributes: dict[str, str]


def dead_letter(
    data: bytes,
    attributes: Mapping[str, str],
    *,
    error: InvalidMessage,
    stage: str,
    source_message_id: str,
    failed_at: datetime,
) -> Letter:
    """The letter for a message that failed at a stage; the original survives within Pub/Sub's limits."""
    ours = {
        REASON: _cut(str(error)),
        FIELD: _cut(error.errors[0].field),
        STAGE: stage,
        SOURCE_MESSAGE_ID: source_message_id,
        FAILED_AT: format_time(failed_at),
    }
    # Where there is no room for all, those that belong to the article are needed to replay it.
    theirs = sorted(attributes.keys() - OURS, key=lambda name: (name not in NAMES, name))
    kept = {name: attributes[name] for name in theirs[: limits.ATTRIBUTES - len(OURS)]}
    if len(data) > limits.MESSAGE_BYTES:
        ours[TRUNCATED] = str(len(data))
        data = data[: limits.MESSAGE_BYTES]
    return Letter(data, {**kept, **ours})


def _cut(text: str) -> str:
    """At most what an attribute holds, without cutting a character in two."""
    raw = text.encode(errors="replace")
    if len(raw) <= limits.ATTRIBUTE_BYTES:
        return raw.decode()
    return raw[: limits.ATTRIBUTE_BYTES - 3].decode(errors="ignore") + "…"
