"""What an article's mentions agree on: one rule at a time."""

from contract.entities import Entity
from tests.unit.linking.reading import labels, names
from tests.unit.linking.samples import marked
from worker.linking import link


def test_demonyms_stay_what_they_are() -> None:
    assert names("[Germany|g1] and the [Germans|n2] like [German|n3] bread.") == [
        "Germany",
        "Germans",
        "German",
    ]
    text = "[French|g1] [French|n2]. [French|g1]. [French|g1]. [French|g1]."
    assert labels(text)[1] == "NORP"
    assert labels("[Ada Zolnik|p1]. [Zolnik|p1]. [Zolnik|p1]. [Zolnik|n2].") == ["PERSON"] * 4


def test_all_names_of_a_country_vote_together_but_its_airline_flies() -> None:
    assert labels("The [UK|g1]. The [U.K.|o1]. The [United Kingdom|g1]. [Britain|g1].") == ["GPE"] * 4
    assert labels("The [EU|g1]. " + "The [European Union|o1]. " * 3) == ["ORG"] * 4
    assert labels("The [DPRK|o1] and [GUAM|o2].") == ["GPE", "ORG"]
    assert labels("[Emirates|o2]. " + "The [UAE|g1]. " * 3)[0] == "ORG"


def test_a_river_is_no_country() -> None:
    assert labels("The [Niger|l1] is long. The [Niger River|l1] is wide.") == ["LOC", "LOC"]
    assert labels("[Niger|l1] votes.") == ["GPE"]


def test_who_is_called_like_a_place_or_company_takes_it_no_name() -> None:
    text = "[Ada Washington|p1]. [Washington|p1] flew to [Washington|g2]."
    assert labels(text) == ["PERSON", "PERSON", "GPE"]
    text = "[Ida Berlin|p1]. [Berlin|p1] sang in [Berlin|g2], [Berlin|g2], [Berlin|g2]."
    assert labels(text)[1] == "PERSON"
    text = "[Ada Kestrel|p1] met [Kestrel Robotics|o2]. [Kestrel|p1], [Kestrel|o2] and [Kestrel|p1]."
    assert labels(text)[2:] == ["PERSON", "ORG", "PERSON"]


def test_lopsided_evidence_changes_the_label_and_says_so() -> None:
    article = marked("[Haneul|o1] rose. [Haneul|o1] fell. [Haneul|p2] left. [Haneul|o1] stayed.")
    found = link(article.text, article.mentions)
    assert [one.label for one in found] == ["ORG"] * 4
    assert [one.found_as for one in found] == [None, None, "PERSON", None]
    assert len({one.entity_id for one in found}) == 1


def test_a_full_name_is_evidence_for_the_family_name() -> None:
    text = "[Angela Merkel|p1]. [Merkel|o1] spoke. [Merkel|p1] left. [Angela Merkel|p1] too."
    assert labels(text) == ["PERSON"] * 4


def test_a_family_name_needs_less_evidence_where_somebody_is_named_in_full() -> None:
    text = "[Marek Zolnik|p1] came. [Zolnik|g2] spoke. [Zolnik|p1] left."
    assert labels(text) == ["PERSON"] * 3
    assert labels("[Marek Zolnik|p1]. [Marek Zolnik|p1]. [Zolnik|o2].")[2] == "ORG"
    assert labels("[Marek Zolnik|p1]. " * 3 + "[Zolnik|o2].")[3] == "PERSON"
    assert labels("[Ada Chad|p1]. [Ada Chad|p1]. [Chad|g2].") == ["PERSON", "PERSON", "GPE"]


def test_the_kinds_of_places_always_agree_on_the_commonest_or_the_first() -> None:
    assert labels("[Gran Kestra|g1]. [Gran Kestra|l1]. [Gran Kestra|l1].") == ["LOC"] * 3
    assert labels("[Gran Kestra|l1]. [Gran Kestra|g1].") == ["LOC"] * 2
    assert labels("[Kenya|l1]. [Kenya|g1]. [Kenya|l1].") == ["GPE"] * 3
    assert labels("[us|f1]. [US|g1].")[1] == "GPE"


def test_where_the_evidence_is_not_lopsided_both_labels_stay() -> None:
    assert labels("[Paris|g1]. [Paris|g1]. [Paris|p2].") == ["GPE", "GPE", "PERSON"]
    assert labels("[Henry Ford|p1] built [Ford|o2].") == ["PERSON", "ORG"]


def test_a_month_has_no_vote() -> None:
    found = [Entity("May", "DATE", 4 * place, 4 * place + 3) for place in range(4)]
    found.append(Entity("May", "PERSON", 16, 19))
    assert [one.label for one in link("May " * 5, found)] == ["DATE"] * 4 + ["PERSON"]
