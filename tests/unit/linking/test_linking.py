"""What every linked mention says."""

from contract.entities import name_of
from tests.unit.linking.samples import marked
from worker.linking import VERSION, link


def test_a_mention_stays_as_it_was_found_and_says_what_it_counts_for() -> None:
    article = marked("[Merkel|p1] is [Angela Merkel|p1].")
    found = link(article.text, article.mentions)
    assert [(one.text, one.label, one.start, one.end) for one in found] == [
        ("Merkel", "PERSON", 0, 6),
        ("Angela Merkel", "PERSON", 10, 23),
    ]
    assert {one.entity_id for one in found} == {name_of("Angela Merkel", "PERSON").id}
    assert {one.canonical for one in found} == {"Angela Merkel"}
    assert {one.found_as for one in found} == {None}
    assert VERSION >= 1
