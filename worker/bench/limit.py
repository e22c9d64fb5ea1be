"""What the arithmetic of a pipeline would allow on this core, were there nothing but matrix products."""

import time
from collections.abc import Sequence
from typing import Final

import numpy as np

_ROWS: Final = 512  # as many as the engine's encoder takes at a time
_TRIES: Final = 200


def operations(products: Sequence[tuple[int, int]]) -> int:
    """Floating-point operations for a token: a multiplication and an addition for every weight."""
    return sum(2 * inputs * outputs for inputs, outputs in products)


def rate(products: Sequence[tuple[int, int]]) -> float:
    """Floating-point operations a second, measured in a product of the largest of these shapes."""
    inputs, outputs = max(products, key=lambda shape: shape[0] * shape[1])
    rows, weights = np.ones((_ROWS, inputs), np.float32), np.ones((inputs, outputs), np.float32)
    out = np.empty((_ROWS, outputs), np.float32)
    best = float("inf")
    for _ in range(_TRIES):
        began = time.perf_counter()
        np.matmul(rows, weights, out=out)
        best = min(best, time.perf_counter() - began)
    return 2 * _ROWS * inputs * outputs / best
