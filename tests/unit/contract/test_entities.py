"""Which mentions are one name, and how people see it."""

import re
import unicodedata
from typing import Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract.entities import collapse_spaces, entity_id, entity_key, name_of, surface_form
from tests.unit.contract.making import clean_text, modest


@pytest.mark.parametrize(
    "variant",
    [
        "European Union",
        "EUROPEAN UNION",
        "european  union",
        " European\r\n\tUnion ",
        "European\u00a0Union",
        "the European Union",
        "The\nEuropean Union",
        "European Union's",
        "European Union’s",
        "EUROPEAN UNION'S",
        "The European Unionʼs",
    ],
)
def test_variants_of_a_name_share_a_key(variant: str) -> None:
    assert entity_key(variant, "ORG") == "ORG:european union"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("James'", "james"),
        ("James’s", "james"),
        ("United States’", "united states"),
        ("O'Brien", "o'brien"),
        ("Theresa May", "theresa may"),
        ("Them", "them"),
        ("the", "the"),
        ("The The", "the"),
        ("'s", "'s"),
        ("the 's", "the 's"),
        ("Zoe\u0308", "zoë"),
        ("Weißensee", "weissensee"),
        ("ΟΔΥΣΣΕΥΣ", "οδυσσευσ"),
        ("Οδυσσεύς", "οδυσσεύσ"),
        ("İzmir", "i\u0307zmir"),
        ("한국", "한국"),
        ("\u1112\u1161\u11ab\u1100\u116e\u11a8", "한국"),
        ("กรุงเทพฯ", "กรุงเทพฯ"),
        ("习近平", "习近平"),
        ("محمد", "محمد"),
        ("👩‍🚀", "👩‍🚀"),
    ],
)
def test_a_name_is_folded_and_keeps_its_letters(text: str, name: str) -> None:
    assert entity_key(text, "PERSON") == f"PERSON:{name}"


def test_a_label_tells_two_names_apart() -> None:
    assert name_of("Washington", "PERSON").id != name_of("Washington", "GPE").id


def test_names_that_differ_in_an_accent_stay_apart() -> None:
    assert entity_key("Pele", "PERSON") != entity_key("Pelé", "PERSON")


def test_an_id_never_changes() -> None:
    """Python's own hash is another one in every process; this one is in the database."""
    assert entity_id("PERSON:ada") == "97649bf08b13575271dc484c"


@modest
@given(text=clean_text, label=st.sampled_from(["PERSON", "ORG"]))
def test_the_key_of_the_name_in_a_key_is_the_same_key(text: str, label: str) -> None:
    key = entity_key(text, label)
    name = key.removeprefix(f"{label}:")
    # Both are taken off once: "The The Band" is not "Band".
    if not name.startswith("the ") and not re.search("['’ʼ]s$|s['’ʼ]$", name):
        assert entity_key(name, label) == key


@modest
@given(words=st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1), min_size=1, max_size=4))
@example(words=["ΐ", "ſ", "ß", "ŉ"])
def test_case_space_article_and_possessive_never_matter(words: list[str]) -> None:
    plain = " ".join(words)
    if plain.casefold().startswith("the "):
        plain = f"x {plain}"
    key = entity_key(plain, "ORG")
    assert entity_key(plain.casefold(), "ORG") == key
    assert entity_key("\t" + plain.replace(" ", " \u00a0\n") + " ", "ORG") == key
    assert entity_key(f"The {plain}", "ORG") == key
    assert entity_key(f"{plain}’s", "ORG") == key


@modest
@given(text=clean_text, label=clean_text)
def test_an_entity_id_is_24_hexadecimal_digits(text: str, label: str) -> None:
    assert re.fullmatch("[0-9a-f]{24}", entity_id(entity_key(text, label)))


def test_a_hundred_thousand_combining_marks_are_keyed_at_once() -> None:
    """Normalising them takes minutes; one such word must not hold up the news."""
    monster = "a" + "\u0300\u0316" * 50_000
    assert len(entity_key(monster, "ORG")) < 1_000
    assert entity_key(monster, "ORG") != entity_key(monster + "b", "ORG")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("  Ada\n Lovelace ", "Ada Lovelace"),
        ("the EU’s", "the EU’s"),
        ("x" * 300, "x" * 200),
        ("x" * 199 + " y", "x" * 199),
        ("__init__", "init"),
        ("__", "_"),
        ("_" * 300, "_"),
        ("__ __", "_"),
        ("__ Ada __", "Ada"),
        ("__Ada", "__Ada"),
        (" ", "_"),
        ("a.b`c\\d/e", "a.b`c\\d/e"),
    ],
)
def test_a_form_is_what_people_wrote_in_one_line(text: str, form: str) -> None:
    assert surface_form(text) == form


@modest
@given(text=clean_text | st.text("_ x", max_size=6) | st.text("𝕏\u0300", min_size=190, max_size=400))
def test_every_form_is_a_map_key_that_firestore_takes(text: str) -> None:
    form = surface_form(text)
    assert form.strip() == form != ""
    assert len(form.encode()) <= 1_500
    assert not re.fullmatch("__.*__", form)
    assert surface_form(form) == form


@modest
@given(text=clean_text, label=st.sampled_from(["PERSON", "ORG"]))
def test_a_name_is_its_key_id_and_form(text: str, label: str) -> None:
    key = entity_key(text, label)
    for _ in range(2):  # the second answer is remembered
        assert name_of(text, label) == (entity_id(key), label, key, surface_form(text))


@modest
@given(text=st.text(" \t\n\u00a0\u2003ab", max_size=10))
def test_collapsed_text_has_single_spaces_between_words_only(text: str) -> None:
    assert collapse_spaces(text) == re.sub(r"\s+", " ", text).strip()


@modest
@given(text=clean_text, form=st.sampled_from(["NFC", "NFD"]))
def test_canonical_forms_of_a_name_are_one_name(text: str, form: Literal["NFC", "NFD"]) -> None:
    assert entity_key(unicodedata.normalize(form, text), "ORG") == entity_key(text, "ORG")
