"""Texts are cut exactly as spaCy cuts them, whatever stands between the pieces."""

import random
from typing import Any

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from tests.unit.engine.answers import differing, stock_tokens
from tests.unit.engine.pipelines import Shape, random_pipeline
from worker.engine import Extractor, prepare
from worker.engine.specials import Specials

_SPACE = [" ", "  ", "\n", "\n\n", " \n", "\n ", "\t", "\r\n", "\u00a0", "\u2003", "\u2028", "\x1c", "\u3000"]
_WORDS = [
    "word", "U.S.", "don't", "can't've", "5pm", "10am", "Mr.", "O'Neil's", "a.m.)", "(e.g.", "e.g.,", "''tis",
    "'em", ":)", ":(", ":-)", "(:", "8)", "8", ")", "(", ":", ":((", "x_x", "(x_x)", "a:)b", "o.o,", "C++",
    "C",
    "¯\\(ツ)/¯", "...", "$3.5bn", "3.-4.", "https://a.b/c?d", "e\u0301", "\U0001f600", "\u200b", "北京", "-",
    "مرحبا", "İ", "ß", "\ufeff", "—",
]  # fmt: skip
_LANGUAGES = "en de fr es it pt nl pl ru sv da nb fi el tr uk ro hu cs xx"
_UNICODE = st.text(st.characters(codec="utf-8"), max_size=200)
_NEWSLIKE = st.lists(st.sampled_from([*_SPACE, *([" "] * 10), *_WORDS]), max_size=60).map("".join)
_TEXT = st.one_of(_UNICODE, _NEWSLIKE, st.lists(st.sampled_from(_WORDS), max_size=60).map(" ".join))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "  ",
        "\n",
        "word",
        "word ",
        "word  ",
        " word",
        "  word",
        "a  b",
        "a \n b",
        "a\n b",
        "\u00a0a",
        "a\u00a0",
    ],
)
def test_white_space_is_cut_as_spacy_cuts_it(nlp: Language, engine: Extractor, text: str) -> None:
    assert engine.tokens(text) == stock_tokens(nlp, text)


@settings(deadline=None, max_examples=400)
@given(_TEXT)
def test_any_text_is_cut_as_spacy_cuts_it(nlp: Language, engine: Extractor, text: str) -> None:
    assert engine.tokens(text) == stock_tokens(nlp, text)


@settings(deadline=None, max_examples=100)
@given(st.lists(_TEXT, max_size=6))
def test_any_texts_have_the_entities_that_spacy_finds(
    nlp: Language, engine: Extractor, texts: list[str]
) -> None:
    assert differing(nlp, engine, texts) == []


@pytest.mark.slow
@pytest.mark.longest
@pytest.mark.timeout(1800)
@settings(deadline=None, max_examples=10_000)
@given(_TEXT)
def test_very_many_texts_are_cut_as_spacy_cuts_them(nlp: Language, engine: Extractor, text: str) -> None:
    assert engine.tokens(text) == stock_tokens(nlp, text)


@pytest.mark.slow
@pytest.mark.longest
@pytest.mark.timeout(1800)
@settings(deadline=None, max_examples=2_000)
@given(st.lists(_TEXT, max_size=6))
def test_very_many_texts_have_the_entities_that_spacy_finds(
    nlp: Language, engine: Extractor, texts: list[str]
) -> None:
    assert differing(nlp, engine, texts) == []


def test_a_text_that_cannot_be_encoded_raises_what_spacy_raises(engine: Extractor) -> None:
    with pytest.raises(UnicodeEncodeError):
        engine.find(["fine", "not \ud800 fine"])
    assert engine.find(["Angela Merkel"]) == engine.find(["Angela Merkel"])


def test_a_text_that_is_too_long_raises_what_spacy_raises(engine: Extractor) -> None:
    with pytest.raises(ValueError, match="E088"):
        engine.find(["x" * 1_000_001])


def test_a_special_case_with_a_space_is_found(nlp: Language) -> None:
    """In Russian "т. е." is one token, in Spanish "EE. UU."."""
    nlp = random_pipeline(Shape(lang="es", labels=("LOC", "PER")), seed=1)
    engine = prepare(nlp)
    text = "Los EE. UU. y los EE.  UU. y EE.\nUU., EE. UU.) y (EE. UU."
    assert engine.tokens(text) == stock_tokens(nlp, text)
    assert (4, 11) in engine.tokens(text)


def test_a_special_case_is_hidden_by_a_longer_one_over_a_space() -> None:
    """Seen through a tokenizer made for it: `x:y` is one token, unless `:y(z` claims its colon."""
    nlp = random_pipeline(Shape(labels=("LOC",)), seed=1)
    nlp.tokenizer = spacy.tokenizer.Tokenizer(
        nlp.vocab,
        infix_finditer=spacy.util.compile_infix_regex([r"[:(]"]).finditer,
        rules={"x:y": [{"ORTH": "x:y"}], ":y(": [{"ORTH": ":y("}], "y(z(": [{"ORTH": "y(z("}]},
    )
    engine = prepare(nlp)
    for text in (
        "-(x:y b",
        "-(x:y (z",
        "a(x:y (z( c",
        "a(x:y( (z( c",
        "x:y (z(",
        "x:y( z( a",
        "a(x:y (z( c" * 3,
    ):
        assert engine.tokens(text) == stock_tokens(nlp, text), text


@pytest.mark.parametrize("lang", ["en", "es", "nl"])
def test_heaps_of_special_cases_are_cut_as_spacy_cuts_them(lang: str) -> None:
    assert _differing_heaps(lang, 300) == []


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("lang", _LANGUAGES.split())
def test_very_many_heaps_of_special_cases_are_cut_as_spacy_cuts_them(lang: str) -> None:
    assert _differing_heaps(lang, 500) == []


def _differing_heaps(lang: str, count: int) -> list[str]:
    """Texts of special cases, affixes and white space in any order that are not cut as spaCy cuts them."""
    nlp = random_pipeline(Shape(lang=lang, labels=("PER",), depth=1, width=32, rows=(100,) * 4), seed=1)
    engine = prepare(nlp)
    rng = random.Random(1)
    tokenizer: Any = nlp.tokenizer
    special = sorted(rule for rule in tokenizer.rules if rule.strip())
    between = [*_SPACE, *([" "] * 10), *([""] * 20)]
    heaps = [
        "".join(
            rng.choice(special if rng.random() < 0.6 else _WORDS) + rng.choice(between)
            for _ in range(rng.randint(1, 12))
        )
        for _ in range(count)
    ]
    return [heap for heap in heaps if engine.tokens(heap) != stock_tokens(nlp, heap)]


def test_pieces_that_a_special_case_may_have_changed_are_known() -> None:
    specials = Specials(spacy.blank("en").tokenizer)
    assert specials.may_change("a:)b", [0, 1, 3], [1, 2, 1])
    assert not specials.may_change("word,", [0, 4], [4, 1])
    assert specials.reaches[specials.tail(": "), specials.head(")")]
    assert not specials.tail(":")
