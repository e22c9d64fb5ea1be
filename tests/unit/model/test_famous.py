"""Names that exist: the lists are sound, and a text with such names keeps its labels."""

import random
from pathlib import Path

import pytest

from model.recipe import famous
from model.recipe.famous import FAMOUS, person, read, renamed, sections
from model.recipe.samples import Mention, Sample

TEXT = "Jane Doe met Roe of Kestrel in Paris in two months. Doe, Jane and France smiled."


def sample() -> Sample:
    mentions, end = [], 0
    for name, label in (
        ("Jane Doe", "PERSON"),
        ("Roe", "PERSON"),
        ("Kestrel", "ORG"),
        ("Paris", "GPE"),
        ("Doe", "PERSON"),
        ("Jane", "PERSON"),
        ("France", "GPE"),
    ):
        start = TEXT.index(name, end)
        end = start + len(name)
        mentions.append(Mention(start, end, label))
    unknown = TEXT.index("two months")
    return Sample(TEXT, tuple(mentions), ((unknown, unknown + len("two months")),), "test", "1")


def test_a_file_has_names_by_section_and_label_and_a_bad_line_says_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_text("[Norway]\nP: Jane Roe; Poe\nO: Kestrel\n\n# more\n[Chile]\n[Norway]\nO: Petrel\n")
    assert read(path) == {
        "Norway": {"PERSON": ["Jane Roe", "Poe"], "ORG": ["Kestrel", "Petrel"]},
        "Chile": {},
    }
    for bad in ("P: Jane Roe\n", "[Norway]\nQ: Jane\n", "[Norway]\nP: Jane;;Roe\n", "[Norway]\nJane\n"):
        path.write_text(bad)
        with pytest.raises(ValueError, match=r"names\.txt:[12]: expected"):
            read(path)


@pytest.mark.parametrize("path", sorted(FAMOUS.glob("*.txt")), ids=lambda path: path.stem)
def test_every_list_of_ours_is_sound(path: Path) -> None:
    for names in read(path).values():
        for label, found in names.items():
            odd = '"[]{}|,' if label == "PERSON" else '"[]{}|,='
            assert not [one for one in found if set(one) & set(odd)]
            assert not [one for one in found if one.lower().startswith("the ") and one != "The Hague"]


@pytest.mark.parametrize("seed", range(60))
def test_a_text_keeps_its_labels_and_each_person_stays_one(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(famous, "SHARE", 1.0)
    new = renamed(sample(), random.Random(seed))
    full, other, _, _, family, given, country = (new.text[m.start : m.end] for m in new.mentions)
    assert [m.label for m in new.mentions] == [m.label for m in sample().mentions]
    assert [new.text[a:b] for a, b in new.unknown] == ["two months"]
    choice, _ = sections()
    everybody = {person(entry) for names in choice for entry in names["PERSON"]}
    assert (full, family) in everybody
    assert other in {last for _, last in everybody}
    assert given == full.split()[0]
    assert country == "France"
