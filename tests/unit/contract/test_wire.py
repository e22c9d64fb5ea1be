"""Articles on Pub/Sub: our own messages, and whatever `gcloud pubsub topics publish` may bring."""

import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import limits
from contract.article import ALIASES, FIELDS, Article, read_article
from contract.errors import InvalidMessage
from contract.timestamps import format_time
from contract.wire import article_attributes, decode_article, decode_utf8, encode_article, parse_json
from tests.unit.contract.making import (
    any_text,
    article_fields,
    check_explains,
    clean_text,
    complaints,
    json_values,
    modest,
    moments,
)

PUBLICATION = {"publication": "The Gazette"}


def refusal(data: bytes, attributes: dict[str, str] | None = None) -> dict[str, str]:
    with pytest.raises(InvalidMessage) as caught:
        decode_article(data, attributes or {})
    return complaints(caught)


def full_text(*, most: int) -> st.SearchStrategy[str]:
    return clean_text.filter(str.strip).map(lambda text: text[:most]).filter(str.strip)


@st.composite
def articles(draw: st.DrawFn) -> Article:
    """Valid articles of every kind."""
    line = full_text(most=40)
    optional: dict[str, st.SearchStrategy[Any]] = {
        "id": st.from_regex(r"[A-Za-z0-9:-]{1,128}", fullmatch=True),
        "title": line,
        "url": line,
        "authors": st.lists(line, max_size=3),
        "language": st.sampled_from(["en", "pt-BR", "zh-Hant-TW"]),
        "section": line,
        "published_at": moments.map(format_time),
    }
    fields = draw(
        st.fixed_dictionaries({"content": full_text(most=200), "publication": line}, optional=optional)
    )
    return read_article(fields)


@modest
@given(article=articles())
def test_what_is_encoded_is_decoded(article: Article) -> None:
    assert decode_article(encode_article(article), article_attributes(article)) == article


def test_our_own_attributes_route_and_do_not_describe() -> None:
    article = read_article(article_fields(id="a1"))
    attributes = article_attributes(article)
    assert attributes == {"article_id": "a1", "publication_key": "the-gazette"}
    assert decode_article(b'{"content": "x", "publication": "Other"}', attributes).publication == "Other"


def test_what_is_empty_does_not_travel() -> None:
    body = json.loads(encode_article(read_article(article_fields(id="a1"))))
    assert body == {"id": "a1", "content": "Ada met Bo.", "publication": "The Gazette"}


def test_an_article_that_pubsub_would_refuse_is_refused_before() -> None:
    article = read_article(article_fields(content="\u4e00" * 3_200_000), content_chars=limits.BODY_BYTES)
    with pytest.raises(InvalidMessage) as caught:
        encode_article(article)
    assert "9,500,000" in complaints(caught)["content"]


def test_plain_text_takes_its_fields_from_attributes() -> None:
    attributes = {"source": "Gazette", "date": "2026-11-24", "author": "Cy", "unknown": "x", "id": "a1"}
    article = decode_article("Ada met “Bo”.\r\n".encode(), attributes)
    assert article == read_article(
        {
            "content": "Ada met “Bo”.\r\n",
            "publication": "Gazette",
            "published_at": "2026-11-24",
            "authors": ["Cy"],
            "id": "a1",
        }
    )


def test_a_broken_json_object_is_refused_even_with_a_publication() -> None:
    with pytest.raises(InvalidMessage, match="looks like JSON"):
        decode_article(b'{"content": "Ada met Bo.",}', PUBLICATION)


@pytest.mark.parametrize("text", ["[Reuters] Ada met Bo.", "NaN", "[" * 100_000, "7" * 5_000])
def test_text_that_only_looks_like_json_is_text(text: str) -> None:
    assert decode_article(text.encode(), PUBLICATION).content == text


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert decode_article(b"\xef\xbb\xbfAda", PUBLICATION).content == "Ada"
    data = b"\xef\xbb\xbf" + json.dumps(article_fields()).encode()
    assert decode_article(data, {}) == read_article(article_fields())


@pytest.mark.parametrize("name", ["title", "url", "section", "language"])
def test_attributes_fill_what_the_body_lacks(name: str) -> None:
    for lacking in (article_fields(), article_fields(**{name: None}), article_fields(**{name: " "})):
        article = decode_article(json.dumps(lacking).encode(), {name: "en"})
        assert getattr(article, name) == "en"


