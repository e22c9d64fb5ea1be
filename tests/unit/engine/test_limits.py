"""Memory and work have limits, however new the words are and whatever the weights make of them."""

import random
import string
from typing import Any

import numpy as np
import pytest
from spacy.language import Language

from tests.unit.engine.answers import differing, stock
from tests.unit.engine.corpora import texts_at_hand
from tests.unit.engine.pipelines import SHAPES, random_pipeline
from worker.engine import Extractor, chunks, prepare


def _new_words(rng: random.Random, count: int) -> str:
    return " ".join("".join(rng.choices(string.ascii_letters, k=rng.randint(3, 9))) for _ in range(count))


def _small(nlp: Language, monkeypatch: pytest.MonkeyPatch, *, pieces: int, types: int) -> Extractor:
    monkeypatch.setattr(chunks, "KEPT_PIECES", pieces)
    engine = prepare(nlp)
    engine._chunks._kept = pieces
    engine._lexicon.kept = types
    return engine


def test_what_was_forgotten_is_learnt_again(nlp: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = _small(nlp, monkeypatch, pieces=300, types=250)
    texts = texts_at_hand(12)
    ours = [engine.find([text])[0] for text in texts]
    assert ours == stock(nlp, texts)
    assert engine.find(texts[:5]) == ours[:5]


def test_the_tables_stay_within_their_limits(nlp: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = _small(nlp, monkeypatch, pieces=2_000, types=1_500)
    rng = random.Random(1)
    for _ in range(20):
        engine.find([_new_words(rng, 500)])
        # One batch more than the limit, no further.
        assert len(engine._chunks) <= 2_500
        assert len(engine._lexicon) <= 2_001
        assert len(engine._lexicon.vectors) == len(engine._lexicon.space)


def test_what_is_used_is_kept(nlp: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = _small(nlp, monkeypatch, pieces=1_000, types=1_000)
    rng = random.Random(1)
    for _ in range(10):
        engine.find(["Angela Merkel met Boris Johnson.", _new_words(rng, 400)])
    assert {"Merkel ", "Boris "} <= engine._chunks._ids.keys()


def test_the_vocabulary_does_not_grow(nlp: Language, engine: Extractor) -> None:
    before = len(nlp.vocab.strings), len(list(nlp.vocab))
    engine.find([_new_words(random.Random(2), 500)])
    assert (len(nlp.vocab.strings), len(list(nlp.vocab))) == before


def test_numpy_is_left_as_it_was(engine: Extractor) -> None:
    before = np.getbufsize()
    engine.find(["Angela Merkel met Boris Johnson."])
    assert np.getbufsize() == before

    def stop(first: int, vectors: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine._encoder.encode(np.zeros(64, np.intp), engine._lexicon, stop)
    assert np.getbufsize() == before


def test_lexemes_of_others_are_whole(nlp: Language, engine: Extractor) -> None:
    engine.find(["Zyzzyvas saw 17:30 zyzzyvas."])
    lexeme = nlp.vocab["Zyzzyvas"]
    assert (lexeme.is_alpha, lexeme.is_title, lexeme.lower_) == (True, True, "zyzzyvas")
    with pytest.raises(UnicodeEncodeError):
        engine.find(["\ud800"])
    assert nlp.vocab["Xerxes"].is_title


@pytest.mark.parametrize("text", ["x" * 100_000, "A" * 50_000 + "-" * 50_000, "人" * 20_000, "a-" * 4_000])
def test_long_text_without_a_space_is_matched(nlp: Language, engine: Extractor, text: str) -> None:
    assert differing(nlp, engine, [text, "Angela Merkel", text[:1000]]) == []


@pytest.mark.parametrize("shape", ["sm", "six features", "one piece"])
def test_an_entity_that_never_ends_is_matched(shape: str) -> None:
    """Weights that always go on inside: every token could begin an entity as long as the text."""
    nlp = random_pipeline(SHAPES[shape], seed=3, out=-50.0)
    ner = nlp.get_pipe("ner")
    bias = ner.model.layers[2].get_param("b")  # type: ignore[attr-defined]
    for index in range(ner.moves.n_moves):  # type: ignore[attr-defined]
        name = ner.moves.get_class_name(index)  # type: ignore[attr-defined]
        bias[index] += {"B": 20.0, "I": 9.0}.get(name[0], 0.0)
    texts = [_new_words(random.Random(3), 3_000), *texts_at_hand(2)]
    assert differing(nlp, prepare(nlp), texts) == []


def test_a_text_of_too_many_new_words_is_left_to_spacy(
    nlp: Language, engine: Extractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.engine.lexicon._MOST_NEW", 300)
    text = f"Angela Merkel met Boris Johnson. {_new_words(random.Random(5), 400)}"
    assert differing(nlp, engine, [text, "Boris Johnson met Angela Merkel."]) == []
