"""The engine in several processes, each on a core of its own, as the worker runs it."""

import multiprocessing
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from typing import Any, Final

from contract.messages import count_words
from worker.bench.cores import take_core
from worker.exits import CannotStart

_ROUNDS: Final = 5
_START_SECONDS: Final = 120.0


@dataclass(frozen=True, slots=True)
class Scale:
    """So many processes read every text several times; `efficiency` is the share of perfect scaling."""

    processes: int
    engine_words_per_s: float
    efficiency: float


def scaling(texts: Sequence[str], *, model: str, most: int) -> list[Scale]:
    """From one process to `most`, in powers of two. Raises CannotStart when a process ends early."""
    counts = sorted({*(2**power for power in range(most.bit_length()) if 2**power < most), most})
    speeds = {count: _speed(texts, model, count) for count in counts}
    return [Scale(count, speed, speed / count / speeds[1]) for count, speed in speeds.items()]


def _speed(texts: Sequence[str], model: str, count: int) -> float:
    """Words per second of all processes together, from the common start to the end of the slowest."""
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(count)
    results: Any = context.SimpleQueue()
    arguments = [(number, list(texts), model, start, results) for number in range(count)]
    processes = [context.Process(target=_read, args=args, daemon=True) for args in arguments]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        raise CannotStart("A process of the measurement ended early; its own words are above.")
    times = [results.get() for _ in processes]
    elapsed: float = max(ended for _, ended in times) - min(began for began, _ in times)
    return count * _ROUNDS * sum(map(count_words, texts)) / elapsed


def _read(number: int, texts: list[str], model: str, start: Barrier, results: Any) -> None:
    take_core(number)
    from worker.recognizer import load_recognizer

    recognizer = load_recognizer(model, longest=max(map(len, texts)), engine="fast")
    recognizer.find(texts)
    start.wait(_START_SECONDS)
    began = time.monotonic()  # the same clock in all processes of a machine
    for _ in range(_ROUNDS):
        recognizer.find(texts)
    results.put((began, time.monotonic()))
