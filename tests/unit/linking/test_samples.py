"""Fifty articles from many countries, against clusters made by hand."""

from collections.abc import Sequence

import pytest

from contract.entities import Entity
from tests.unit.linking.samples import sample_articles
from tests.unit.linking.scores import Score, score
from worker.linking import link

ARTICLES = sample_articles()


def entity_ids(text: str, mentions: Sequence[Entity]) -> list[str | None]:
    return [mention.entity_id for mention in link(text, mentions)]


def test_the_samples_are_fifty_and_slice_to_their_mentions() -> None:
    assert len(ARTICLES) == len({article.doc_id for article in ARTICLES}) == 50
    assert sum(len(article.mentions) for article in ARTICLES) >= 400
    for article in ARTICLES:
        assert all(article.text[one.start : one.end] == one.text for one in article.mentions)


@pytest.mark.parametrize(
    ("labels", "precision", "recall"),
    [
        ({"PERSON", "ORG", "GPE", "LOC"}, 0.99, 0.97),
        ({"PERSON"}, 0.99, 0.98),
        ({"ORG"}, 0.99, 0.93),
        ({"GPE", "LOC"}, 0.99, 0.98),
    ],
)
def test_linking_does_not_fall_below_what_it_has_reached(
    labels: set[str], precision: float, recall: float
) -> None:
    for found in score(ARTICLES, entity_ids, frozenset(labels)):
        assert found.precision >= precision
        assert found.recall >= recall


def test_scores_are_right_where_they_can_be_counted_by_hand() -> None:
    """Four mentions of one thing, taken for three and one; and one of another."""
    article = ARTICLES[0].__class__(
        "a", "", [Entity("A", "ORG", place, place + 1) for place in range(5)], [1, 1, 1, 1, 2]
    )
    pairwise, cubed = score([article], lambda text, mentions: "xxxyy", frozenset({"ORG"}))
    assert pairwise == Score(3 / 4, 3 / 6)
    assert cubed == Score((3 * 1 + 2 * 0.5) / 5, (3 * 0.75 + 0.25 + 1) / 5)
