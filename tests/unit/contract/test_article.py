"""The one validation: what is accepted, under which names, and what a sender reads when it is not."""

import unicodedata
from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import limits
from contract.article import ALIASES, FIELDS, Article, read_article
from contract.errors import InvalidMessage
from contract.identity import is_article_id, publication_key
from tests.unit.contract.making import (
    HALF_PAIR,
    article_fields,
    check_explains,
    clean_text,
    complaints,
    json_values,
    modest,
)

LINES = ("publication", "title", "url", "section", "language")


def refusal(**changes: Any) -> dict[str, str]:
    with pytest.raises(InvalidMessage) as caught:
        read_article(article_fields(**changes))
    return complaints(caught)


def test_content_and_publication_are_enough() -> None:
    article = read_article({"content": "Ada met Bo.", "publication": "The Gazette"})
    assert article.content == "Ada met Bo."
    assert article.publication == "The Gazette"
    assert article.publication_key == "the-gazette"
    assert article.authors == []
    assert article.published_at is None
    assert is_article_id(article.id)


def test_every_field_arrives() -> None:
    article = read_article(
        {
            "id": "desk:2026-11.24_7",
            "content": "Ada met Bo.",
            "publication": "The Gazette",
            "title": "A meeting",
            "url": "https://gazette.example/7",
            "authors": ["Cy", "Di"],
            "language": "pt-BR",
            "section": "World",
            "published_at": "2026-11-24",
        }
    )
    assert article == Article(
        id="desk:2026-11.24_7",
        content="Ada met Bo.",
        publication="The Gazette",
        title="A meeting",
        url="https://gazette.example/7",
        authors=["Cy", "Di"],
        language="pt-BR",
        section="World",
        published_at=datetime(2026, 11, 24, tzinfo=UTC),
    )


@pytest.mark.parametrize(("name", "alias"), [(name, alias) for name in ALIASES for alias in ALIASES[name]])
def test_an_alias_is_as_good_as_the_name(name: str, alias: str) -> None:
    values: dict[str, Any] = article_fields(authors="Cy", published_at="2026-11-24")
    plain = read_article(values)
    values[alias] = values.pop(name)
    assert read_article(values) == plain


def test_our_own_name_wins_over_an_alias() -> None:
    article = read_article(article_fields(text="other", body="another"))
    assert article.content == "Ada met Bo."


@pytest.mark.parametrize("nothing", [None, "", " \n"])
def test_an_alias_fills_a_name_that_holds_nothing(nothing: str | None) -> None:
    article = read_article(article_fields(content=nothing, maintext="From the alias"))
    assert article.content == "From the alias"


@pytest.mark.parametrize("name", ["title", "url", "language", "section", "published_at", "author", "authors"])
@pytest.mark.parametrize("nothing", [None, "", " \t\n"])
def test_empty_optional_fields_count_as_absent(name: str, nothing: str | None) -> None:
    """Exports are full of them."""
    assert read_article(article_fields(**{name: nothing})) == read_article(article_fields())


def test_unknown_fields_are_ignored() -> None:
    assert read_article(article_fields(image_url=5, tags=["x"])) == read_article(article_fields())


def test_content_stays_exactly_as_it_was_sent() -> None:
    """Offsets count its code points: Windows line ends, marks, white space at the ends and all."""
    content = "\ufeff  Zoe\u0308\r\n\tmet 👩‍🚀 \u202eהנה\u202c  \n"
    assert read_article(article_fields(content=content)).content == content


@pytest.mark.parametrize("name", ["publication", "title", "section"])
def test_names_lose_needless_white_space(name: str) -> None:
    article = read_article(article_fields(**{name: "  The\u00a0\n Daily\t "}))
    assert getattr(article, name) == "The Daily"


def test_a_single_author_is_a_list_of_one() -> None:
    assert read_article(article_fields(author="Cy")).authors == ["Cy"]
    assert read_article(article_fields(authors="Cy")).authors == ["Cy"]


