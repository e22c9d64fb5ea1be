"""Firestore documents: what one article adds, what is left out when it is too much, which version holds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.article import read_article
from contract.documents import (
    DOCUMENT_BYTES,
    Document,
    article_document,
    bytes_at_most,
    commonest_form,
    contribution_of,
    document_bytes,
    names_of,
    newer,
)
from contract.entities import UNCOUNTED_LABELS, Entity, name_of
from contract.messages import EntityMessage, Model, decode_entity_message, entity_message
from tests.unit.contract.making import MOMENT, clean_text, mentions, message_bytes, modest, moments

CONTENT = "Ada met Bo on Monday. Ada’s friend left. “The Ada” stayed."
LONGEST_NAME = "articles/" + "x" * 128
LEAVING = ["content", "entities", "entity_ids"]


def made(content: str = CONTENT, entities: list[Entity] | None = None, **fields: Any) -> EntityMessage:
    values = {"id": "a1", "publication": "The Gazette", "content": content, **fields}
    return entity_message(
        read_article(values, content_chars=10_000_000),
        mentions(CONTENT, "Ada", "Bo", "Ada’s", "The Ada") if entities is None else entities,
        model=Model(name="en_test", version="1"),
        received_at=MOMENT,
        processed_at=MOMENT,
        source_message_id="1001",
    )


ADA, BO = name_of("Ada", "PERSON").id, name_of("Bo", "PERSON").id


def test_a_document_holds_the_article_and_what_it_counts() -> None:
    document = article_document(made(title="T", published_at="2026-11-23T23:30:00-01:00"))
    assert document["mentions"] == {ADA: 3, BO: 1}
    assert document["entity_ids"] == sorted([ADA, BO])
    assert document["entities"][0] == {"text": "Ada", "label": "PERSON", "start": 0, "end": 3}
    assert document["day"] == "2026-11-24"
    assert document["content"] == CONTENT
    assert document["words"] == 11
    assert document["confirmed_at"] == document["received_at"] == MOMENT
    assert document["confirmed_by"] == document["source_message_id"] == "1001"
    assert document["left_out"] == []
    assert "url" not in document


def test_an_article_keeps_what_its_title_is_found_by() -> None:
    assert article_document(made(title="Ada in Rome"))["title_terms"] == ["ad", "ada", "in", "ro", "rome"]
    assert "title_terms" not in article_document(made())
    long = article_document(made(title=" ".join(f"{number}word" * 20 for number in range(900))[:10_000]))
    assert document_bytes("articles/a", {"title_terms": long["title_terms"]}) < 2_000


def test_without_a_date_the_day_of_receipt_counts() -> None:
    assert article_document(made())["day"] == "2026-11-24"


def test_uncounted_labels_keep_their_offsets_only() -> None:
    found = [*mentions(CONTENT, "Bo"), *mentions(CONTENT, "Monday", label="DATE")]
    document = article_document(made(entities=found))
    assert document["mentions"] == {BO: 1}
    assert [entity["text"] for entity in document["entities"]] == ["Bo", "Monday"]
    everything = article_document(made(entities=found), uncounted=frozenset())
    assert len(everything["mentions"]) == 2


def test_numbers_and_dates_are_what_is_not_counted() -> None:
    assert {"DATE", "TIME", "MONEY", "PERCENT", "QUANTITY", "CARDINAL", "ORDINAL"} == UNCOUNTED_LABELS


def test_an_article_without_names_counts_as_an_article() -> None:
    part = contribution_of(article_document(made(entities=[])))
    assert (part.publication_key, part.day, part.mentions) == ("the-gazette", "2026-11-24", {})


def test_content_that_is_not_kept_is_said_to_be_left_out() -> None:
    document = article_document(made(), keep_content=False)
    assert "content" not in document
    assert document["left_out"] == ["content"]
    message = decode_entity_message(message_bytes(content=None))
    assert article_document(message)["left_out"] == ["content"]


def test_a_contribution_counts_every_mention_under_its_form() -> None:
    part = contribution_of(article_document(made()))
    assert part.mentions == {ADA: 3, BO: 1}
    assert part.forms == {ADA: {"Ada": 1, "Ada’s": 1, "The Ada": 1}, BO: {"Bo": 1}}


def test_names_show_the_first_form() -> None:
    names = names_of(made())
    assert {eid: name.form for eid, name in names.items()} == {ADA: "Ada", BO: "Bo"}


def test_the_commonest_form_wins_and_the_alphabet_decides_between_equals() -> None:
    assert commonest_form({"ada": 1, "Ada": 2, "ADA": 1}) == "Ada"
    assert commonest_form({"b": 2, "a": 2}) == commonest_form({"a": 2, "b": 2}) == "a"


def crowd(number: int, *, filler: str = "") -> EntityMessage:
    """An article with so many different names."""
    words = [f"N{index:05}" for index in range(number)]
    found = [Entity(word, "PERSON", index * 7, index * 7 + 6) for index, word in enumerate(words)]
    return made(" ".join([*words, filler]) + ".", found)


@pytest.mark.parametrize(
    ("message", "left_out"),
    [
        (crowd(5_000), []),
        (crowd(100, filler="語" * 300_000), []),
        (crowd(100, filler="語" * 340_000), ["content"]),
        (crowd(7_000, filler="x" * 300_000), ["content"]),
        (crowd(12_000), ["content", "entities"]),
        (crowd(25_000), ["content", "entities", "entity_ids"]),
    ],
)
def test_what_does_not_fit_is_left_out_and_the_counts_stay(
    message: EntityMessage, left_out: list[str]
) -> None:
    document = article_document(message)
    assert document["left_out"] == left_out
    assert len(document["mentions"]) == len(message.entities)
    assert document_bytes(LONGEST_NAME, document) <= DOCUMENT_BYTES
    assert all(name not in document for name in left_out)
    assert contribution_of(document).mentions == document["mentions"]


texts = clean_text.filter(str.strip)
labels = st.text(st.characters(codec="utf-8"), min_size=1, max_size=64)


@st.composite
def messages(draw: st.DrawFn) -> EntityMessage:
    content = draw(texts) * draw(st.integers(1, 20))
    spots = draw(
        st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(1, 30), labels), max_size=12)
    )
    found = [
        Entity(content[at : at + length], label, at, at + len(content[at : at + length]))
        for at, length, label in spots
    ]
    optional = dict.fromkeys(("title", "section"), texts) | {"authors": st.lists(texts, max_size=5)}
    fields = draw(st.fixed_dictionaries({"publication": texts}, optional=optional))
    return made(content, found, **fields)


@modest
@given(message=messages(), limit=st.integers(300, 6_000))
def test_a_document_fits_unless_the_counts_alone_do_not(message: EntityMessage, limit: int) -> None:
    whole = article_document(message)
    document = article_document(message, limit_bytes=limit)
    assert document_bytes(LONGEST_NAME, document) <= limit or document["left_out"] == LEAVING
    assert document["left_out"] == LEAVING[: len(document["left_out"])]
    kept = {name: value for name, value in whole.items() if name not in (*LEAVING, "left_out")}
    assert kept.items() <= document.items()


@modest
@given(message=messages())
def test_the_quick_bound_is_never_below_the_size(message: EntityMessage) -> None:
    document = article_document(message)
    assert document_bytes(LONGEST_NAME, document) <= bytes_at_most(document)


def test_the_quick_bound_knows_long_labels_and_model_names() -> None:
    found = [Entity("Ada", "語" * 64, 0, 3)] * 500
    message = made(entities=found).model_copy(update={"model": Model(name="語" * 9_000, version="1")})
    document = article_document(message)
    assert document_bytes(LONGEST_NAME, document) <= bytes_at_most(document)


def test_a_size_is_what_firestore_says_it_is() -> None:
    """The example in Firestore's documentation of its limits: 147 bytes."""
    document: Document = {
        "type": "Personal",
        "done": False,
        "priority": 1,
        "description": "Learn Cloud Firestore",
    }
    assert document_bytes("users/jeff/tasks/my_task_id", document) == 147