@pytest.mark.parametrize("name", sorted(ALIASES))
def test_an_attribute_never_overrules_the_body_under_any_name(name: str) -> None:
    fields = article_fields(authors=["Cy"], published_at="2026-11-24")
    plain = read_article(fields)
    for body_name in (name, *ALIASES[name]):
        body = {**fields}
        body[body_name] = body.pop(name)
        for attribute in (name, *ALIASES[name]):
            assert decode_article(json.dumps(body).encode(), {attribute: "2001-01-01"}) == plain


def test_the_content_may_come_as_an_attribute() -> None:
    assert decode_article(b"", {**PUBLICATION, "text": "Ada"}).content == "Ada"


@pytest.mark.parametrize("data", [b"", b" \r\n", b"\xef\xbb\xbf", b"{}"])
def test_an_empty_message_lacks_everything(data: bytes) -> None:
    assert set(refusal(data)) == {"content", "publication"}
    assert set(refusal(data, PUBLICATION)) == {"content"}


def test_plain_text_without_a_publication_says_how_to_name_one() -> None:
    message = refusal(b"Ada met Bo.")["body"]
    assert "--attribute=publication=NAME" in message
    assert "Ada met Bo" not in message
    assert "body" in refusal(b"Ada met Bo.", {"publication": " "})


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"[]", "a JSON array"),
        (b'[{"content": "x"}]', "a JSON array"),
        (b'"Ada"', "a JSON string"),
        (b"7", "a JSON number"),
        (b"1e400", "a JSON number"),
        (b"true", "JSON true"),
        (b"null", "JSON null"),
    ],
)
@pytest.mark.parametrize("attributes", [{}, PUBLICATION])
def test_json_that_is_no_object_is_refused(data: bytes, kind: str, attributes: dict[str, str]) -> None:
    message = refusal(data, attributes)["body"]
    assert message == f"is {kind}; one article is a JSON object with content and publication"


@pytest.mark.parametrize("attributes", [{}, PUBLICATION])
def test_a_bad_byte_is_named_by_its_position(attributes: dict[str, str]) -> None:
    assert refusal(b"Ada \xff", attributes) == {"body": "is not valid UTF-8 (byte 4)"}


@pytest.mark.parametrize(
    "text", ["NaN", "[Infinity]", "-Infinity", "[" * 100_000, '{"a":' * 50_000, "9" * 5_000, "{", ""]
)
def test_json_beyond_reason_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message is json's own
        parse_json(text)


def test_utf8_errors_name_the_field() -> None:
    with pytest.raises(InvalidMessage) as caught:
        decode_utf8(b"\x80", field="row")
    assert complaints(caught) == {"row": "is not valid UTF-8 (byte 0)"}


def test_nine_megabytes_of_text_are_over_the_limit_and_nothing_worse() -> None:
    message = refusal(b"x" * 9_000_000, PUBLICATION)["content"]
    assert message == "has 9,000,000 characters; at most 100,000 are allowed"


field_names = st.sampled_from([*FIELDS, *(alias for names in ALIASES.values() for alias in names)])
attribute_maps = st.dictionaries(field_names | any_text, any_text, max_size=5)
bodies = (
    st.binary()
    | clean_text.map(str.encode)
    | json_values.map(lambda value: json.dumps(value).encode())
    | st.dictionaries(field_names, json_values).map(lambda value: json.dumps(value).encode())
)


@modest
@given(data=bodies, attributes=attribute_maps)
def test_any_message_is_an_article_or_an_invalid_message(data: bytes, attributes: dict[str, str]) -> None:
    try:
        article = decode_article(data, attributes)
    except InvalidMessage as error:
        check_explains(error)
    else:
        assert decode_article(encode_article(article), {}) == article


@pytest.mark.parametrize(
    "published_at", ["0001-01-01", "9999-12-31T23:59:59.999999Z", "1969-12-31T23:59:60Z"]
)
def test_the_ends_of_time_survive_the_wire(published_at: str) -> None:
    article = read_article(article_fields(published_at=published_at))
    assert isinstance(article.published_at, datetime)
    assert decode_article(encode_article(article), {}) == article
