"""What the engine cannot stand in for is recognised, and said."""

from typing import Any

import pytest
import spacy
from spacy.language import Language
from spacy.util import registry
from thinc.api import Maxout, chain, expand_window, residual, with_array

from tests.unit.engine.answers import differing
from tests.unit.engine.corpora import texts_at_hand
from tests.unit.engine.pipelines import SHAPES, Shape, random_pipeline, trained
from worker.engine import Unsupported, prepare
from worker.engine.moves import read_moves


def _refusal(nlp: Language) -> str:
    with pytest.raises(Unsupported) as refused:
        prepare(nlp)
    return str(refused.value)


def test_a_pipeline_with_more_components_is_refused() -> None:
    nlp = trained()
    nlp.add_pipe("sentencizer", first=True)
    assert "its components are spacy.pipeline.sentencizer.Sentencizer, spacy.pipeline.ner" in _refusal(nlp)
    nlp.disable_pipe("sentencizer")
    prepare(nlp)


def test_a_beam_is_refused() -> None:
    nlp = random_pipeline(SHAPES["sm"], seed=1)
    nlp.get_pipe("ner").cfg["beam_width"] = 4  # type: ignore[attr-defined]
    assert _refusal(nlp) == "it searches with a beam"


def test_another_tokenizer_is_refused() -> None:
    nlp = trained()
    words = nlp.tokenizer
    nlp.tokenizer = lambda text: words(text)
    assert "its tokenizer is" in _refusal(nlp)


def test_another_encoder_is_refused() -> None:
    nlp = spacy.blank("en")
    config: dict[str, Any] = {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.CharacterEmbed.v2",
            "width": 96, "rows": 1000, "nM": 16, "nC": 4, "include_static_vectors": False,
        },
        "encode": {"@architectures": "spacy.MishWindowEncoder.v2", "width": 96, "window_size": 1, "depth": 2},
    }  # fmt: skip
    ner: Any = nlp.add_pipe("ner", config={"model": {"tok2vec": config}})
    ner.add_label("PERSON")
    nlp.initialize()
    assert "its encoder is" in _refusal(nlp)


def _unlike_layers(width: int) -> Any:
    layers = [
        residual(
            chain(
                expand_window(window_size=1),
                Maxout(nO=width, nI=3 * width, nP=pieces, dropout=0.0, normalize=True),
            )
        )
        for pieces in (2, 3)
    ]
    model: Any = chain(*layers)
    model.set_dim("nO", width)
    model.attrs["receptive_field"] = len(layers)
    return with_array(model, pad=len(layers))


def test_layers_that_are_not_alike_are_refused() -> None:
    registry.architectures("namewire.tests.UnlikeLayers.v1", func=_unlike_layers)
    nlp = random_pipeline(SHAPES["sm"], seed=1)
    config = nlp.get_pipe_config("ner")["model"]
    config["tok2vec"]["encode"] = {"@architectures": "namewire.tests.UnlikeLayers.v1", "width": 96}
    other = spacy.blank("en")
    ner: Any = other.add_pipe("ner", config={"model": config})
    ner.add_label("PERSON")
    other.initialize()
    assert _refusal(other) == "the layers of its encoder are not alike"


def test_a_listener_without_its_vectors_is_refused() -> None:
    nlp = random_pipeline(SHAPES["listening"], seed=1)
    nlp.disable_pipe("tok2vec")
    assert "is not in the pipeline" in _refusal(nlp)


def test_weights_that_are_no_numbers_are_refused() -> None:
    nlp = random_pipeline(SHAPES["sm"], seed=1)
    nlp.get_pipe("ner").model.layers[2].get_param("b")[0] = float("nan")  # type: ignore[attr-defined]
    assert "finite" in _refusal(nlp)


def test_weights_that_compute_something_else_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last guard: answers are compared before the engine is believed."""
    nlp = trained()
    monkeypatch.setattr("worker.engine.encode._EPSILON", 1.0)
    assert _refusal(nlp) == "its token vectors are computed in another way"


def test_odd_moves_are_refused() -> None:
    with pytest.raises(ValueError, match="not the B, I, L, U"):
        read_moves(["B-ORG", "I-ORG", "U-ORG", "O"], unseen=frozenset())
    with pytest.raises(ValueError, match="never saw a token outside"):
        read_moves(["B-ORG", "I-ORG", "L-ORG", "U-ORG", "O"], unseen=frozenset({4}))


def test_labels_with_dashes_are_labels() -> None:
    moves = read_moves(["O", "U-A-B", "L-A-B", "B-A-B", "I-A-B", "U-"], unseen=frozenset())
    assert moves.labels == ("A-B",)
    assert moves.closed.tolist() == [0, 1, 3]
    assert moves.last_wins.tolist() == [True]


@pytest.mark.parametrize("move", "BILU")
def test_classes_that_training_never_saw_come_last(move: str) -> None:
    nlp = random_pipeline(Shape(labels=("PERSON", "ORG", "GPE")), seed=2)
    ner: Any = nlp.get_pipe("ner")
    names = [ner.moves.get_class_name(index) for index in range(ner.moves.n_moves)]
    ner.model.attrs["unseen_classes"] = {names.index(f"{move}-PERSON"), names.index("U-")}
    assert differing(nlp, prepare(nlp), texts_at_hand(4)) == []


def test_weights_that_decide_nothing_take_the_first_move() -> None:
    """All scores the same: a pipeline that was never trained."""
    nlp = spacy.blank("en")
    ner: Any = nlp.add_pipe("ner")
    for label in ("PERSON", "ORG"):
        ner.add_label(label)
    nlp.initialize()
    assert differing(nlp, prepare(nlp), texts_at_hand(2)) == []
