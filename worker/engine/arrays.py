"""What the engine's modules call their arrays, how these begin and how they grow."""

from typing import Final, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]
Ids: TypeAlias = NDArray[np.intp]
Hashes: TypeAlias = NDArray[np.uint64]
Flags: TypeAlias = NDArray[np.bool_]

LINE: Final = 16  # numbers in a line of the cache

_Any = TypeVar("_Any", bound=np.generic)

# Half as much again: a growing table is seldom copied and never twice as large as it need be.
_GROWTH: Final = 1.5


def aligned(size: int) -> Floats:
    """Zeros that begin where a line of the cache does, so that no vector register is filled from two."""
    room = np.zeros(size + LINE, np.float32)
    start = -room.ctypes.data // room.itemsize % LINE
    return room[start : start + size]


def with_room(array: NDArray[_Any], rows: int) -> NDArray[_Any]:
    """The array itself if it has so many rows, else a longer copy whose new rows are zero."""
    if len(array) >= rows:
        return array
    # Zeros that nobody touched take no memory yet.
    longer = np.zeros((max(rows, int(len(array) * _GROWTH)), *array.shape[1:]), array.dtype)
    longer[: len(array)] = array
    return longer


def with_columns(table: NDArray[_Any], columns: int) -> NDArray[_Any]:
    """The same for a table that grows to the right."""
    if table.shape[1] >= columns:
        return table
    wider = np.zeros((len(table), max(columns, int(table.shape[1] * _GROWTH))), table.dtype)
    wider[:, : table.shape[1]] = table
    return wider


def spread(firsts: Ids, counts: Ids) -> Ids:
    """`first, first + 1, ...` for each pair of a first and a count, one after the other."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(firsts - ends + counts, counts) + np.arange(total, dtype=np.intp)
