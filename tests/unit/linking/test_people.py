"""People: one rule at a time."""

import pytest

from tests.unit.linking.reading import names


@pytest.mark.parametrize(
    ("full", "short"),
    [
        ("Angela Merkel", "Merkel’s"),
        ("Angela Merkel", "Angela"),
        ("Angela Merkel", "MERKEL"),
        ("Angela Merkel", "Mrs. Merkel"),
        ("Angela Dorothea Merkel", "Angela Merkel"),
        ("Angela Dorothea Merkel", "A. D. Merkel"),
        ("Pedro Sánchez Pérez-Castejón", "Pedro Sanchez"),
        ("Pedro Sánchez Pérez-Castejón", "Sánchez"),
        ("Xi Jinping", "Xi"),
        ("Viktor Orbán", "Orbán Viktor"),
        ("Bashar al-Assad", "Assad"),
        ("Bashar al-Assad", "al-Assad"),
        ("Bashar al-Assad", "Al-Assad"),
        ("Mohammed bin Salman", "bin Salman"),
        ("Mark van Bommel", "Van Bommel"),
        ("Ursula von der Leyen", "Von der Leyen"),
        ("Kim Jong-un", "Kim Jong Un"),
        ("Robert F. Kennedy Jr.", "Kennedy"),
        ("Sinéad O'Connor", "O’Connor"),
        ("Recep Tayyip Erdoğan", "Erdogan"),
        ("Elizabeth II", "Elizabeth"),
        ("John Mooney", "J F Mooney"),
        ("King Harald V", "King Harald"),
        ("Pope Leo XIV", "Leo"),
        ("Joaquín El Zorro Larun", "El Zorro"),
        ("Pedro R. Pierluisi Urrutia", "Pedro Pierluisi"),
        ("Gerd Schröder", "Schroeder"),
        ("Jonas Gahr Støre", "Stoere"),
    ],
)
def test_people_are_linked_to_their_fullest_name(full: str, short: str) -> None:
    assert names(f"[{full}|p1] spoke. Later [{short}|p1] left.") == [full, full]
    assert len(set(names(f"[{short}|p1] spoke; that is, [{full}|p1] did."))) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bill Clinton", "Hillary Clinton"),
        ("Bill Clinton", "Clintons"),
        ("Bill Clinton", "the Clintons"),
        ("George W. Bush", "George H. W. Bush"),
        ("Donald Trump", "Donald Trump Jr."),
        ("John Paul II", "Paul VI"),
        ("Mohammed bin Salman", "Salman"),
        ("Tipper Gore", "Al Gore"),
        ("Maria Rossi", "Mario Rossi"),
        ("Elizabeth II", "Elizabeth I"),
        ("R S Mahanama", "R Smith"),
        ("Harry Styles", "Prince Harry"),
        ("Aung San Suu Kyi", "Aung San"),
        ("King Carl XVI", "King Carl XV"),
        ("Prince George", "King George VI"),
        ("Secretary of State", "President of the Republic"),
    ],
)
def test_who_is_somebody_else_stays_somebody_else(one: str, other: str) -> None:
    found = names(f"[{one}|p1] met [{other}|p2].")
    assert found[0] == one
    assert found[0] != found[1]


def test_a_family_name_that_two_share_is_neither_of_them() -> None:
    assert names(
        "[Clinton|p3] won. [Bill Clinton|p1] and [Hillary Clinton|p2] danced. [Clinton|p3] sang."
    ) == [
        "Clinton",
        "Bill Clinton",
        "Hillary Clinton",
        "Clinton",
    ]


def test_a_family_name_means_the_first_until_the_second_appears() -> None:
    text = "[Bill Clinton|p1] came. [Clinton|p1] sang. [Hillary Clinton|p2] danced. [Clinton|p3] left."
    assert names(text) == ["Bill Clinton", "Bill Clinton", "Hillary Clinton", "Clinton"]