def version(**fields: Any) -> str:
    return str(article_document(made(**fields))["version"])


@pytest.mark.parametrize(
    "change",
    [
        {"content": CONTENT + " "},
        {"publication": "Other"},
        {"title": "T"},
        {"url": "https://g.example/1"},
        {"authors": ["Cy"]},
        {"language": "en"},
        {"section": "World"},
        {"published_at": "2026-11-23"},
    ],
)
def test_whatever_a_sender_changes_makes_another_version(change: dict[str, Any]) -> None:
    assert version(**change) != version()


def test_sending_it_again_is_the_same_version() -> None:
    again = made().model_copy(
        update={
            "received_at": MOMENT + timedelta(hours=1),
            "processed_at": MOMENT,
            "source_message_id": "2002",
        }
    )
    assert article_document(again)["version"] == version()


def confirmed(at: datetime, by: str) -> Document:
    return {"confirmed_at": at, "confirmed_by": by}


def test_the_version_published_later_is_newer() -> None:
    early, late = confirmed(MOMENT, "9"), confirmed(MOMENT + timedelta(microseconds=1), "1")
    assert newer(late, early)
    assert not newer(early, late)
    assert not newer(early, early)


def test_of_versions_published_at_once_the_larger_message_id_is_newer() -> None:
    assert newer(confirmed(MOMENT, "10"), confirmed(MOMENT, "9"))
    assert not newer(confirmed(MOMENT, "9"), confirmed(MOMENT, "10"))


confirmations = st.builds(
    confirmed,
    moments | st.just(datetime(2026, 1, 1, tzinfo=UTC)),
    st.from_regex("[1-9][0-9]{0,3}", fullmatch=True),
)


@modest
@given(one=confirmations, other=confirmations)
def test_two_versions_are_in_one_order_or_the_same(one: Document, other: Document) -> None:
    assert newer(one, other) + newer(other, one) == (one != other)
