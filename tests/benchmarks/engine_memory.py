"""Resident size while every second word is new: `python -m tests.benchmarks.engine_memory [--million N]`."""

import argparse
import itertools
import os
import time
from collections.abc import Iterator
from typing import Final

import psutil

_TEXT_WORDS: Final = 500
_BATCH_TEXTS: Final = 8
_SYLLABLES: Final = [first + last for first in "bcdfgklmnprstvz" for last in ("a", "e", "i", "on", "us")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--million", type=float, default=20.0, help="words to read (20)")
    options = parser.parse_args()
    for library in ("OPENBLAS", "OMP", "BLIS", "MKL"):
        os.environ[f"{library}_NUM_THREADS"] = "1"
    from worker.recognizer import load_recognizer

    process = psutil.Process()
    before = process.memory_info().rss
    recognizer = load_recognizer("", longest=100_000, engine="fast")
    loaded = process.memory_info().rss
    print(f"{before / 1e6:.0f} MB before spaCy's pipeline, {loaded / 1e6:.0f} MB with pipeline and engine")
    words, step = 0, options.million * 1e6 / 20
    due, began = step, time.monotonic()
    texts = _texts()
    while words < options.million * 1e6:
        recognizer.find(list(itertools.islice(texts, _BATCH_TEXTS)))
        words += _BATCH_TEXTS * _TEXT_WORDS
        if words >= due:
            due += step
            speed = words / (time.monotonic() - began)
            resident = process.memory_info().rss / 1e6
            print(f"{words / 1e6:6.2f} million words, {resident:4.0f} MB, {speed:,.0f} words/s", flush=True)


def _texts() -> Iterator[str]:
    """Every second word was never met before, which is far more than news has."""
    new = (
        "".join(parts).capitalize()
        for n in itertools.count(2)
        for parts in itertools.product(_SYLLABLES, repeat=n)
    )
    common = itertools.cycle(
        ["the", "minister", "of", "said", "in", "and", "met", "a", "report", "on", "for"]
    )
    while True:
        yield " ".join(f"{next(new)} {next(common)}" for _ in range(_TEXT_WORDS // 2)) + "."


if __name__ == "__main__":
    main()