def test_blank_authors_are_left_out() -> None:
    assert read_article(article_fields(authors=["", "Cy", " \n"])).authors == ["Cy"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("content", "is required (also accepted as text, body, maintext, article)"),
        ("publication", "is required (also accepted as source, source_domain)"),
    ],
)
def test_a_missing_field_is_named_with_its_aliases(name: str, message: str) -> None:
    fields = article_fields()
    del fields[name]
    with pytest.raises(InvalidMessage) as caught:
        read_article(fields)
    assert complaints(caught) == {name: message}
    assert refusal(**{name: None}) == {name: message}


@pytest.mark.parametrize("name", ["content", "publication"])
@pytest.mark.parametrize("blank", ["", " ", "\r\n\t\u2003"])
def test_required_fields_must_not_be_blank(name: str, blank: str) -> None:
    assert refusal(**{name: blank}) == {name: "must not be blank"}


@pytest.mark.parametrize("name", ["content", *LINES])
@pytest.mark.parametrize("value", [5, 5.5, True, ["x"], {"x": 1}])
def test_text_must_be_a_string(name: str, value: object) -> None:
    """Strict: a number in the place of a name is a mistake of the sender, not a name."""
    assert refusal(**{name: value}) == {name: "must be a string"}


@pytest.mark.parametrize("name", ["content", *LINES])
def test_what_no_database_takes_is_refused_with_its_position(name: str) -> None:
    assert refusal(**{name: "Ad\0a"}) == {name: "contains a NUL character at position 2; remove it"}
    expected = "contains half a surrogate pair at position 3; send valid Unicode"
    assert refusal(**{name: f"Ada{HALF_PAIR}"}) == {name: expected}


@pytest.mark.parametrize(
    "bad", ["", " ", "a b", "a/b", "ä", "x" * 129, ".", "..", "__x__", "a\n", "a\0", HALF_PAIR]
)
def test_an_id_firestore_would_not_take_is_refused(bad: str) -> None:
    errors = refusal(id=bad)
    assert list(errors) == ["id"]
    assert "A-Z a-z 0-9 . _ : -" in errors["id"]


@pytest.mark.parametrize("good", ["a", "7", "x" * 128, "urn:isbn:1", "...", "__x", "_", "-"])
def test_a_caller_may_choose_an_id(good: str) -> None:
    assert read_article(article_fields(id=good)).id == good


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("title", limits.TITLE_CHARS),
        ("publication", limits.PUBLICATION_CHARS),
        ("url", limits.URL_CHARS),
        ("section", limits.SECTION_CHARS),
        ("content", limits.CONTENT_CHARS),
    ],
)
def test_a_limit_is_the_last_length_that_passes(name: str, most: int) -> None:
    assert getattr(read_article(article_fields(**{name: "x" * most})), name) == "x" * most
    message = refusal(**{name: "x" * (most + 1)})[name]
    assert f"at most {most:,}" in message
    assert "characters" in message


def test_the_limit_of_the_content_is_a_setting() -> None:
    assert read_article(article_fields(content="x" * 10), content_chars=10).content == "x" * 10
    with pytest.raises(InvalidMessage) as caught:
        read_article({"body": "x" * 11, "publication": "P"}, content_chars=10)
    assert complaints(caught) == {"body": "has 11 characters; at most 10 are allowed"}


def test_authors_have_limits_each_and_together() -> None:
    assert refusal(authors=["x" * 501]) == {"authors[0]": "must have at most 500 characters"}
    assert refusal(authors=["Cy"] * 201) == {"authors": "must have at most 200 entries"}


def test_a_wrong_author_is_named_by_its_place_in_the_list_that_was_sent() -> None:
    assert refusal(authors=["", "Cy", 5]) == {"authors[2]": "must be a string"}
    assert refusal(author={"name": "Cy"}) == {"author": "must be a string or a list of strings"}


def test_a_million_wrong_authors_make_one_complaint() -> None:
    assert refusal(authors=[5] * 1_000_000) == {"authors": "must have at most 200 entries"}


@pytest.mark.parametrize("bad", ["en_US", "-", "english language", "aaaaaaaaa", "en-"])
def test_a_language_is_a_bcp_47_tag(bad: str) -> None:
    assert refusal(language=bad) == {"language": "must be a BCP 47 language tag such as en or pt-BR"}


