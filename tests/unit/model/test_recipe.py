"""Invented and renamed training text keeps its labels on the right characters."""

import random

import pytest

from model.recipe.samples import Mention, Sample
from model.recipe.scenes import scenes
from model.recipe.world import renamed, world

TEXT = "Jane Doe met Roe in Paris in two months. Doe likes France."


def sample(text: str = TEXT) -> Sample:
    def span(name: str, label: str, after: int = 0) -> Mention:
        start = text.index(name, after)
        return Mention(start, start + len(name), label)

    names = (span("Jane Doe", "PERSON"), span("Roe", "PERSON"), span("Paris", "GPE"))
    later = (span("Doe", "PERSON", 30), span("France", "GPE"))
    unknown = span("two months", "DATE")
    return Sample(text, names + later, ((unknown.start, unknown.end),), "test", "1")


def words(one: Sample) -> list[str]:
    return [one.text[m.start : m.end] for m in one.mentions]


@pytest.mark.parametrize("seed", range(40))
def test_a_renamed_text_keeps_labels_countries_and_unknown_spans(seed: int) -> None:
    new = renamed(sample(), random.Random(seed))
    full, _, _, family, country = words(new)
    assert family in full
    assert country == "France"
    assert [m.label for m in new.mentions] == [m.label for m in sample().mentions]
    assert [new.text[a:b] for a, b in new.unknown] == ["two months"]


def test_invented_news_is_the_same_on_every_run_and_has_no_slot_left() -> None:
    texts = list(scenes(0, 50))
    assert texts == list(scenes(0, 50))
    for one in texts:
        assert "{" not in one.text
        assert all(word and word == word.strip() for word in words(one))


def test_every_region_has_names_for_a_text() -> None:
    for region in world().regions:
        assert all((*region.given, *region.family, *(people for _, people in region.countries)))
        assert len(region.cities) > 1 < len(region.organisations)
