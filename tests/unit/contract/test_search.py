"""What documents keep to be found by, and what finds them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.search import fits, terms_for, terms_of, terms_of_entity, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Angela  Merkel's", ["angela", "merkel", "s"]),
        ("São Tomé", ["sao", "tome"]),
        ("Ἀθῆναι Straße", ["αθηναι", "strasse"]),
        ("U.N. 2026", ["u", "n", "2026", "un"]),
        ("J.K.Rowling at 7.30", ["j", "k", "rowling", "at", "7", "30", "jk"]),
        ("example.u.s.com", ["example", "u", "s", "com"]),
        ("習近平", ["習近平"]),
        ("𝓗arbour", ["harbour"]),
        ("<script>", ["script"]),
        ("… – 👩‍🚀", []),
        ("x" * 10_000, ["x" * 30]),
    ],
)
def test_words_are_compared_without_case_and_accents(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_a_text_is_found_by_its_words_and_their_beginnings() -> None:
    assert terms_of("Angela Merkel") == ["an", "ange", "angela", "me", "merk", "merkel"]


def test_terms_are_few_however_long_the_text() -> None:
    assert len(terms_of(" ".join(f"{number}word" * 9 for number in range(1_000)))) <= 36


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("", []),
        ("m", []),
        ("me", ["me"]),
        ("mer", ["mer", "me"]),
        ("merkel", ["merkel", "merk"]),
        ("a merkel", ["merkel", "merk"]),
        ("mer angela d", ["angela", "ange", "mer", "me"]),
        ("U.S", ["us"]),
        ("U.S. Senate", ["senate", "sena", "us"]),
    ],
)
def test_few_terms_find_whatever_fits(typed: str, terms: list[str]) -> None:
    assert terms_for(typed) == terms


@given(st.text(max_size=80), st.data())
def test_whatever_fits_is_kept_under_one_of_the_terms(text: str, data: st.DataObject) -> None:
    words = words_of(text)
    if not words:
        return
    word = data.draw(st.sampled_from(words))
    typed = word[: data.draw(st.integers(1, len(word)))]
    assert fits(typed, words)
    assert fits(typed, terms_of(text))
    terms = terms_for(typed)
    assert not terms or set(terms) & set(terms_of(text))


@given(st.text(alphabet="aB.é ß7", max_size=80))
def test_a_text_fits_itself(text: str) -> None:
    assert fits(text, words_of(text))
    assert fits(text, terms_of(text))


def test_every_typed_word_has_to_fit() -> None:
    assert fits("mer ang", ["angela", "merkel"])
    assert not fits("mer bar", ["angela", "merkel"])


@pytest.mark.parametrize("text", ["U.S. Senate", "US Senate", "u.s Senate"])
@pytest.mark.parametrize("typed", ["U.S.", "u.s", "US", "U.S. sen", "senate us"])
def test_letters_with_dots_fit_those_without(text: str, typed: str) -> None:
    assert fits(typed, words_of(text))
    assert set(terms_for(typed)) & set(terms_of(text))


def test_initials_are_found_however_they_are_written() -> None:
    for typed in ("J.K. Rowling", "JK Rowling", "J. K. Rowling", "rowling k"):
        assert fits(typed, words_of("J.K. Rowling"))


def test_an_entity_is_found_by_its_name_and_by_what_texts_call_it() -> None:
    terms = terms_of_entity("world health organization", {"WHO": 9, "W.H.O.": 1})
    for typed in ("world heal", "who", "WHO", "who organization"):
        assert set(terms_for(typed)) & set(terms)
        assert fits(typed, terms)
    assert not fits("unicef", terms)


def test_of_many_spellings_the_commonest_count() -> None:
    spellings = {f"slip{number}": 1 for number in range(100)} | {"WHO": 2}
    terms = terms_of_entity("world health organization", spellings)
    assert "who" in terms
    assert len(terms) < 40
