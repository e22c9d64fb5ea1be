"""The entity message: what the worker writes the writer reads, and nothing else gets through."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import limits
from contract.article import read_article
from contract.documents import article_document, contribution_of, document_bytes, names_of
from contract.entities import Entity
from contract.errors import InvalidMessage
from contract.identity import content_sha256
from contract.messages import EntityMessage, Model, count_words, decode_entity_message, entity_message
from tests.unit.contract.making import (
    HALF_PAIR,
    MOMENT,
    any_text,
    article_fields,
    check_explains,
    clean_text,
    complaints,
    json_values,
    mentions,
    message_bytes,
    message_fields,
    modest,
)

MODEL = Model(name="en_test", version="1")


def refusal(data: bytes) -> dict[str, str]:
    with pytest.raises(InvalidMessage) as caught:
        decode_entity_message(data)
    return complaints(caught)


def written(
    content: str, entities: list[Entity], *, keep_content: bool = True, **fields: Any
) -> EntityMessage:
    """A message as the worker makes it."""
    return entity_message(
        read_article(article_fields(content=content, **fields)),
        entities,
        model=MODEL,
        received_at=MOMENT,
        processed_at=MOMENT + timedelta(microseconds=1),
        source_message_id="1001",
        keep_content=keep_content,
    )


def test_what_the_worker_writes_is_what_the_design_says() -> None:
    article = article_fields(id="a1", title="T", author="Cy", published_at="2026-11-23")
    message = written(article.pop("content"), mentions("Ada met Bo.", "Ada"), **article)
    assert json.loads(message.encode()) == {
        "schema": 2,
        "id": "a1",
        "publication": "The Gazette",
        "publication_key": "the-gazette",
        "title": "T",
        "authors": ["Cy"],
        "published_at": "2026-11-23T00:00:00Z",
        "content": "Ada met Bo.",
        "content_sha256": content_sha256("Ada met Bo."),
        "words": 3,
        "entities": [{"text": "Ada", "label": "PERSON", "start": 0, "end": 3}],
        "model": {"name": "en_test", "version": "1"},
        "received_at": "2026-11-24T08:30:00Z",
        "processed_at": "2026-11-24T08:30:00.000001Z",
        "source_message_id": "1001",
    }
    assert message.attributes() == {"article_id": "a1", "publication_key": "the-gazette", "schema": "2"}


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("Ada\r\nmet Bo\r\n", "Bo"),
        ("👩‍🚀 Zoe\u0308 met 👨‍👩‍👧", "Zoe\u0308"),
        ("\ufeff“Bo” 𝕏", "𝕏"),
        ("פגש את דוד בירושלים", "דוד"),
        ("习近平 in 北京", "北京"),
        ("x" * 100_000, "x" * 100_000),
        ("กรุงเทพฯ", "กรุงเทพฯ"),
    ],
)
@pytest.mark.parametrize("keep_content", [True, False])
def test_offsets_count_code_points_on_both_sides_of_the_wire(
    content: str, name: str, keep_content: bool
) -> None:
    message = written(content, mentions(content, name), keep_content=keep_content)
    decoded = decode_entity_message(message.encode())
    [entity] = decoded.entities
    assert content[entity.start : entity.end] == entity.text == name
    assert decoded.content == (content if keep_content else None)


@st.composite
def messages(draw: st.DrawFn) -> EntityMessage:
    content = draw(clean_text.filter(str.strip))
    slices = draw(st.lists(st.tuples(st.integers(0, len(content)), st.integers(0, len(content))), max_size=5))
    found = [
        Entity(content[start:end], draw(st.sampled_from(["PERSON", "DATE"])), start, end)
        for start, end in slices
        if start < end
    ]
    return written(content, found, keep_content=draw(st.booleans()))


@modest
@given(message=messages())
def test_what_is_encoded_is_decoded(message: EntityMessage) -> None:
    decoded = decode_entity_message(message.encode())
    assert decoded.model_dump() == message.model_dump()


@pytest.mark.parametrize(
    "change",
    [
        {"start": 1, "end": 4},
        {"start": 0, "end": 4},
        {"start": 3, "end": 1},
        {"start": 3, "end": 3},
        {"start": 100, "end": 103},
        {"text": "ada"},
    ],
)
def test_offsets_that_do_not_slice_to_the_text_are_refused(change: dict[str, Any]) -> None:
    good = {"text": "Ada", "label": "PERSON", "start": 0, "end": 3}
    [(field, message)] = refusal(message_bytes(entities=[good, {**good, **change}])).items()
    assert field == "entities.1"
    assert "offsets" in message


def test_without_content_the_offsets_must_still_fit_the_text() -> None:
    entity = {"text": "Ada", "label": "PERSON", "start": 5, "end": 8}
    assert decode_entity_message(message_bytes(content=None, entities=[entity])).entities[0].start == 5
    assert "entities.0" in refusal(message_bytes(content=None, entities=[{**entity, "end": 9}]))


@modest
@given(start=st.integers(-3, 15), end=st.integers(-3, 15), text=st.sampled_from(["Ada", "Bo", "met", "."]))
def test_what_passes_slices(start: int, end: int, text: str) -> None:
    entity = {"text": text, "label": "PERSON", "start": start, "end": end}
    try:
        message = decode_entity_message(message_bytes(entities=[entity]))
    except InvalidMessage as error:
        check_explains(error)
    else:
        assert (message.content or "")[start:end] == text


@pytest.mark.parametrize("schema", [3, 7, 10**30])
def test_a_schema_of_the_future_asks_for_a_newer_writer(schema: int) -> None:
    assert "newer than the 2 this writer knows" in refusal(message_bytes(schema=schema))["schema"]


@pytest.mark.parametrize("schema", [0, -1, True, "1", None, [], {"a": 1}, 1.5])
def test_a_schema_that_never_was_is_refused(schema: object) -> None:
    assert "must be 1" in refusal(message_bytes(schema=schema))["schema"]


def test_a_missing_schema_is_named() -> None:
    assert list(refusal(b"{}")) == ["schema"]


@pytest.mark.parametrize("data", [b"", b"Ada met Bo.", b"\xff", b"[]", b'"x"', b"null", b"[" * 100_000])
def test_what_is_no_json_object_is_refused(data: bytes) -> None:
    assert list(refusal(data)) == ["body"]


def test_nesting_of_any_depth_is_refused() -> None:
    """Python's limit on recursion lies among these, and not at one place for reading and writing."""
    for depth in range(200, 1_100):
        assert refusal(b'{"schema":' + b"[" * depth + b"]" * depth + b"}")


