"""What an article introduces as another name: one rule at a time."""

import pytest

from tests.unit.linking.reading import names


def test_an_acronym_is_what_it_is_introduced_for_even_in_another_language() -> None:
    text = "The [Workers' Party|o1] ([PT|o1]) met the [Liberals|o2]. The [PT|o1] won."
    assert names(text) == ["Workers' Party", "Workers' Party", "Liberals", "Workers' Party"]
    text = "The [Social Democratic Party|o1] ([PSD|o1]) lost. The [PSD|o1] left."
    assert set(names(text)) == {"Social Democratic Party"}
    text = "The [ENASA|o1] ([Empresa Nacional de Autocamiones S.A.|o1]) closed. [ENASA|o1] built lorries."
    assert set(names(text)) == {"Empresa Nacional de Autocamiones"}
    assert set(names("The [World Health Organization (WHO)|o1] met. The [WHO|o1] left.")) == {
        "World Health Organization"
    }


def test_what_stands_alone_in_brackets_is_an_organisations_name_in_other_words() -> None:
    text = (
        "[Kurage|o1] ([Jellyfish|o1]) sang. [Pravo i Red|o2] ([PiR|o2]) heard [Jellyfish|o1] and [Kurage|o1]."
    )
    assert names(text) == ["Kurage", "Kurage", "Pravo i Red", "Pravo i Red", "Kurage", "Kurage"]
    text = (
        "The [National Steel Company|o1] ([Companhia do Aço Nacional|o1], [CAN|o1]) shut. [CAN|o1] is gone."
    )
    assert set(names(text)) == {"Companhia do Aço Nacional"}
    text = "The [Armed Forces of Vell|o1], or [FAV|o1], left. [FAV|o1] is gone."
    assert len(set(names(text))) == 1
    text = "The [Vell Movement for Justice|o1], known by its French initials [MJV|o1], won. [MJV|o1]."
    assert len(set(names(text))) == 1
    assert len(set(names("The [Polar Lander Vehicle|o1], or [PLV|o1], rose."))) == 1
    assert len(set(names("The [Justice and Order Party|o1], or the [AKP|o1], lost."))) == 1
    assert len(set(names("The [AKP|o1] ([Justice and Order Party|o1]) lost."))) == 1
    text = "The [Water Commission|o1] ([Comisión del Agua|o1], [Conagua|o1]) met. [Conagua|o1] paid."
    assert len(set(names(text))) == 1


def test_what_stands_in_brackets_besides_is_not() -> None:
    for text in (
        "[Kestrel Valves|o1] ([NYSE|o2]) fell.",
        "[Presbyterians|o1] ([Calvinists|o2], [Puritans|o3]) and others came.",
        "[Baden|l1] ([Black Forest|l2]) is near.",
        "[Jane Roe|p1] ([John Doe|p2]) sang.",
        "[Salt Lake City|g1] ([UT|g2]) is dry.",
        "[Case School|o1] ([Cleveland|g1], [OH|g2]) is old.",
        "[Sky Kestrel|o1], or [CNN|o2], said so.",
        "The [BBC|o1] ([London Kestrel|o2]) said so.",
        "[Sona Kivi|p1], who called [Hek Larun|p2] a rival, sang.",
        "[Sona Kivi|p1], nicknamed the [Hek Larun|p2] of the north, sang.",
        "The [Parliament of North East Vell|o1] ([NEV|o2]) sat.",
        "[Kestrel|o1] named the [Vane Group|o2] a rival and called [Puri Bank|o3] one too.",
    ):
        found = names(text)
        assert len(set(found)) == len(found)


@pytest.mark.parametrize("kind", ["p", "o", "l"])
def test_a_name_in_another_language_is_introduced_by_the_language(kind: str) -> None:
    text = f"[Wendel Ark|{kind}1] (Upper Sorbian: [Wjelan Kšac|{kind}1]; of 1901). [Wjelan Kšac|{kind}1]."
    assert len(set(names(text))) == 1
    text = f"[Wendel Ark|{kind}1] (Photo: [Wjelan Kšac|{kind}2]) is known."
    assert len(set(names(text))) == 2
