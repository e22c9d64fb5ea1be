"""Dead letters keep the original and say why, within what Pub/Sub takes."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import limits
from contract.errors import FieldError, InvalidMessage
from contract.letters import OURS, Letter, Origin, dead_letter, first_origin, original_attributes, run_of
from contract.wire import decode_article
from tests.unit.contract.making import HALF_PAIR, MOMENT, any_text, modest

ERROR = InvalidMessage([FieldError("content", "is required"), FieldError("date", "is too late")])


def letter(data: bytes = b"x", attributes: dict[str, str] | None = None, **changes: Any) -> Letter:
    values: dict[str, Any] = {
        "error": ERROR,
        "stage": "decode",
        "source_message_id": "1001",
        "failed_at": MOMENT,
        **changes,
    }
    return dead_letter(data, attributes or {}, **values)


def check_fits(result: Letter) -> None:
    """Pub/Sub's limits for one message."""
    assert len(result.attributes) <= 100
    size = len(result.data)
    for name, value in result.attributes.items():
        assert 1 <= len(name.encode()) <= 256
        assert len(value.encode()) <= 1_024
        size += len(name.encode()) + len(value.encode()) + 16
    assert size <= 10_000_000


def test_a_letter_is_the_message_with_who_when_where_and_why() -> None:
    result = letter(b"\xff original", {"publication": "The Gazette"})
    assert result.data == b"\xff original"
    assert result.attributes == {
        "publication": "The Gazette",
        "reason": "content: is required; date: is too late",
        "field": "content",
        "stage": "decode",
        "source_message_id": "1001",
        "failed_at": "2026-11-24T08:30:00Z",
    }


@pytest.mark.parametrize("name", OURS)
def test_a_sender_cannot_forge_the_reason(name: str) -> None:
    assert letter(b"x", {name: "forged"}).attributes.get(name) != "forged"


def test_what_pubsub_added_to_an_earlier_letter_is_left_out() -> None:
    result = letter(b"x", {"CloudPubSubDeadLetterSourceDeliveryCount": "5", "author": "Ada"})
    assert original_attributes(result.attributes) == {"author": "Ada"}


@pytest.mark.parametrize(
    ("name", "moment", "believed"),
    [
        ("77", "2026-11-24T08:29:59.123456Z", True),
        ("77", "2026-11-24T08:30:00Z", True),
        ("77", "2026-11-24T08:30:01Z", False),
        ("seven", "2026-11-24T08:00:00Z", False),
        ("7" * 65, "2026-11-24T08:00:00Z", False),
        ("", "2026-11-24T08:00:00Z", False),
        ("77", "yesterday", False),
        ("77", "", False),
    ],
)
def test_a_replay_can_only_make_a_message_older_than_it_is(name: str, moment: str, believed: bool) -> None:
    actual = Origin(MOMENT, "1001")
    found = first_origin({"first_message_id": name, "first_published_at": moment}, actual)
    assert (found != actual) == believed
    if believed:
        assert first_origin(found.attributes(), actual) == found


def test_the_place_of_a_replay_survives_another_burial() -> None:
    """Also among a hundred attributes, and under the name of the message that failed this time."""
    first = Origin(MOMENT, "7")
    foreign = {f"a{number:03}": "" for number in range(98)}
    result = letter(b"x", {**foreign, **first.attributes()}, source_published_at=MOMENT, attempts=2)
    check_fits(result)
    assert first_origin(result.attributes, Origin(MOMENT, "1001")) == first
    assert (result.attributes["source_published_at"], result.attributes["attempts"]) == (
        "2026-11-24T08:30:00Z",
        "2",
    )


def test_a_hundred_foreign_attributes_leave_room_for_ours() -> None:
    result = letter(b"x", {f"a{number:03}": "x" * 1_024 for number in range(100)})
    check_fits(result)
    assert result.attributes["field"] == "content"


def test_what_the_article_needs_is_not_what_is_left_out() -> None:
    """The letter may be replayed once its reason is gone."""
    attributes = {f"a{number:03}": "" for number in range(97)}
    attributes |= {"source": "The Gazette", "title": "T", "id": "a1"}
    replayed = decode_article(b"Ada met Bo.", letter(b"x", attributes).attributes)
    assert (replayed.id, replayed.publication, replayed.title) == ("a1", "The Gazette", "T")


@pytest.mark.parametrize("char", ["x", "é", "語", "👩"])
@pytest.mark.parametrize(
    "length", [*range(250, 260), *range(335, 345), *range(505, 515), *range(1_015, 1_027)]
)
def test_a_long_reason_is_cut_between_characters(char: str, length: int) -> None:
    error = InvalidMessage.of("f", char * length)
    result = letter(error=error)
    check_fits(result)
    whole, reason = str(error), result.attributes["reason"]
    assert reason == whole or (reason.endswith("…") and whole.startswith(reason[:-1]))
    assert (reason == whole) == (len(whole.encode()) <= 1_024)


def test_half_a_surrogate_pair_in_a_reason_does_not_lose_the_letter() -> None:
    assert letter(error=InvalidMessage.of("title", HALF_PAIR)).attributes["reason"] == "title: ?"


def test_data_that_would_not_fit_any_more_is_cut_and_marked() -> None:
    result = letter(b"x" * 9_900_000, {f"{number:03}" + "k" * 253: "v" * 1_024 for number in range(94)})
    check_fits(result)
    assert len(result.data) == limits.MESSAGE_BYTES
    assert result.attributes["truncated_from_bytes"] == "9900000"


def test_data_that_fits_is_not_touched() -> None:
    result = letter(b"x" * limits.MESSAGE_BYTES)
    assert len(result.data) == limits.MESSAGE_BYTES
    assert "truncated_from_bytes" not in result.attributes


def within(most: int) -> st.SearchStrategy[str]:
    return st.text(st.characters(codec="utf-8")).filter(lambda text: len(text.encode()) <= most)


foreign = st.dictionaries(
    within(limits.ATTRIBUTE_KEY_BYTES).filter(bool) | st.sampled_from(OURS), within(1_024)
)


@modest
@given(data=st.binary(), attributes=foreign, field=any_text, message=any_text, repeat=st.integers(1, 300))
def test_every_letter_can_be_sent(
    data: bytes, attributes: dict[str, str], field: str, message: str, repeat: int
) -> None:
    error = InvalidMessage.of(field * repeat, message * repeat)
    result = letter(data, attributes, error=error)
    check_fits(result)
    assert result.data == data
    assert {name: value for name, value in attributes.items() if name not in OURS}.items() <= (
        result.attributes.items()
    )


@pytest.mark.parametrize(
    ("claim", "run"),
    [
        ("2026-11-24T08:00:00Z", datetime(2026, 11, 24, 8, tzinfo=UTC)),
        ("2036-11-24T08:00:00Z", datetime(2026, 11, 24, 9, tzinfo=UTC)),
        ("", None),
        ("yesterday", None),
    ],
)
def test_a_run_begins_before_its_messages(claim: str, run: datetime | None) -> None:
    published_at = datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert run_of({"reprocessed_at": claim}, published_at) == run
    assert run_of({}, published_at) is None