@pytest.mark.parametrize("name", [name for name in message_fields() if name not in ("schema", "content")])
def test_every_field_that_counts_is_required(name: str) -> None:
    fields = message_fields()
    del fields[name]
    assert list(refusal(json.dumps(fields).encode())) == [name]


@pytest.mark.parametrize("key", ["", ".", "..", "__x__", "a/b", "x" * 201])
def test_a_publication_key_that_firestore_would_not_take_is_refused(key: str) -> None:
    assert list(refusal(message_bytes(publication_key=key))) == ["publication_key"]


@pytest.mark.parametrize("bad", ["", "..", "__x__", "a/b", "x" * 129])
def test_an_id_that_firestore_would_not_take_is_refused(bad: str) -> None:
    assert refusal(message_bytes(id=bad)) == {"id": "is not an article id"}


@pytest.mark.parametrize("name", ["published_at", "received_at", "processed_at"])
@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_moment_that_does_not_exist_in_utc_is_refused(name: str, moment: str) -> None:
    assert refusal(message_bytes(**{name: moment})) == {name: "is out of range in UTC"}


@pytest.mark.parametrize("moment", ["2026-11-24", "2026-11-24T08:30:00", "soon", 1e300, None])
def test_a_moment_needs_an_offset(moment: object) -> None:
    assert list(refusal(message_bytes(received_at=moment))) == ["received_at"]


def test_moments_become_utc() -> None:
    message = decode_entity_message(message_bytes(published_at="2026-11-24T00:30:00+01:00"))
    assert message.published_at == datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert message.published_at.tzinfo is not timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    "name", ["title", "url", "authors", "source_message_id", "publication", "model", "content"]
)
def test_half_a_surrogate_pair_is_refused_wherever_it_stands(name: str) -> None:
    broken: dict[str, object] = {"authors": [HALF_PAIR], "model": {"name": HALF_PAIR, "version": "1"}}
    changes = {"entities": [], name: broken.get(name, HALF_PAIR)}
    assert refusal(message_bytes(**changes))


@pytest.mark.parametrize("name", ["words", "start", "end"])
def test_numbers_beyond_any_message_are_refused(name: str) -> None:
    """Firestore's integers end at 64 bits; Python's do not."""
    entity = {"text": "Ada", "label": "PERSON", "start": 0, "end": 3}
    for number in (limits.BODY_BYTES + 1, 10**30):
        changes = {"words": number} if name == "words" else {"entities": [{**entity, name: number}]}
        assert any(field.endswith(name) for field in refusal(message_bytes(**changes)))


@pytest.mark.parametrize("name", ["entities", "authors"])
def test_a_million_wrong_entries_make_one_complaint(name: str) -> None:
    assert list(refusal(message_bytes(**{name: [1] * 1_000_000}))) == [f"{name}.0"]


def test_five_thousand_names_pass() -> None:
    content = " ".join(f"Name{number}" for number in range(5_000))
    found = mentions(content + " ", *(f"Name{number}" for number in range(5_000)))
    assert len(decode_entity_message(written(content, found).encode()).entities) == 5_000


def test_unknown_fields_are_ignored() -> None:
    assert decode_entity_message(message_bytes(mood="good")) == decode_entity_message(message_bytes())


def test_complaints_do_not_repeat_what_was_written() -> None:
    secret = "Nobody may read this before noon"
    fields = {name: {"x": secret} for name in message_fields() if name != "schema"}
    with pytest.raises(InvalidMessage) as caught:
        decode_entity_message(message_bytes(**fields))
    assert secret not in str(caught.value)
    assert secret not in str(caught.value.__cause__)


@modest
@given(changes=st.dictionaries(st.sampled_from(list(message_fields())) | any_text, json_values, max_size=3))
def test_any_change_makes_a_message_that_can_be_stored_or_an_invalid_message(changes: dict[str, Any]) -> None:
    data = message_bytes(**changes)
    try:
        message = decode_entity_message(data)
    except InvalidMessage as error:
        check_explains(error)
    else:
        document = article_document(message)
        assert set(contribution_of(document).mentions) <= set(names_of(message))
        assert document_bytes(f"articles/{message.id}", document) > 0


@modest
@given(
    data=st.binary() | clean_text.map(str.encode) | json_values.map(lambda value: json.dumps(value).encode())
)
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidMessage) as caught:
        decode_entity_message(data)
    check_explains(caught.value)


@pytest.mark.parametrize(
    ("text", "words"), [("", 0), (" \r\n", 0), ("Ada met Bo.", 3), ("a\u00a0b\u2003c", 3), ("北京", 1)]
)
def test_words_are_runs_of_anything_but_white_space(text: str, words: int) -> None:
    assert count_words(text) == words
