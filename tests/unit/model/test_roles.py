"""Rare words of the lists stand for their role in names; what texts know well stays itself."""

from pathlib import Path

import pytest
import spacy

from model.recipe.famous import read
from model.recipe.kernels import norms, norms_of
from model.recipe.roles import LINES, PEOPLE, listed, part, table


@pytest.mark.parametrize(
    ("roles", "short"),
    [
        (["family"], "F"),
        (["place", "family", "family"], "FP"),
        (["body"] * 4 + ["given"], "B"),  # one in five says nothing
        (["in place", "in body"], "QC"),
    ],
)
def test_a_word_stands_for_what_it_mostly_is(roles: list[str], short: str) -> None:
    assert table({}, [("Kestrel", role) for role in roles]) == {"Kestrel": short}


def test_what_the_texts_know_well_stays_itself() -> None:
    assert table({"Merkel": 5, "Habermas": 4}, [("Merkel", "family"), ("Habermas", "family")]) == {
        "Habermas": "F"
    }


def test_an_ordinary_word_is_marked_as_one() -> None:
    assert table({"banks": 3}, [("Banks", "family"), ("Roe", "family")]) == {"Banks": "FW", "Roe": "F"}


def test_names_are_known_without_their_accents_too() -> None:
    assert table({}, [("Łukasz", "given")]) == {"Łukasz": "G", "Lukasz": "G"}
    assert table({"Rosti": 9}, [("Rösti", "body"), ("Roesti", "body")]) == {"Rösti": "B", "Roesti": "B"}


def test_words_are_those_of_the_tokenizer() -> None:
    assert table({}, [("Deir", "in place"), ("ez-Zor", "in place"), ("al-Assad", "family")]) == {
        "Deir": "Q",
        "Zor": "Q",
        "Assad": "F",
    }


def test_the_lists_tell_a_family_name_from_a_given_one_in_any_order() -> None:
    roles = set(listed())
    assert {("Jürgen", "given"), ("Habermas", "family"), ("Meng", "family"), ("Wanzhou", "given")} <= roles
    assert {
        ("Bundesbank", "body"),
        ("Free", "in body"),
        ("Nouakchott", "place"),
        ("Lake", "in place"),
    } <= roles


@pytest.mark.parametrize("path", sorted(PEOPLE.glob("*.txt")), ids=lambda path: path.stem)
def test_every_list_of_people_can_be_read_and_repeats_nothing(path: Path) -> None:
    for title, kinds in read(path, LINES).items():
        assert {"given", "family"} <= set(kinds), title
        for names in kinds.values():
            assert len(names) == len(set(names)), title


def test_a_training_has_a_part_of_them_the_same_on_every_run() -> None:
    roles = {f"Name{number}": "F" for number in range(3_000)}
    one, other = part(roles, 1), part(roles, 2)
    assert one == part(roles, 1) != other
    assert all(0.57 < len(some) / len(roles) < 0.63 for some in (one, other))


def test_a_pipeline_keeps_them(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    nlp.vocab.lookups = norms({"Habermas": "F"})
    nlp.to_disk(tmp_path)
    assert [token.norm_ for token in spacy.load(tmp_path)("Habermas SPOKE")] == ["F", "spoke"]


def test_a_training_without_a_table_has_none() -> None:
    assert norms_of(None) is None
