"""Publication keys and article ids: the same for ever, and different for what is different."""

import hashlib
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract.identity import content_sha256, derive_article_id, is_article_id, is_reserved, publication_key
from tests.unit.contract.making import clean_text, modest


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Reuters", "reuters"),
        ("The New York Times", "the-new-york-times"),
        ("  the  NEW-york_times! ", "the-new-york-times"),
        ("nytimes.com", "nytimes-com"),
        ("AT&T News", "at-t-news"),
        ("Süddeutsche Zeitung", "suddeutsche-zeitung"),
        ("Straße", "strasse"),
        ("İstanbul Postası", "istanbul-postası"),
        ("Tuổi Trẻ", "tuoi-tre"),
        ("Το Βήμα", "το-βημα"),
        ("ΤΟ ΒΗΜΑ", "το-βημα"),
        ("Российская газета", "российская-газета"),
        ("朝日新聞", "朝日新聞"),
        ("ガーディアン", "ガーディアン"),
        ("ｶﾞｰﾃﾞｨｱﾝ", "ガーディアン"),
        ("한국일보", "한국일보"),
        ("हिन्दुस्तान टाइम्स", "हिन्दुस्तान-टाइम्स"),
        ("ข่าวสด", "ข่าวสด"),
        ("הארץ", "הארץ"),
        ("الجزيرة", "الجزيرة"),
        ("📰️ Morning News™️", "morning-newstm"),
        ("1️⃣ News", "1-news"),
        ("__init__", "init"),
    ],
)
def test_a_key_is_the_name_in_plain_letters(name: str, key: str) -> None:
    assert publication_key(name) == key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("दिन", "दान"),
        ("हिन्दी", "हिन्दू"),
        ("ข่าวสด", "ข้าวสด"),
        ("Край", "Краи"),
        ("か", "が"),
        ("!!!", "???"),
        ("📰", "🗞"),
    ],
)
def test_names_that_differ_in_a_letter_of_their_script_stay_apart(one: str, other: str) -> None:
    """In Hindi and Thai most vowels are combining marks; they are letters to those who read them."""
    assert publication_key(one) != publication_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Zoe\u0308 News", "Zoë News"), ("ＢＢＣ", "bbc"), ("WEISS", "weiß"), ("Le Figaro", "le figaro")],
)
def test_spellings_of_one_name_share_a_key(one: str, other: str) -> None:
    assert publication_key(one) == publication_key(other)


@pytest.mark.parametrize("name", ["!!!", "…", "📰🗞", ".", "..", "__", "\u0301", "/", "\ufe0f"])
def test_a_name_without_letters_gets_a_hash(name: str) -> None:
    assert re.fullmatch(r"publication-[0-9a-f]{16}", publication_key(name))


def test_long_names_that_differ_at_the_end_only_stay_apart() -> None:
    one, other = publication_key("x" * 299 + "y"), publication_key("x" * 299 + "z")
    assert one != other
    assert len(one) == len(other) == 80


def test_punctuation_makes_no_difference_in_long_names_either() -> None:
    assert publication_key("Long, " * 40) == publication_key("long " * 40)


@modest
@given(name=clean_text)
@example("ΐ" * 90)
@example("𝓗\u0301")
@example("\u0345\u0301α")
@example("a\ufe0f\u0301")
def test_any_name_has_a_key_that_firestore_takes_and_that_is_its_own_key(name: str) -> None:
    key = publication_key(name)
    assert publication_key(key) == key
    assert 1 <= len(key) <= 80
    assert len(key.encode()) <= 1_500
    assert "/" not in key
    assert not is_reserved(key)


@modest
@given(name=clean_text, spaces=st.text(" \t\n\u00a0", max_size=3))
def test_white_space_around_a_name_does_not_matter(name: str, spaces: str) -> None:
    assert publication_key(spaces + name + spaces) == publication_key(name.strip())


def test_derived_ids_never_change() -> None:
    """They are what makes an article sent again the same article; a new scheme would count all twice."""
    by_url = derive_article_id(publication="The Gazette", url="https://g.example/1", title=None, content="x")
    assert by_url == hashlib.sha256(b"url\0the-gazette\0https://g.example/1").hexdigest()
    by_text = derive_article_id(publication="The Gazette", url=None, title="T", content="x")
    assert by_text == hashlib.sha256(b"text\0the-gazette\0T\0x").hexdigest()


parts = st.tuples(
    st.sampled_from(["P", "Q"]), st.none() | clean_text, st.none() | clean_text, clean_text.filter(bool)
)


@modest
@given(one=parts, other=parts)
def test_ids_are_equal_exactly_when_the_parts_are(
    one: tuple[str, str | None, str | None, str], other: tuple[str, str | None, str | None, str]
) -> None:
    assert (_derive(one) == _derive(other)) == (_identity(one) == _identity(other))
    assert is_article_id(_derive(one))


@modest
@given(title=clean_text, content=clean_text, cut=st.integers(0, 5))
def test_text_moved_from_title_to_content_makes_another_article(title: str, content: str, cut: int) -> None:
    whole = title + content
    ids = {_derive(("P", None, whole[:at], whole[at:])) for at in (0, cut, len(whole))}
    assert len(ids) == len({min(at, len(whole)) for at in (0, cut, len(whole))})


def _derive(parts: tuple[str, str | None, str | None, str]) -> str:
    publication, url, title, content = parts
    return derive_article_id(publication=publication, url=url, title=title, content=content)


def _identity(parts: tuple[str, str | None, str | None, str]) -> tuple[str, ...]:
    publication, url, title, content = parts
    return ("url", publication, url) if url else ("text", publication, title or "", content)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("a", True),
        ("A-Z.a_z:0-9", True),
        ("x" * 128, True),
        ("___", True),
        ("...", True),
        ("", False),
        ("x" * 129, False),
        (".", False),
        ("..", False),
        ("____", False),
        ("__name__", False),
        ("a/b", False),
        ("a\n", False),
        ("é", False),
        ("١", False),
    ],
)
def test_article_ids_are_what_firestore_and_a_url_take(text: str, good: bool) -> None:
    assert is_article_id(text) == good


def test_the_content_hash_is_a_plain_sha_256() -> None:
    assert content_sha256("é") == hashlib.sha256(b"\xc3\xa9").hexdigest()
