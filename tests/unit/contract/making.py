"""Articles, entity messages and strange input for the tests of the contract."""

import json
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import settings
from hypothesis import strategies as st

from contract.entities import Entity
from contract.errors import InvalidMessage

MOMENT: Final = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
# A hundred examples find what these rules can get wrong; deadlines would only measure the machine.
modest: Final = settings(max_examples=100, deadline=None)
few: Final = settings(max_examples=30, deadline=None)

HALF_PAIR: Final = "\ud83d"

# Everything JSON can carry into Python, half surrogate pairs included.
any_text: Final = st.text(st.characters(codec=None))
# What passes validation: no NUL, no half pairs.
clean_text: Final = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
moments: Final = st.datetimes(timezones=st.just(UTC))

json_values: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=5,
)


def article_fields(**changes: Any) -> dict[str, Any]:
    return {"content": "Ada met Bo.", "publication": "The Gazette", **changes}


def message_fields(**changes: Any) -> dict[str, Any]:
    """A valid entity message as JSON holds it, with some fields changed."""
    moment = "2026-11-24T08:30:00Z"
    return {
        "schema": 1,
        "id": "a1",
        "publication": "The Gazette",
        "publication_key": "the-gazette",
        "content": "Ada met Bo.",
        "content_sha256": "0" * 64,
        "words": 3,
        "entities": [{"text": "Ada", "label": "PERSON", "start": 0, "end": 3}],
        "model": {"name": "en_test", "version": "1"},
        "received_at": moment,
        "processed_at": moment,
        "source_message_id": "1001",
        **changes,
    }


def message_bytes(**changes: Any) -> bytes:
    return json.dumps(message_fields(**changes)).encode()


def mentions(content: str, *names: str, label: str = "PERSON") -> list[Entity]:
    """The first mention of each name in the content."""
    starts = [content.index(name) for name in names]
    return [Entity(name, label, start, start + len(name)) for name, start in zip(names, starts, strict=True)]


def complaints(caught: pytest.ExceptionInfo[InvalidMessage]) -> dict[str, str]:
    """Field → what is wrong with it."""
    return {error.field: error.message for error in caught.value.errors}


def check_explains(error: InvalidMessage) -> None:
    """A dead letter can be written from it."""
    assert error.errors
    assert all(complaint.field and complaint.message for complaint in error.errors)
    str(error).encode()
