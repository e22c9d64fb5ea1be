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


def test_of_two_forms_the_one_with_its_accents_is_shown() -> None:
    assert names("[Jarka Lysko|p1] spoke. [Jarka Łyśko|p1] left. [Jarka Lysko|p1].")[0] == "Jarka Lysko"
    assert names("[Jarka Lysko|p1] spoke. [Jarka Łyśko|p1] left.")[0] == "Jarka Łyśko"
