"""The engine finds what `nlp.pipe` finds: the same spans, the same labels, on every text."""

import pytest
from spacy.language import Language

from tests.unit.engine.answers import differing
from tests.unit.engine.corpora import all_articles, corpus_texts, texts_at_hand
from tests.unit.engine.pipelines import SHAPES, random_pipeline
from worker.engine import Extractor, prepare

# Sums in another order differ in the last digits, which decides only where two moves score the same.
_TIES_IN = 10_000
_SLOW_TO_MAKE = {"French"}


def test_the_embedded_pipeline_is_matched_on_articles(nlp: Language, engine: Extractor) -> None:
    assert differing(nlp, engine, texts_at_hand(25)) == []


def test_articles_are_the_same_alone_and_among_others(engine: Extractor) -> None:
    texts = texts_at_hand(12)
    assert engine.find(texts) == [engine.find([text])[0] for text in texts]


@pytest.mark.parametrize("shape", [name for name in SHAPES if name not in _SLOW_TO_MAKE])
def test_random_weights_of_every_shape_are_matched(shape: str) -> None:
    """They make names of nearly every token, of all lengths, which no trained pipeline does."""
    nlp = random_pipeline(SHAPES[shape], seed=7)
    assert differing(nlp, prepare(nlp), texts_at_hand(2)) == []


@pytest.mark.slow
@pytest.mark.longest
@pytest.mark.timeout(1800)
def test_the_embedded_pipeline_is_matched_on_every_article(nlp: Language, engine: Extractor) -> None:
    texts = all_articles()
    assert len(differing(nlp, engine, texts)) <= len(texts) / _TIES_IN


@pytest.mark.slow
@pytest.mark.longest
@pytest.mark.timeout(1800)
def test_the_embedded_pipeline_is_matched_on_every_corpus(nlp: Language, engine: Extractor) -> None:
    texts = corpus_texts()
    assert len(differing(nlp, engine, texts)) <= len(texts) / _TIES_IN


@pytest.mark.slow
@pytest.mark.longest
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("shape", SHAPES)
def test_random_weights_are_matched_on_many_articles(shape: str) -> None:
    """A random pipeline decides a hundred times as often as a trained one, and so meets ties more often."""
    texts = all_articles()[:60]
    different = 0
    for seed in (1, 2):
        nlp = random_pipeline(SHAPES[shape], seed=seed, out=2.0 * seed)
        different += len(differing(nlp, prepare(nlp), texts))
    assert different <= 1
