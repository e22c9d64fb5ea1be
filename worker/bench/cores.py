"""One thread on one core: what every figure here is about. Nothing else may be imported before it."""

import os
import sys
from typing import Final

_THREADS: Final = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "BLIS_NUM_THREADS", "MKL_NUM_THREADS")


def take_core(number: int = -1) -> None:
    """Keeps this process to one thread for matrix products and, where the system can, to one core.

    `number` counts the cores that the process may use; the last one is usually the quietest.
    """
    if "numpy" in sys.modules:
        raise RuntimeError("numpy is loaded already, with as many threads as there are cores")
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[number]})


def count_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
