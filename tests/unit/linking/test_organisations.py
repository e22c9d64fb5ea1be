"""Organisations: one rule at a time."""

import pytest

from tests.unit.linking.reading import names


@pytest.mark.parametrize(
    ("full", "short"),
    [
        ("World Health Organization", "WHO"),
        ("World Health Organization", "W.H.O."),
        ("Bank of England", "BoE"),
        ("Kestrel & Vane Ltd.", "Kestrel and Vane"),
        ("Kestrel & Vane", "Kestrel"),
        ("Goldman Sachs Group", "Goldman Sachs"),
        ("European Commission", "Commission"),
        ("Ministry of Defence", "Ministry"),
        ("Iowa Telecommunications Services, Inc.", "Iowa Telecom"),
        ("United States Supreme Court", "Supreme Court"),
        ("University of Oslo", "Oslo"),
        ("Haneul Robotics", "Haneul"),
        ("Ugandan High Court", "High Court"),
        ("European Court of Justice", "Court of Justice"),
        ("United States Central Intelligence Agency", "CIA"),
        ("Group of Seven", "G-7"),
        ("Puri Times", "Times"),
        ("Kestrel Party", "Kestrels"),
        ("Porto Vell Herons", "Herons"),
        ("Al-Qaeda", "al-Qa’ida"),
        ("Republican Guards", "Republican Guard"),
        ("KVN Group", "KVN"),
        ("Ministry of Health", "Health Ministry"),
        ("SC Freiburg", "Freiburg"),
        ("Goldman Sachs", "Goldman"),
        ("University of Oslo", "Oslo University"),
        ("Ministry of Foreign Affairs", "Foreign Ministry"),
        ("Defence Organisation", "Defense Organization"),
        ("Saudi Kestrel", "Kestrel"),
        ("Toyota Motor", "Toyota"),
        ("Kenya's Intelligence Service", "Intelligence Service"),
        ("Inter-Vellan Development Bank", "IDB"),
        ("Fédération Internationale de l'Automobile", "FIA"),
    ],
)
def test_organisations_are_linked_to_their_full_name(full: str, short: str) -> None:
    found = names(f"The [{full}|o1] met. The [{short}|o1] said so.")
    assert found[0] == found[1]
    assert full.startswith(str(found[0]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sony", "Sony Pictures"),  # a short form comes after the full one
        ("BBC", "BBC News"),
        ("University of Oslo", "University of Bergen"),
        ("Catholic", "Catholic Church"),
        ("Florida Supreme Court", "Supreme Court"),
        ("Christian Workers' Party", "Workers' Party"),
        ("Indian Premier League", "Premier League"),
        ("Bank", "Bank of Japan"),
        ("United Nations", "U.N. Security Council"),
        ("African Union", "U.N.-African Union"),
        ("White House", "House"),
        ("Navy SEALs", "Navy"),
        ("Times", "Time"),
        ("Library of Records", "Records"),
        ("Freedom House", "House"),
        ("Senate Committee on Records", "Senate"),
        ("Northern Illinois", "Illinois"),
        ("Athletics", "Athletic"),
        ("Kenya Airways", "Kenya"),
        ("Georgia Supreme Court", "Supreme Court"),
        ("USA Today", "Today"),
        ("UN Group", "UN"),
        ("Department of Health and Welfare", "Department of Health"),
        ("Sony Pictures", "Sony"),
        ("University of Oslo", "Bergen"),
        ("University of York", "York University"),
        ("AC/DC", "DC"),
        ("Orange Belgium", "Orange"),
        ("Kestrel Liv", "Kestrel ASA"),
        ("University of Utrecht", "FC Utrecht"),
        ("Kestrel Cloud", "Kestrel"),
        ("Kestrel City Council", "Kestrel City"),
        ("Gazprom Neft", "Gazprom"),
        ("Vell Movement in the West", "Vell Movement"),
        ("Kestrel State", "Kestrel"),
    ],
)
def test_organisations_that_are_not_the_same(one: str, other: str) -> None:
    assert len(set(names(f"The [{one}|o1] met the [{other}|o2]."))) == 2


@pytest.mark.parametrize(
    "forms",
    [
        ["Security Council", "U.N. Security Council", "United Nations Security Council"],
        ["US Department of Justice", "U.S. Department of Justice", "Department of Justice"],
        ["Congress", "U.S. Congress"],
        ["Navy", "U.S. Navy"],
        ["House", "U.S. House", "United States House of Representatives", "House of Representatives"],
        ["State Department", "United States Department of State", "Department of State"],
        ["House Judiciary Committee", "Judiciary Committee"],
        ["Parliament of the United Kingdom", "UK Parliament"],
    ],
)
def test_a_countrys_organisation_is_the_same_with_and_without_it_in_any_order(forms: list[str]) -> None:
    for some in (forms, forms[::-1]):
        assert len(set(names(" ".join(f"The [{form}|o1] met." for form in some)))) == 1
    two = [*forms, *(f"{land} {forms[0]}" for land in ("Kenya", "Ghana"))]
    if "of" not in forms[0]:
        assert len(set(names(" ".join(f"The [{form}|o1] met." for form in two)))) > 1


