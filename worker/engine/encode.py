"""Token vectors in context: the convolutions, over blocks of vectors small enough to stay in the cache."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from worker.engine.arrays import LINE, Floats, Ids, aligned
from worker.engine.lexicon import Lexicon
from worker.engine.network import Convolution

# What a block of the usual width needs fits into a second-level cache of 2 MB; 370 to 760 are as quick.
_BLOCK: Final = 512
_TURNED: Final = 64  # rows that are made columns at a time: twice as quick as all at once
# Where a vector is added to every row of a matrix, numpy copies both through buffers of so many numbers,
# unless the rows are as long. It takes multiples of 16.
_BUFFER: Final = 256
_EPSILON: Final = np.float32(1e-8)  # thinc's


@dataclass(frozen=True, slots=True)
class _Layer:
    """A convolution of columns; its inputs are the vectors around, the vector itself, a one for the bias."""

    pieces: int
    weights: Floats  # (pieces * width, (2 * window + 1) * width + 1)
    gain: Floats  # (width, 1)


class Encoder:
    """Runs convolutions that are all of one shape. Not for two threads at once: its buffers are its own.

    Within a block a vector is a column. The pieces of a layer and the neighbours of its vectors are then
    arrays in one run, which numpy goes through several times as fast as through many short rows.
    """

    def __init__(self, convolutions: tuple[Convolution, ...]) -> None:
        first = convolutions[0]
        inputs, outputs = first.weights.shape
        self._layers, self._shift = _folded(convolutions)
        self._window = first.window
        self._offsets = [offset for offset in range(-first.window, first.window + 1) if offset]
        self._halo = len(convolutions) * first.window
        columns = _full(_BLOCK + 2 * self._halo)
        self._inputs = aligned(columns * (inputs + 1))
        self._products = aligned(columns * outputs)
        self._gathered = aligned(columns * outputs)
        self._largest = aligned(columns * first.width)
        self._turned = aligned(columns * first.width)
        self._averaging = np.full(first.width, 1 / first.width, np.float32)

    def encode(self, ids: Ids, lexicon: Lexicon, use: Callable[[int, Floats], None]) -> None:
        """Hands `use(first row, vectors)` the vectors of rows of types, all but the outermost padding's.

        Between documents and at both ends there are as many rows of type 0 as the layers look far. The
        vectors are lent until `use` returns.
        """
        rows = len(ids) - 2 * self._halo
        blocks = max(1, -(-rows // _BLOCK))
        size = -(-rows // blocks)
        with np.errstate():  # ends what is set within, for this thread only
            np.setbufsize(_BUFFER)
            for start in range(0, rows, size):
                stop = min(start + size, rows)
                use(start + self._halo, self._block(ids[start : stop + 2 * self._halo], lexicon))

    def _block(self, ids: Ids, lexicon: Lexicon) -> Floats:
        """The vectors of a block, in rows. Each layer spoils as many columns at both ends as it looks far."""
        first, *others = self._layers
        count = len(ids) - 2 * self._window
        columns = _full(count)
        inputs = self._inputs[: first.weights.shape[1] * columns].reshape(-1, columns)
        inputs[-1] = 1
        # One run each: the neighbours at each offset, then the vectors themselves, which are also a matrix.
        *around, here = inputs[:-1].reshape(len(self._offsets) + 1, -1)
        vectors = here.reshape(-1, columns)
        largest = self._largest[: len(here)].reshape(vectors.shape)
        self._look_up(ids, lexicon, largest[:, :count], vectors[:, :count])
        vectors[:, count:] = largest[:, count:] = 0
        self._add_normalised(largest, first, vectors)
        for layer in others:
            for offset, neighbours in zip(self._offsets, around, strict=True):
                _copy_from(here, offset, neighbours)
            products = self._products[: len(layer.weights) * columns].reshape(-1, columns)
            np.matmul(layer.weights, inputs, out=products)
            np.maximum.reduce(products.reshape(layer.pieces, *vectors.shape), axis=0, out=largest)
            self._add_normalised(largest, layer, vectors)
        spoilt = self._halo - self._window
        seen = vectors[:, spoilt : count - spoilt].T
        return np.add(seen, self._shift, out=self._turned[: seen.size].reshape(seen.shape))

    def _look_up(self, ids: Ids, lexicon: Lexicon, largest: Floats, vectors: Floats) -> None:
        """The largest pieces of the first layer's products, and what goes into it.

        The products belong to the types alone: they are looked up and added.
        """
        count, layer = largest.shape[1], self._layers[0]
        shape = (count, len(layer.weights))
        products = self._products[: shape[0] * shape[1]].reshape(shape)
        gathered = self._gathered[: shape[0] * shape[1]].reshape(shape)
        for place, table in enumerate(lexicon.products):
            into = gathered if place else products
            np.take(table, ids[place : place + count], axis=0, out=into, mode="clip")
            if place:
                np.add(products, gathered, out=products)
        rows = self._turned[: largest.size].reshape(count, -1)
        _turn(maxout(products, layer.pieces, rows), largest)
        np.take(lexicon.vectors, ids[self._window : self._window + count], axis=0, out=rows, mode="clip")
        _turn(rows, vectors)

    def _add_normalised(self, largest: Floats, layer: _Layer, vectors: Floats) -> None:
        """Adds the largest pieces, normalised, to what went into the layer. The products are done with."""
        np.subtract(largest, np.matmul(self._averaging, largest), out=largest)
        squares = np.multiply(largest, largest, out=self._products[: largest.size].reshape(largest.shape))
        spread = np.matmul(self._averaging, squares)
        spread += _EPSILON
        np.sqrt(spread, out=spread)
        np.divide(np.float32(1), spread, out=spread)
        np.multiply(largest, spread, out=largest)
        np.multiply(largest, layer.gain, out=largest)
        np.add(vectors, largest, out=vectors)


def _folded(convolutions: Sequence[Convolution]) -> tuple[tuple[_Layer, ...], Floats]:
    """The layers without their shifts, and what is left to add at the end.

    What a layer adds to every vector goes past the layers behind it by their residuals, and into these as a
    constant, that is as a part of the bias.
    """
    layers, shift = [], np.zeros(convolutions[0].width)
    for one in convolutions:
        bias = one.bias + np.tile(shift, 2 * one.window + 1) @ one.weights.astype(np.float64)
        places = one.weights.reshape(2 * one.window + 1, one.width, -1)
        around, here = np.delete(places, one.window, axis=0), places[one.window]
        weights = np.vstack((*around, here, bias), dtype=np.float32, casting="same_kind")
        layers.append(_Layer(one.pieces, np.ascontiguousarray(weights.T), one.gain[:, None]))
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


def _full(columns: int) -> int:
    """So many columns, and more until the line of the cache is full."""
    return -(-columns // LINE) * LINE


def _turn(rows: Floats, columns: Floats) -> None:
    """Makes columns of rows."""
    for start in range(0, len(rows), _TURNED):
        columns[:, start : start + _TURNED] = rows[start : start + _TURNED].T


def _copy_from(vectors: Floats, offset: int, neighbours: Floats) -> None:
    """Of all vectors, in one run, those so many columns on.

    At both ends of a row stand another row's, or an earlier block's: in columns that the layer spoils.
    """
    if offset < 0:
        neighbours[-offset:] = vectors[:offset]
    else:
        neighbours[:-offset] = vectors[offset:]
