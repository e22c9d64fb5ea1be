"""Rare words of the lists stand for their role in names; what texts know well stays itself."""

from pathlib import Path

import pytest
import spacy

from model.recipe.famous import read
from model.recipe.gazetteer import SMALLEST_TOWN
from model.recipe.gazetteer import towns as towns_of
from model.recipe.hooks import norms, norms_of, write_norms
from model.recipe.roles import LINES, PEOPLE, part, table, words_of_lists


@pytest.fixture(scope="module")
def words() -> frozenset[tuple[str, str]]:
    return frozenset(words_of_lists())


@pytest.mark.parametrize(
    ("roles", "short"),
    [
        (["family"], "F"),
        (["place", "family", "family"], "FP"),
        (["body"] * 4 + ["given"], "B"),  # one in five says nothing
        (["in place", "in body"], "CQ"),  # of equals the same first
        (["in body", "in place"], "CQ"),
        (["family"] * 4 + ["place"] * 2 + ["given"] * 2 + ["body"], "F"),
    ],
)
def test_a_word_stands_for_what_it_mostly_is(roles: list[str], short: str) -> None:
    assert table({}, [("Kestrel", role) for role in roles]) == {"Kestrel": short}


def test_what_the_texts_know_well_stays_itself() -> None:
    assert table({"Merkel": 12, "Habermas": 11}, [("Merkel", "family"), ("Habermas", "family")]) == {
        "Habermas": "F"
    }


def test_an_ordinary_word_is_marked_as_one() -> None:
    assert table({"banks": 3}, [("Banks", "family"), ("Roe", "family")]) == {"Banks": "FW", "Roe": "F"}


def test_names_are_known_without_their_accents_too() -> None:
    assert table({}, [("Łukasz", "given")]) == {"Łukasz": "G", "Lukasz": "G"}
    names = [("Peña", "family"), ("Peña", "family"), ("Pena", "in place")]
    assert table({}, names) == {"Peña": "F", "Pena": "FQ"}
    assert table({"Lübeck": 12, "tape": 12}, [("Lübeck", "place"), ("Tapé", "family")]) == {
        "Lubeck": "P",
        "Tapé": "F",
        "Tape": "FW",
    }


def test_names_are_known_with_either_apostrophe() -> None:
    assert table({}, [("O'Hanlon", "family")]) == {"O'Hanlon": "F", "O’Hanlon": "F"}


def test_words_are_those_of_the_tokenizer() -> None:
    assert table({}, [("Deir", "in place"), ("ez-Zor", "in place"), ("al-Assad", "family")]) == {
        "Deir": "Q",
        "Zor": "Q",
        "Assad": "F",
    }


@pytest.mark.parametrize(
    ("word", "role"),
    [
        ("Jürgen", "given"),
        ("Habermas", "family"),
        ("Meng", "family"),  # Meng Wanzhou, known as Meng
        ("Wanzhou", "given"),
        ("Gebrselassie", "family"),  # Haile Gebrselassie, known as Haile
        ("Hutchison", "family"),  # Kay Bailey Hutchison
        ("Bundesbank", "body"),
        ("Davidson", "in body"),  # Harley-Davidson
        ("Nouakchott", "place"),
        ("Tønder", "place"),  # 16,000 people
        ("Lake", "in place"),
    ],
)
def test_the_lists_tell_what_a_word_is(words: frozenset[tuple[str, str]], word: str, role: str) -> None:
    assert (word, role) in words


@pytest.mark.parametrize(
    ("word", "role"), [("Castile", "family"), ("IX", "family"), ("Paetongtarn", "family"), ("Harley", "body")]
)
def test_the_lists_do_not_make_family_names_of_epithets(
    words: frozenset[tuple[str, str]], word: str, role: str
) -> None:
    assert (word, role) not in words


@pytest.mark.parametrize("path", sorted(PEOPLE.glob("*.txt")), ids=lambda path: path.stem)
def test_every_list_of_people_can_be_read_and_repeats_nothing(path: Path) -> None:
    for title, kinds in read(path, LINES).items():
        assert kinds, title
        for names in kinds.values():
            assert len(names) == len(set(names)), title


def test_small_towns_are_left_to_other_words(words: frozenset[tuple[str, str]]) -> None:
    assert "Haparanda" in {town for towns in towns_of(SMALLEST_TOWN).values() for town in towns}
    assert ("Haparanda", "place") not in words


def test_a_training_has_a_part_of_them_the_same_on_every_run() -> None:
    roles = {f"Name{number}": "F" for number in range(3_000)}
    one, other = part(roles, 1), part(roles, 2)
    assert one == part(roles, 1) != other
    assert all(0.77 < len(some) / len(roles) < 0.83 for some in (one, other))


def test_a_pipeline_keeps_them(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    nlp.vocab.lookups = norms({"Habermas": "F"})
    nlp.to_disk(tmp_path)
    assert [token.norm_ for token in spacy.load(tmp_path)("Habermas SPOKE")] == ["F", "spoke"]


def test_a_training_reads_its_table_from_a_file(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    lookups = norms_of(str(write_norms({"Habermas": "F"}, tmp_path / "norms.json")))
    assert lookups is not None
    nlp.vocab.lookups = lookups
    assert [token.norm_ for token in nlp("Habermas Kestrel")] == ["F", "kestrel"]


def test_a_training_without_a_table_has_none() -> None:
    assert norms_of(None) is None
