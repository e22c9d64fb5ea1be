"""A training that goes on from another one keeps what that one knew, whatever the order of the labels."""

from pathlib import Path
from typing import Any

import numpy
import pytest
import spacy
from spacy.tokens import Doc, Span
from spacy.training import Example

from model.recipe.blend import blend
from model.recipe.hooks import weights_of
from model.recipe.pack import SIZE_LIMIT, pack

WORDS = ["Jane", "Roe", "met", "Kestrel", "in", "Bergen", "on", "Monday", "and", "left"]


def pipeline(first: str, second: str) -> Any:
    """A small pipeline whose labels are ordered by how often they come."""
    nlp = spacy.blank("en")
    ner = nlp.add_pipe("ner", config={"model": {"@architectures": "spacy.TransitionBasedParser.v2"}})
    doc = Doc(nlp.vocab, WORDS)
    doc.ents = (Span(doc, 0, 2, first), Span(doc, 3, 4, second), Span(doc, 5, 6, first))
    nlp.initialize(lambda: [Example(nlp.make_doc(doc.text), doc)])
    upper = ner.model.get_ref("upper")  # type: ignore[attr-defined]
    upper.set_param("W", numpy.random.default_rng(0).normal(size=upper.get_param("W").shape).astype("f"))
    return nlp


def found(nlp: Any) -> list[tuple[str, str]]:
    return [(ent.text, ent.label_) for ent in nlp(" ".join(WORDS * 3)).ents]


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    nlp = pipeline("PERSON", "ORG")
    assert {label for _, label in found(nlp)}
    nlp.to_disk(tmp_path / "saved")
    return tmp_path / "saved"


def test_weights_are_taken_over_move_by_move(saved: Path) -> None:
    nlp = pipeline("ORG", "PERSON")
    before = spacy.load(saved)
    assert nlp.get_pipe("ner").move_names != before.get_pipe("ner").move_names  # type: ignore[attr-defined]
    weights_of(str(saved))(nlp)
    assert found(nlp) == found(before)


def test_the_mean_of_a_pipeline_and_its_twin_in_another_order_is_itself(saved: Path, tmp_path: Path) -> None:
    twin = pipeline("ORG", "PERSON")
    weights_of(str(saved))(twin)
    twin.to_disk(tmp_path / "twin")
    mean = spacy.load(blend([saved, tmp_path / "twin"], tmp_path / "mean"))
    assert found(mean) == found(spacy.load(saved))


def test_what_ships_has_the_whole_table_of_norms_and_needs_nothing_of_the_recipe(
    saved: Path, tmp_path: Path
) -> None:
    size = pack(saved, tmp_path / "packed", {"Habermas": "F"})
    packed = spacy.load(tmp_path / "packed")
    assert [token.norm_ for token in packed("Habermas SPOKE")] == ["F", "spoke"]
    assert packed.config["initialize"]["lookups"] is None
    assert 0 < size < SIZE_LIMIT
