"""The share of the worker's time that linking takes: a ratio within one run, whatever else the machine does.

    python -m tests.benchmarks.linking_share [--articles N] [--engine auto|spacy]

The role `work` handles real articles in batches; only Pub/Sub is left out, so that the share is larger here
than in the cloud. No article comes twice.
"""

import argparse
import gc
import os
import time
from collections.abc import Sequence
from multiprocessing import get_context
from typing import Any, Final

from contract.article import read_article
from contract.entities import Entity
from contract.wire import encode_article
from tests.benchmarks.articles import many_articles
from tests.unit.worker.lifelines import TimedLifeline
from tests.unit.worker.making import EPOCH
from worker import linking
from worker.dead import DeadLetters
from worker.outbox import Outbox
from worker.pubsub import Outgoing, Received
from worker.recognizer import load_recognizer
from worker.status import Counts
from worker.work import Work

_BATCH: Final = 16
# The first articles fill caches that a worker has filled minutes after its start.
_WARM_UP: Final = 1_500
_CHARS: Final = 100_000


class Nowhere:
    """A topic that keeps nothing."""

    def publish(self, messages: Sequence[Outgoing]) -> list[str]:
        return ["1"] * len(messages)


class Stopwatch:
    """Stands before `link` and adds up the CPU time that it takes."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.mentions = 0
        self._link = linking.link

    def __call__(self, content: str, entities: Sequence[Entity]) -> list[Entity]:
        began = time.thread_time()
        linked = self._link(content, entities)
        self.seconds += time.thread_time() - began
        self.mentions += len(linked)
        return linked


def measure(count: int, engine: str) -> dict[str, Any]:
    messages = _messages(count + _WARM_UP)
    counts, watch = Counts(), Stopwatch()
    work = _work(counts, engine)
    _handle(work, messages[:_WARM_UP])
    work.link = watch
    gc.collect()
    gc.freeze()  # as the worker does before it forks
    ner, words = counts.ner_cpu_s, counts.words
    began = time.thread_time()
    _handle(work, messages[_WARM_UP:])
    spent = time.thread_time() - began
    done = len(messages) - _WARM_UP
    return {
        "articles": done,
        "words an article": round((counts.words - words) / done),
        "mentions an article": round(watch.mentions / done, 1),
        "worker, ms an article": round(1_000 * spent / done, 2),
        "NER, ms an article": round(1_000 * (counts.ner_cpu_s - ner) / done, 2),
        "linking, ms an article": round(1_000 * watch.seconds / done, 3),
        "linking, share of the worker": round(watch.seconds / spent, 4),
    }


def _messages(count: int) -> list[Received]:
    valid = [read_article(fields, content_chars=10 * _CHARS) for fields in many_articles(count)]
    return [
        Received(f"ack-{number}", str(number), encode_article(article), {}, EPOCH, 1)
        for number, article in enumerate(valid)
        if len(article.content) <= _CHARS
    ]


def _work(counts: Counts, engine: str) -> Work:
    lifeline = TimedLifeline()
    return Work(
        recognizer=load_recognizer("", longest=_CHARS, engine=engine),
        outbox=Outbox(Nowhere(), lifeline, "entities"),
        dead=DeadLetters(Outbox(Nowhere(), lifeline, "articles-dead"), counts),
        counts=counts,
        batch_words=8_000,
        content_chars=_CHARS,
        message_content=True,
        survived=lambda messages: None,
    )


def _handle(work: Work, messages: Sequence[Received]) -> None:
    for start in range(0, len(messages), _BATCH):
        for _ in work.handle(messages[start : start + _BATCH]):
            pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=1_000)
    parser.add_argument("--engine", choices=("auto", "spacy"), default="auto")
    options = parser.parse_args()
    # As each of the worker's processes has; what a second thread of numpy does is in nobody's CPU time here.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with get_context("spawn").Pool(1) as pool:
        found = pool.apply(measure, (options.articles, options.engine))
    for name, value in found.items():
        print(f"{name:32}{value:>10,}")


if __name__ == "__main__":
    main()
