"""The engine beside spaCy, in one run on one core: `python -m tests.benchmarks.engine [--json]`."""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Final

from tests.benchmarks.articles import many_articles

_THREADS: Final = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "BLIS_NUM_THREADS", "MKL_NUM_THREADS")
_BATCH_SIZES: Final = (16, 64, 256)
_WORDS: Final = (300, 1000)  # of the articles that are measured
_LATENCY_WORDS: Final = 500
_LATENCY_RUNS: Final = 30
_NEEDLESS: Final = ("tagger", "parser", "lemmatizer", "attribute_ruler", "senter")
# About as many names as news has.
_FAVOURED: Final = {"out": 14.0, "last": 8.0}


@dataclass(frozen=True, slots=True)
class Report:
    """Words are what stands between white space; seconds are the best of several rounds."""

    model: str
    documents: int
    words: int
    entities: int
    identical_documents: int
    stock_words_per_s: float
    stock_batch_size: int
    stock_openblas_words_per_s: float
    engine_words_per_s: float
    engine_cold_words_per_s: float
    ratio: float
    cold_ratio: float
    limit_words_per_s: float
    share_of_limit: float
    prepare_s: float
    stock_latency_ms: float
    engine_latency_ms: float
    stages: dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--articles", type=int, default=100, help="how many, of 300 to 1,000 words (100)")
    parser.add_argument("--model", default="", help="folder of a pipeline (the embedded one)")
    parser.add_argument("--shape", help="random weights of this shape instead, such as sm or `md and lg`")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    _one_core()
    report = asdict(measure(options))
    if options.json:
        print(json.dumps(report, indent=2))
        return
    for name, value in report.items():
        print(f"{name:28} {value:,.2f}" if isinstance(value, float) else f"{name:28} {value}")


def _one_core() -> None:
    """One thread, on the last core; libraries read this when they are loaded."""
    assert "numpy" not in sys.modules
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def measure(options: argparse.Namespace) -> Report:
    from worker.engine import prepare

    blis, openblas = _load(options, use_blis=True), _load(options, use_blis=False)
    texts = _articles(options.articles)
    words = sum(len(text.split()) for text in texts)
    engine, prepare_s = _timed(lambda: prepare(openblas))
    ours, cold_s = _timed(lambda: engine.find(texts))
    batch_size = min(_BATCH_SIZES, key=lambda size: _timed(lambda: _stock(blis, texts[:32], size))[1])
    theirs, stock_s = _timed(lambda: _stock(blis, texts, batch_size))
    openblas_s = warm_s = float("inf")
    # In turn, so that a noisy neighbour disturbs all of them.
    for _ in range(options.rounds):
        warm_s = min(warm_s, *(_timed(lambda: engine.find(texts))[1] for _ in range(3)))
        openblas_s = min(openblas_s, _timed(lambda: _stock(openblas, texts, batch_size))[1])
        stock_s = min(stock_s, _timed(lambda: _stock(blis, texts, batch_size))[1])
    limit = _limit(engine, texts, words)
    article = min(texts, key=lambda text: abs(len(text.split()) - _LATENCY_WORDS))
    return Report(
        model=options.shape or f"{blis.meta['lang']}_{blis.meta['name']} {blis.meta['version']}",
        documents=len(texts),
        words=words,
        entities=sum(map(len, theirs)),
        identical_documents=sum(one == other for one, other in zip(ours, theirs, strict=True)),
        stock_words_per_s=words / stock_s,
        stock_batch_size=batch_size,
        stock_openblas_words_per_s=words / openblas_s,
        engine_words_per_s=words / warm_s,
        engine_cold_words_per_s=words / cold_s,
        ratio=stock_s / warm_s,
        cold_ratio=stock_s / cold_s,
        limit_words_per_s=limit,
        share_of_limit=words / warm_s / limit,
        prepare_s=prepare_s,
        stock_latency_ms=_latency(lambda: _stock(blis, [article], 1)),
        engine_latency_ms=_latency(lambda: engine.find([article])),
        stages=_stages(engine, texts),
    )


def _load(options: argparse.Namespace, *, use_blis: bool) -> Any:
    import spacy
    from thinc.api import NumpyOps, set_current_ops

    from model import EMBEDDED
    from tests.unit.engine.pipelines import SHAPES, random_pipeline

    ops = NumpyOps(use_blis=use_blis)
    set_current_ops(ops)
    if options.shape:
        nlp = random_pipeline(SHAPES[options.shape], seed=5, **_FAVOURED, ops=ops)
    else:
        nlp = spacy.load(options.model or EMBEDDED, exclude=_NEEDLESS)
    _stock(nlp, ["Reuters reports from Paris."], 1)
    return nlp


def _articles(count: int) -> list[str]:
    texts = [str(article.get("content") or article.get("body")) for article in many_articles(20 * count)]
    low, high = _WORDS
    fitting = [text for text in texts if low <= len(text.split()) <= high]
    return (fitting or texts)[:count]


def _stock(nlp: Any, texts: Sequence[str], batch_size: int) -> list[Any]:
    from contract.entities import Entity

    with nlp.memory_zone():
        return [
            [Entity(entity.text, entity.label_, entity.start_char, entity.end_char) for entity in doc.ents]
            for doc in nlp.pipe(texts, batch_size=batch_size)
        ]


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    result = work()
    return result, time.perf_counter() - began


def _latency(work: Callable[[], Any]) -> float:
    return 1000 * statistics.median(_timed(work)[1] for _ in range(_LATENCY_RUNS))


def _limit(engine: Any, texts: Sequence[str], words: int) -> float:
    """Words per second if there were matrix products only: those of every token but the first layer's."""
    layers, decoder = engine._encoder._layers, engine._decoder
    arithmetic = sum(2 * layer.weights.size for layer in layers[1:]) + 2 * decoder._token.size
    arithmetic += 0 if decoder._closed_upper is None else 2 * decoder._closed_upper.size
    tokens = sum(len(engine.tokens(text)) for text in texts)
    return _products_per_s(layers[-1].weights) * words / float(tokens * arithmetic)


def _products_per_s(weights: Any) -> float:
    """Floating-point operations a second in a product of the encoder's shape."""
    import numpy as np

    rows = np.ones((512, len(weights)), np.float32)
    out = np.empty((512, weights.shape[1]), np.float32)
    best = min(_timed(lambda: np.matmul(rows, weights, out=out))[1] for _ in range(200))
    return 2 * 512 * float(weights.size) / best


def _stages(engine: Any, texts: Sequence[str]) -> dict[str, float]:
    """The share of time of each stage, warm."""
    from worker.engine.extract import _Layout

    shares = dict.fromkeys(("tokens", "vectors and closed moves", "walks", "entities"), 0.0)
    for batch in engine._batches(texts):
        clock = [time.perf_counter()]
        tokens = engine._chunks.read(batch)
        clock.append(time.perf_counter())
        layout = _Layout(tokens.counts, engine._padding)
        vectors, best = engine._understand(tokens, layout)
        clock.append(time.perf_counter())
        spans = engine._decoder.spans(vectors, best, layout.last_rows)
        clock.append(time.perf_counter())
        engine._entities(batch, tokens, layout, spans)
        clock.append(time.perf_counter())
        for stage, (began, ended) in zip(shares, pairwise(clock), strict=True):
            shares[stage] += ended - began
    total = sum(shares.values())
    return {stage: round(seconds / total, 3) for stage, seconds in shares.items()}


if __name__ == "__main__":
    main()
