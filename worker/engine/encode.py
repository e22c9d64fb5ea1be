"""Token vectors in context: the convolutions, over blocks of rows small enough to stay in the cache."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from worker.engine.arrays import Floats, Ids
from worker.engine.lexicon import Lexicon
from worker.engine.network import Convolution

# Two buffers of so many rows fit into a second-level cache of 1 MB; measured flat from 256 to 1,024.
BLOCK_ROWS: Final = 512
_EPSILON: Final = np.float32(1e-8)  # thinc's


@dataclass(frozen=True, slots=True)
class _Layer:
    """A convolution that needs fewer passes over the rows: its bias is the last row of the weights."""

    window: int
    pieces: int
    weights: Floats
    gain: Floats


class Encoder:
    """Runs the convolutions. Not for two threads at once: its buffers are its own."""

    def __init__(self, convolutions: tuple[Convolution, ...], *, block_rows: int = BLOCK_ROWS) -> None:
        first = convolutions[0]
        self._layers, self._shift = _folded(convolutions)
        self._halo = sum(layer.window for layer in convolutions)
        self._block_rows = block_rows
        rows = block_rows + 2 * self._halo
        # A one behind each window takes up the bias.
        self._windows = {
            layer.window: np.ones((rows, layer.weights.shape[0]), np.float32) for layer in self._layers
        }
        self._products = np.empty(rows * max(layer.weights.shape[1] for layer in convolutions), np.float32)
        self._gathered = np.empty(rows * first.weights.shape[1], np.float32)
        self._vectors = np.empty((2, rows, first.width), np.float32)
        self._ones = np.full(first.width, 1 / first.width, np.float32)

    def encode(self, ids: Ids, lexicon: Lexicon, use: Callable[[int, Floats], None]) -> None:
        """Hands `use(first row, vectors)` the vectors of rows of types, all but the outermost padding's.

        Between documents and at both ends there are as many rows of type 0 as the layers look far.
        """
        rows = len(ids) - 2 * self._halo
        blocks = max(1, -(-rows // self._block_rows))
        size = -(-rows // blocks)
        for start in range(0, rows, size):
            stop = min(start + size, rows)
            use(start + self._halo, self._block(ids[start : stop + 2 * self._halo], lexicon))

    def _block(self, ids: Ids, lexicon: Lexicon) -> Floats:
        """Each layer takes its window off both ends, until the rows are left that see all they should."""
        layer, *others = self._layers
        here, there = self._vectors
        count = len(ids) - 2 * layer.window
        vectors = self._first(ids, lexicon, here[:count])
        for layer in others:
            count -= 2 * layer.window
            vectors = self._convolve(layer, vectors, there[:count])
            here, there = there, here
        return np.add(vectors, self._shift, out=vectors)

    def _first(self, ids: Ids, lexicon: Lexicon, out: Floats) -> Floats:
        """The first layer's products belong to the types alone: they are looked up and added."""
        layer, count = self._layers[0], len(out)
        shape = (count, layer.weights.shape[1])
        products = self._products[: shape[0] * shape[1]].reshape(shape)
        gathered = self._gathered[: shape[0] * shape[1]].reshape(shape)
        for place, table in enumerate(lexicon.products):
            into = gathered if place else products
            np.take(table, ids[place : place + count], axis=0, out=into, mode="clip")
            if place:
                np.add(products, gathered, out=products)
        residual = gathered.reshape(-1)[: out.size].reshape(out.shape)
        np.take(lexicon.vectors, ids[layer.window : layer.window + count], axis=0, out=residual, mode="clip")
        return self._activate(layer, products, residual, out)

    def _convolve(self, layer: _Layer, vectors: Floats, out: Floats) -> Floats:
        count, width = out.shape
        windows = self._windows[layer.window][:count]
        for place in range(2 * layer.window + 1):
            windows[:, place * width : (place + 1) * width] = vectors[place : place + count]
        products = self._products[: count * layer.weights.shape[1]].reshape(count, -1)
        np.matmul(windows, layer.weights, out=products)
        return self._activate(layer, products, vectors[layer.window : layer.window + count], out)

    def _activate(self, layer: _Layer, products: Floats, residual: Floats, out: Floats) -> Floats:
        """The largest piece, normalised, and what went into the layer."""
        maxout(products, layer.pieces, out)
        mean = np.matmul(out, self._ones)
        np.subtract(out, mean[:, None], out=out)
        spread = np.vecdot(out, out, out=mean)
        spread *= self._ones[0]
        spread += _EPSILON
        np.sqrt(spread, out=spread)
        np.divide(np.float32(1), spread, out=spread)
        np.multiply(out, spread[:, None], out=out)
        np.multiply(out, layer.gain, out=out)
        return np.add(out, residual, out=out)


def _folded(convolutions: Sequence[Convolution]) -> tuple[tuple[_Layer, ...], Floats]:
    """The layers without their shifts, and what is left to add at the end.

    What a layer adds to every vector goes past the layers behind it by their residuals, and into these as a
    constant, that is as a part of the bias.
    """
    layers, shift = [], np.zeros(convolutions[0].width)
    for one in convolutions:
        bias = one.bias + np.tile(shift, 2 * one.window + 1) @ one.weights.astype(np.float64)
        weights = np.vstack((one.weights, bias), dtype=np.float32, casting="same_kind")
        layers.append(_Layer(one.window, one.pieces, weights, one.gain))
        shift = shift + one.shift
    return tuple(layers), shift.astype(np.float32)


def maxout(products: Floats, pieces: int, out: Floats | None = None) -> Floats:
    """The largest of the pieces, which lie one after the other."""
    width = products.shape[1] // pieces
    if pieces == 1 and out is None:
        return products
    best = np.maximum(products[:, :width], products[:, (pieces > 1) * width :][:, :width], out=out)
    for piece in range(2, pieces):
        np.maximum(best, products[:, piece * width : (piece + 1) * width], out=best)
    return best
