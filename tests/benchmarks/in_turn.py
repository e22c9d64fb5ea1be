"""How long the engine takes with some pipelines, each batch of articles read by one after the other.

    python -m tests.benchmarks.in_turn PIPELINE [PIPELINE ...] [--batches N] [--rounds N]

A pipeline is a folder, an installed package, or "embedded". Shown is the sum over the batches of the quickest
reading, and of the median one; that repeats to a percent where the totals of whole runs do not.
"""

import argparse
import os
import statistics
import time
from collections.abc import Sequence
from multiprocessing import get_context
from typing import Final

from contract.article import read_article
from tests.benchmarks.articles import many_articles

_BATCH: Final = 16
_CHARS: Final = 1_000_000


def measure(pipelines: Sequence[str], batches: int, rounds: int) -> dict[str, tuple[float, float]]:
    """Milliseconds an article by pipeline: the quickest readings, the median ones."""
    from worker.recognizer import load_recognizer

    articles = many_articles(_BATCH * batches)
    texts = [read_article(fields, content_chars=_CHARS).content for fields in articles]
    parts = [texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]
    loaded = {
        name: load_recognizer("" if name == "embedded" else name, longest=_CHARS, engine="fast")
        for name in pipelines
    }
    for recognizer in loaded.values():
        for part in parts:
            recognizer.find(part)
    took: dict[str, list[list[float]]] = {name: [[] for _ in parts] for name in pipelines}
    for turn in range(rounds):
        for number, part in enumerate(parts):
            for name in pipelines if (turn + number) % 2 else reversed(pipelines):
                began = time.perf_counter()
                loaded[name].find(part)
                took[name][number].append(time.perf_counter() - began)
    return {
        name: (
            1_000 * sum(map(min, readings)) / len(texts),
            1_000 * sum(map(statistics.median, readings)) / len(texts),
        )
        for name, readings in took.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pipelines", nargs="+", metavar="PIPELINE")
    parser.add_argument("--batches", type=int, default=14)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as each of the worker's processes has, before numpy is loaded
    with get_context("spawn").Pool(1) as pool:
        found = pool.apply(measure, (options.pipelines, options.batches, options.rounds))
    first = found[options.pipelines[0]]
    for name, times in found.items():
        quickest, median = (
            f"{each:.3f} ms (x{each / one:.3f})" for each, one in zip(times, first, strict=True)
        )
        print(f"{name}: quickest {quickest}, median {median} an article")


if __name__ == "__main__":
    main()
