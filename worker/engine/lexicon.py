"""What the network sees of a token before its neighbours, computed once for each type of token."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from worker.engine.arrays import Flags, Floats, Hashes, Ids, with_room
from worker.engine.network import Network

# 3.8 kB each in a network of the usual width.
KEPT_TYPES: Final = 32_768
# Room for what a batch brings before some are forgotten; what is not touched takes no memory.
_SPARE: Final = 8_192
# Type 0 is the padding between documents: zeros.
PADDING: Final = 0
# 250 MB; an article has hundreds of new types, a book of a million words tens of thousands.
_MOST_NEW: Final = 65_536
_IS_SPACE: Final = "IS_SPACE"


class TooMany(Exception):
    """More new types at once than there should be memory for."""


class Lexicon:
    """A type is what the embedding looks at (norm, prefix, suffix, shape), and whether it is white space."""

    def __init__(self, network: Network, vocab: Any, *, kept: int = KEPT_TYPES) -> None:
        keys = [] if network.vector_key is None else [network.vector_key]
        self.columns: Sequence[str | int] = (*network.columns, *keys, _IS_SPACE)
        self._embed = network.embed
        self._vocab = vocab
        self.kept = kept
        self._layer = network.convolutions[0]
        self._places = 2 * self._layer.window + 1
        self._ids: dict[bytes, int] = {b"": PADDING}
        width, outputs = self._layer.width, self._layer.weights.shape[1]
        self.vectors: Floats = np.zeros((kept + _SPARE, width), np.float32)
        # What a type adds to the first convolution at each place of the window.
        self.products: list[Floats] = [
            np.zeros((kept + _SPARE, outputs), np.float32) for _ in range(self._places)
        ]
        self.space: Flags = np.zeros(kept + _SPARE, np.bool_)
        self.products[self._layer.window][PADDING] = self._layer.bias

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def full(self) -> bool:
        """Whether it is time to forget some; it still takes all that come."""
        return len(self._ids) > self.kept

    def find(self, rows: Hashes) -> Ids:
        """The types of tokens with these values of `columns`, some of them new. Raises TooMany."""
        keys = _keys(rows)
        new = {key: row for row, key in enumerate(keys) if key not in self._ids}
        if len(new) > _MOST_NEW:
            raise TooMany
        if new:
            self._add(rows[list(new.values())], list(new))
        return np.fromiter(map(self._ids.__getitem__, keys), np.intp, len(keys))

    def keep(self, types: Ids) -> Ids:
        """Forgets all types but these, in order, and the padding; gives the new number of each old one."""
        kept = np.concatenate([[PADDING], types[types != PADDING]])
        keys = list(self._ids)
        self._ids = {keys[old]: new for new, old in enumerate(kept.tolist())}
        self.vectors = self._shrunk(self.vectors, kept)
        self.products = [self._shrunk(table, kept) for table in self.products]
        self.space = self._shrunk(self.space, kept)
        numbers = np.zeros(len(keys), np.intp)
        numbers[kept] = np.arange(len(kept))
        return numbers

    def _shrunk(self, table: Any, kept: Ids) -> Any:
        """In its place, so that the memory is used again; a table that had to grow is given back."""
        if len(table) > self.kept + _SPARE:
            return with_room(table[kept], self.kept + _SPARE)
        table[: len(kept)] = table[kept]
        return table

    def _add(self, rows: Hashes, keys: list[bytes]) -> None:
        vectors = self._embed.predict([_Tokens(rows, self.columns, self._vocab)])[0]
        first, last = len(self._ids), len(self._ids) + len(keys)
        self.vectors = with_room(self.vectors, last)
        self.vectors[first:last] = vectors
        self.space = with_room(self.space, last)
        self.space[first:last] = rows[:, -1] != 0
        weights = self._layer.weights.reshape(self._places, self._layer.width, -1)
        for place, weight in enumerate(weights):
            table = self.products[place] = with_room(self.products[place], last)
            np.matmul(vectors, weight, out=table[first:last])
        self.products[self._layer.window][first:last] += self._layer.bias
        self._ids.update(zip(keys, range(first, last), strict=True))


class _Tokens:
    """Looks like a Doc to the embedding, which asks one for its attributes, length and vocabulary only."""

    def __init__(self, rows: Hashes, columns: Sequence[str | int], vocab: Any) -> None:
        self._rows = rows
        self._columns = columns
        self.vocab = vocab

    def __len__(self) -> int:
        return len(self._rows)

    def to_array(self, attributes: Sequence[str] | int) -> Hashes:
        if isinstance(attributes, int):
            return self._rows[:, self._columns.index(attributes)]
        return self._rows[:, [self._columns.index(name) for name in attributes]]


def _keys(rows: Hashes) -> list[bytes]:
    rows = np.ascontiguousarray(rows)
    keys: list[bytes] = rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1])))[:, 0].tolist()
    return keys
