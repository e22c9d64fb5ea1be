"""Names marked by hand: marks become spans, lists become marks, and every file of the recipe is sound."""

import random
import re
from pathlib import Path

import pytest

from model.recipe import marks
from model.recipe.check_marks import problems
from model.recipe.corpora import WRITTEN
from model.recipe.gazetteer import composed, patterns
from model.recipe.news import ANNOTATED
from model.recipe.samples import Sample

CAST = {"S": ["Roe"], "G": ["Jane"], "C": ["Bergen"], "L": ["Norway"], "N": ["Norwegian"]}


def names(sample: Sample) -> list[tuple[str, str]]:
    return [(sample.text[m.start : m.end], m.label) for m in sample.mentions]


def test_marks_become_spans_of_the_text_without_them() -> None:
    sample = marks.marked("[P Jane Roe] of [O Kestrel]\nsaw the [X Roe Prize] in [G Bergen].", "ours", "0")
    assert sample.text == "Jane Roe of Kestrel\nsaw the Roe Prize in Bergen."
    assert names(sample) == [("Jane Roe", "PERSON"), ("Kestrel", "ORG"), ("Bergen", "GPE")]
    assert [sample.text[a:b] for a, b in sample.unknown] == ["Roe Prize"]


def test_a_listed_name_is_marked_wherever_it_stands_and_the_longer_one_first() -> None:
    listed = {"Bergen": "G", "Bergen Post": "O", "Roe": "P", "Roe Prize": "X"}
    sample = marks.placed("Bergen Post: Roe left Bergen, not Roes, for the Roe Prize.", listed, "news", "1")
    assert names(sample) == [("Bergen Post", "ORG"), ("Roe", "PERSON"), ("Bergen", "GPE")]
    assert [sample.text[a:b] for a, b in sample.unknown] == ["Roe Prize"]


def test_a_list_belongs_to_its_article_and_a_bad_line_says_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "lists.txt"
    path.write_text("# wikinews 7\nP: Jane Roe; Roe\nG: Bergen\n\n# wikinews 8\n", encoding="utf-8")
    assert marks.lists(path) == {
        "wikinews 7": {"Jane Roe": "P", "Roe": "P", "Bergen": "G"},
        "wikinews 8": {},
    }
    path.write_text("# wikinews 7\nQ: Jane Roe\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"lists\.txt:2"):
        marks.lists(path)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[P Mr. Roe] left.", "title"),
        ("[G the Hague] is far.", "'the'"),
        ("[P Roe's] house.", "border"),
        ("[P Roe] met Roe.", "without a mark"),
    ],
)
def test_what_looks_wrong_is_told(text: str, problem: str) -> None:
    assert any(problem in one for one in problems(marks.marked(text, "ours", "0")))
    assert not list(problems(marks.marked("[P Roe] met [P Poe].", "ours", "0")))


@pytest.mark.parametrize("path", sorted(WRITTEN.glob("*.txt")), ids=lambda path: path.stem)
def test_every_text_of_ours_is_well_marked(path: Path) -> None:
    samples = list(marks.texts(path))
    assert samples
    for sample in samples:
        assert "[" not in re.sub(r"\[\d+\]", "", sample.text), "only citations, as [12], may look like marks"
        assert all(name.strip() == name != "" and "\n" not in name for name, _ in names(sample))


@pytest.mark.parametrize("path", sorted(ANNOTATED.glob("*.txt")), ids=lambda path: path.stem)
def test_every_list_can_be_read(path: Path) -> None:
    assert all(key.count(" ") == 1 and names for key, names in marks.lists(path).items())


@pytest.mark.parametrize("label", sorted(patterns()))
def test_composed_names_have_no_slot_left(label: str) -> None:
    rng = random.Random(label)
    made = {composed(label, CAST, rng) for _ in range(2_000)}
    assert not any(set("{}|") & set(name) for name in made)
    assert len(made) > len(patterns()[label]) / 3
