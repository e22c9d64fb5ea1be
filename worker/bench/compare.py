"""spaCy's own loop and the engine on the same texts, in turn, in one process on one core."""

import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from contract.entities import Entity
from contract.messages import count_words
from worker.bench.limit import operations, rate
from worker.engine import Extractor, Unsupported, prepare
from worker.exits import CannotStart
from worker.recognizer import load_pipeline, model_of

_BATCH_SIZES: Final = (16, 64, 256)  # of `nlp.pipe`; its own default is 256
_TRIAL_TEXTS: Final = 32
_WARM_RUNS: Final = 3  # in a round, of what takes a tenth of the time
_LATENCY_WORDS: Final = 500
_LATENCY_RUNS: Final = 30


@dataclass(frozen=True, slots=True)
class Comparison:
    """Words are what stands between white space; seconds are the best of several rounds.

    `limit_words_per_s` is what the measured rate of matrix products allows; `stages` are shares of the
    engine's time.
    """

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
    article_words: int
    stock_article_ms: float
    engine_article_ms: float
    stages: dict[str, float] = field(default_factory=dict)


def compare(
    texts: Sequence[str], *, model: str, rounds: int, step: Callable[[str], None] = lambda what: None
) -> Comparison:
    """All figures for a pipeline. `step` hears what is measured next, `count_steps(rounds)` times.

    Raises CannotStart where the engine does not know the pipeline.
    """
    step("loading the pipeline")
    stock, openblas = load_pipeline(model, use_blis=True), load_pipeline(model)
    words = sum(map(count_words, texts))
    engine, prepare_s = _timed(lambda: _prepare(openblas))
    step("the engine for the first time")
    ours, cold_s = _timed(lambda: engine.find(texts))
    step("the best batch size of nlp.pipe")
    trial = texts[:_TRIAL_TEXTS]
    batch_size = min(_BATCH_SIZES, key=lambda size: _timed(lambda: find_all(stock, trial, size))[1])
    theirs: list[list[Entity]] = []
    stock_s = openblas_s = warm_s = float("inf")
    # In turn, so that a noisy neighbour disturbs all of them.
    for turn in range(1, rounds + 1):
        step(f"nlp.pipe, round {turn} of {rounds}")
        theirs, seconds = _timed(lambda: find_all(stock, texts, batch_size))
        stock_s = min(stock_s, seconds)
        warm_s = min(warm_s, *(_timed(lambda: engine.find(texts))[1] for _ in range(_WARM_RUNS)))
        step(f"nlp.pipe on OpenBLAS, round {turn} of {rounds}")
        openblas_s = min(openblas_s, _timed(lambda: find_all(openblas, texts, batch_size))[1])
    step("a single article")
    article = min(texts, key=lambda text: abs(count_words(text) - _LATENCY_WORDS))
    limit = _limit(engine, texts, words)
    name = model_of(stock)
    return Comparison(
        model=f"{name.name} {name.version}",
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
        article_words=count_words(article),
        stock_article_ms=_latency(lambda: find_all(stock, [article], 1)),
        engine_article_ms=_latency(lambda: engine.find([article])),
        stages=_stages(engine, texts),
    )


def count_steps(rounds: int) -> int:
    return 4 + 2 * rounds


def find_all(nlp: Any, texts: Sequence[str], batch_size: int) -> list[list[Entity]]:
    """What `nlp.pipe` finds, as plain entities: nothing of a Doc may outlive the zone."""
    with nlp.memory_zone():
        return [
            [Entity(found.text, found.label_, found.start_char, found.end_char) for found in doc.ents]
            for doc in nlp.pipe(texts, batch_size=batch_size)
        ]


def _prepare(nlp: Any) -> Extractor:
    try:
        return prepare(nlp)
    except Unsupported as reason:
        raise CannotStart(
            f"There is nothing to compare: the engine cannot stand in for this pipeline: {reason}. "
            "The worker reads with spaCy's own loop then."
        ) from reason


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    result = work()
    return result, time.perf_counter() - began


def _latency(work: Callable[[], Any]) -> float:
    return 1_000 * statistics.median(_timed(work)[1] for _ in range(_LATENCY_RUNS))


def _limit(engine: Extractor, texts: Sequence[str], words: int) -> float:
    tokens = sum(len(engine.tokens(text)) for text in texts)
    return rate(engine.products) / operations(engine.products) * words / tokens


def _stages(engine: Extractor, texts: Sequence[str]) -> dict[str, float]:
    """The share of each stage in a warm run."""
    spent: Counter[str] = Counter()
    since = time.perf_counter()

    def passed(stage: str) -> None:
        nonlocal since
        now = time.perf_counter()
        spent[stage] += now - since  # type: ignore[assignment]
        since = now

    engine.find(texts, passed=passed)
    total = sum(spent.values())
    return {stage: round(seconds / total, 3) for stage, seconds in spent.items()}