@pytest.mark.parametrize("bad", ["yesterday", "24/11/2026", "2026-02-30", "1700000000"])
def test_a_bad_date_says_what_a_good_one_is(bad: str) -> None:
    message = refusal(date=bad)["date"]
    assert "2026-11-24T08:30:00Z" in message
    assert bad not in message


@pytest.mark.parametrize("bad", [1_700_000_000, True, ["2026-11-24"]])
def test_a_date_must_be_a_string(bad: object) -> None:
    assert refusal(date_publish=bad) == {"date_publish": "must be a string with an RFC 3339 time or a date"}


def test_every_wrong_field_is_reported_at_once_under_the_name_it_was_sent() -> None:
    with pytest.raises(InvalidMessage) as caught:
        read_article({"body": 5, "source_domain": " ", "date": "soon", "id": "a b", "author": 7})
    assert set(complaints(caught)) == {"body", "source_domain", "date", "id", "author"}


def test_complaints_do_not_repeat_what_was_written() -> None:
    """They end in logs and attributes of dead letters; articles do not. Nor does the chained cause."""
    secret = "Nobody may read this before noon"
    fields = {name: [secret] for name in FIELDS}
    with pytest.raises(InvalidMessage) as caught:
        read_article(fields)
    assert secret not in str(caught.value)
    assert secret not in str(caught.value.__cause__)


def test_an_article_without_id_gets_the_same_one_every_time() -> None:
    fields = article_fields(url="https://gazette.example/7")
    first = read_article(fields)
    assert read_article({**fields, "content": "Corrected."}).id == first.id
    assert read_article({**fields, "url": "https://gazette.example/8"}).id != first.id


def test_without_a_url_title_and_content_make_the_article() -> None:
    first = read_article(article_fields(title="A meeting"))
    assert read_article(article_fields(title="A  meeting ")).id == first.id
    assert read_article(article_fields(title="Another")).id != first.id
    assert read_article(article_fields(title="A meeting", content="Other")).id != first.id
    assert read_article(article_fields(title="A meeting", publication="Other")).id != first.id


names = st.sampled_from([*FIELDS, *(alias for aliases in ALIASES.values() for alias in aliases), "other"])


@modest
@given(fields=st.dictionaries(names, json_values))
def test_whatever_json_holds_there_is_an_article_or_an_invalid_message(fields: dict[str, Any]) -> None:
    try:
        article = read_article({**article_fields(), **fields})
    except InvalidMessage as error:
        check_explains(error)
    else:
        assert is_article_id(article.id)
        article.model_dump_json()


filled = clean_text.filter(str.strip)


@st.composite
def spellings(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """The same article twice: fields under other names, in another order, with white space around lines."""
    fields: dict[str, Any] = {"content": draw(filled), "publication": draw(filled)}
    fields |= draw(st.fixed_dictionaries({}, optional={"title": filled, "url": filled, "section": filled}))
    fields |= draw(st.fixed_dictionaries({}, optional={"published_at": st.just("2026-11-24")}))
    other = {}
    for name in draw(st.permutations(list(fields))):
        alias = draw(st.sampled_from([name, *ALIASES.get(name, ())]))
        other[alias] = f" \n{fields[name]}\t" if name in LINES else fields[name]
    return fields, {**other, "unknown": draw(json_values)}


@modest
@given(both=spellings())
def test_names_order_and_white_space_make_no_other_article(
    both: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    one, other = both
    if len(" ".join(one["publication"].split())) > limits.PUBLICATION_CHARS:
        return
    assert read_article(one) == read_article(other)


@modest
@given(name=filled, form=st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]), url=st.sampled_from(["u", None]))
def test_a_normal_form_of_the_publication_makes_no_other_article(
    name: str, form: Literal["NFC", "NFD", "NFKC", "NFKD"], url: str | None
) -> None:
    """What people see as one name is typed in several ways; text, in contrast, stays as it was sent."""
    again = unicodedata.normalize(form, name)
    if max(len(name), len(again)) > limits.PUBLICATION_CHARS or not again.strip():
        return
    first = read_article(article_fields(publication=name, url=url))
    second = read_article(article_fields(publication=again, url=url))
    if publication_key(name) == publication_key(again):
        assert first.id == second.id
    else:
        # Only where nothing is left of the name but a hash of its signs.
        assert first.publication_key.startswith("publication-")
