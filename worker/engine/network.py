"""The network of an entity recognizer as the engine computes it: weights laid out for matrix products."""

from dataclasses import dataclass
from typing import Any

from worker.engine.arrays import Floats
from worker.engine.moves import Moves


@dataclass(frozen=True, slots=True)
class Convolution:
    """One layer of the encoder: window, maxout, layer norm, residual. Pieces lie one after the other."""

    window: int
    pieces: int
    width: int
    weights: Floats  # (2 * window + 1) * width inputs, pieces * width outputs
    bias: Floats
    gain: Floats
    shift: Floats


@dataclass(frozen=True, slots=True)
class Scorer:
    """The state's hidden layer and the scores of the moves, as affine maps of token vectors."""

    pieces: int
    features: Floats  # (feature, width, pieces * hidden)
    offsets: Floats  # (feature, pieces * hidden): what a feature adds beside
    padding: Floats  # (feature, pieces * hidden): what it adds where there is no token
    bias: Floats
    upper: Floats | None  # (hidden, moves); None where the hidden layer is the scores
    upper_bias: Floats


@dataclass(frozen=True, slots=True)
class Network:
    """All that decides about entities, once a text is tokens."""

    columns: tuple[str, ...]  # the attributes of a token that the embedding looks at
    vector_key: int | None  # the attribute that word vectors are looked up by
    embed: Any  # spaCy's own layer, from tokens to vectors without their neighbours
    tok2vec: Any  # spaCy's own vectors with their neighbours, to check the engine's by
    convolutions: tuple[Convolution, ...]
    scorer: Scorer
    moves: Moves

    @property
    def products(self) -> list[tuple[int, int]]:
        """Inputs and outputs of the matrix products for every token; the first layer's belong to types."""
        hidden = self.scorer.features.shape[1:]
        upper = [] if self.scorer.upper is None else [self.scorer.upper.shape]
        shapes = [*(layer.weights.shape for layer in self.convolutions[1:]), hidden, *upper]
        return [(int(inputs), int(outputs)) for inputs, outputs in shapes]

    @property
    def padding(self) -> int:
        """Rows between documents, enough that none sees another."""
        return sum(layer.window for layer in self.convolutions)