def test_before_the_first_is_named_in_full_it_is_neither_unless_a_headline_names_him() -> None:
    text = "[Clinton|p3] won. [Bill Clinton|p1]. [Clinton|p1] sang. [Hillary Clinton|p2]. [Clinton|p3]."
    assert names(text) == ["Clinton", "Bill Clinton", "Bill Clinton", "Hillary Clinton", "Clinton"]
    assert names(text.replace("[Clinton|p3] won", "[CLINTON|p3] WON"))[:3] == [
        "Clinton",
        *["Bill Clinton"] * 2,
    ]


def test_a_family_name_is_whose_it_is_so_far_though_not_his_last() -> None:
    text = "[Enrique Peña Nieto|p1] left. [Peña|p1] golfs. [Santiago Peña|p2] rules. [Peña|p3] speaks."
    assert names(text) == ["Enrique Peña Nieto", "Enrique Peña Nieto", "Santiago Peña", "Peña"]


def test_a_son_has_his_fathers_name_in_his_own() -> None:
    for text in (
        "[Eknath Shinde|p1] left. His son [Shrikant Eknath Shinde|p2] stays.",
        "[Shrikant Eknath Shinde|p1] stays. His father, [Eknath Shinde|p2], left.",
        "[Eknath Shinde|p1] and [Shrikant Eknath Shinde|p2], his eldest son, left.",
    ):
        assert len(set(names(text))) == 2
    text = "[Priya Shinde Rao|p1] left. His sister [Priya Shinde|p1] stays."
    assert len(set(names(text))) == 1
    assert len(set(names("His person [Eknath Shinde|p1] left. [Shrikant Eknath Shinde|p1] stays."))) == 1


def test_a_ruler_without_number_is_the_only_one() -> None:
    text = "[Pope Leo XIII|p1] and [Pope Leo XIV|p2] are two. [Pope Leo|p3] and [Leo|p3] are neither."
    assert len(set(names(text)[:3])) == 3
    text = "[Pope Leo XIV|p1] spoke. [Pope Leo|p1] left. [Leo|p1] slept."
    assert set(names(text)) == {"Pope Leo XIV"}


def test_an_initial_is_of_neither_of_two() -> None:
    for order in (
        "J. Smith|John Smith|Jane Smith",
        "John Smith|J. Smith|Jane Smith",
        "Jane Smith|John Smith|J. Smith",
    ):
        assert len(set(names(" ".join(f"[{name}|p1] spoke." for name in order.split("|"))))) == 3


def test_a_pair_of_families_is_neither_and_takes_nobody_his_name() -> None:
    text = "[Sona Kivi|p1] and [Hek Larun|p2] met. The [Kivi-Larun|p3] plan fell. [Kivi|p1], [Larun|p2]."
    assert names(text) == ["Sona Kivi", "Hek Larun", "Kivi-Larun", "Sona Kivi", "Hek Larun"]
    assert len(set(names("[Andra Kivi-Larun|p1] spoke. [Kivi-Larun|p1] left."))) == 1


def test_a_family_name_with_a_hyphen_is_one() -> None:
    text = "[Ada Kivi-Larun|p1] left. [Kivi-Larun|p1] wept. [Ida Kivi-Larun|p2] met her. [Kivi-Larun|p3]."
    assert names(text) == ["Ada Kivi-Larun", "Ada Kivi-Larun", "Ida Kivi-Larun", "Kivi-Larun"]
    text = "[Ada Kivi-Larun|p1] left. [Kivi-Larun|p1] wept. [Ada Larun|p2] met her."
    assert names(text) == ["Ada Kivi-Larun", "Ada Kivi-Larun", "Ada Larun"]


def test_of_two_forms_the_one_with_its_accents_is_shown() -> None:
    assert names("[Jarka Lysko|p1] spoke. [Jarka Łyśko|p1] left. [Jarka Lysko|p1].")[0] == "Jarka Lysko"
    assert names("[Jarka Lysko|p1] spoke. [Jarka Łyśko|p1] left.")[0] == "Jarka Łyśko"