def test_before_the_only_countrys_it_is_another_countrys() -> None:
    text = "The [{}|o1] spoke. The [{}|o2] did not."
    for bare, full in (
        ("Defence Ministry", "Ukrainian Defence Ministry"),
        ("Supreme Court", "Supreme Court of Vell, Canada"),
        ("Central Bank", "Central Bank of Sudan"),
        ("Foreign Ministry", "Philippine Foreign Ministry"),
    ):
        assert len(set(names(text.format(bare, full)))) == 2
    for full in ("Puerto Rico Supreme Court", "Supreme Court of Puerto Rico", "Kenya's Supreme Court"):
        assert len(set(names(text.format(full, "Supreme Court")))) == 1


def test_what_a_country_is_said_to_own_is_no_other_countrys() -> None:
    text = "The [{}|o1] spoke. [{}|g1]'s [{}|o2] did not."
    for full, land, bare in (
        ("Ukrainian Defence Ministry", "Russia", "Defence Ministry"),
        ("U.S. Senate", "France", "Senate"),
        ("Supreme Court of Guinea", "Papua New Guinea", "Supreme Court"),
    ):
        assert len(set(names(text.format(full, land, bare))[::2])) == 2
    assert len(set(names(text.format("Russian Defence Ministry", "Russia", "Defence Ministry"))[::2])) == 1
    assert len(set(names(text.format("U.S. Senate", "United States", "Senate"))[::2])) == 1


def test_a_country_is_the_same_by_its_name_and_its_adjective() -> None:
    for one, other in (
        ("Russian Defence Ministry", "Ministry of Defence of Russia"),
        ("Poland's Supreme Court", "Polish Supreme Court"),
        ("Dutch Supreme Court", "Supreme Court of the Netherlands"),
    ):
        assert len(set(names(f"The [{one}|o1] spoke to the [Kenyan Army|o2]. The [{other}|o1].")[::2])) == 1
    text = "[Niger's High Court|o1], the [Nigerian High Court|o2] and the [High Court of Nigeria|o2]."
    assert len(set(names(text))) == 2


def test_a_company_that_is_named_with_its_legal_form_is_not_short_for_another() -> None:
    text = "[Siemens Energy|o1] fell. [Siemens AG|o2] owns part of it. [Siemens|o2] rose."
    assert names(text) == ["Siemens Energy", "Siemens", "Siemens"]


def test_of_two_with_the_same_letters_only_the_one_is_meant_that_introduced_them() -> None:
    text = "The [Vellan Development Bank|o1] ([VDB|o1]) and the [Vornish Development Bank|o2] lent. [VDB|o1]."
    assert names(text) == [
        "Vellan Development Bank",
        "Vellan Development Bank",
        "Vornish Development Bank",
        "Vellan Development Bank",
    ]


def test_a_headline_names_no_company_before_the_article_does() -> None:
    text = "[KESTREL|o1] FALLS. [Kestrel Robotics|o1] fell. [Kestrel|o1] rose."
    assert set(names(text)) == {"Kestrel Robotics"}
    text = "[Kestrel|o1] fell. [Kestrel Robotics|o2] fell. [Kestrel|o1] rose."
    assert names(text) == ["Kestrel", "Kestrel Robotics", "Kestrel"]


def test_an_acronym_that_was_introduced_means_nobody_else() -> None:
    text = "The [Palestinian Authority|o1] ([PA|o1]) met the [Press Association|o2]. The [PA|o1] left."
    assert names(text) == [
        "Palestinian Authority",
        "Palestinian Authority",
        "Press Association",
        "Palestinian Authority",
    ]


def test_a_court_that_may_be_a_states_is_no_countrys() -> None:
    text = "The [U.S. Supreme Court|o1] sat. The [Supreme Court|o2] there, the [Ohio Supreme Court|o2], did."
    assert names(text)[:2] == ["U.S. Supreme Court", "Supreme Court"]
    crowd = " ".join(f"The [Court{n} Supreme Court|o{n}] sat." for n in range(3, 20))
    assert (
        names(f"The [U.S. Supreme Court|o1] sat. {crowd} The [Supreme Court|o2] rose.")[-1] == "Supreme Court"
    )
    text = "The [U.S. Supreme Court|o1] and the [Supreme Court of India|o2] met. The [Supreme Court|o3] rose."
    assert names(text)[-1] == "Supreme Court"
    text = "The [U.S. Supreme Court|o1] and the [Supreme Court of Ohio|o2] met. The [Supreme Court|o3] rose."
    assert len(set(names(text))) == 3
    text = "The [White House|o1] spoke. The [U.S. House|o2] voted. The [House|o2] rose."
    assert names(text) == ["White House", "U.S. House", "U.S. House"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Kestrel Corporation", "Kestrel"),
        ("Kestrel Motor Company", "Kestrel Motor Company"),
        ("Kestrel Motor Co.", "Kestrel Motor"),
        ("Northern Broadcasting Corporation", "Northern Broadcasting Corporation"),
        ("News Corp.", "News Corp."),
        ("Kestrel & Co.", "Kestrel"),
        ("Kestrel and Company", "Kestrel and Company"),
        ("The Company", "The Company"),
        ("U.N.", "United Nations"),
        ("EU", "European Union"),
        ("McDonald's Corp.", "McDonald's"),
        ("Moody", "Moody's"),
    ],
)
def test_an_organisation_is_shown_by_a_name_that_it_has(text: str, shown: str) -> None:
    assert names(f"The [{text}|o1] met.") == [shown]


def test_an_acronym_of_two_is_of_neither() -> None:
    text = "The [National Turkey Federation|o1] and the [National Tennis Federation|o2] are the [NTF|o3]."
    assert names(text)[2] == "NTF"
