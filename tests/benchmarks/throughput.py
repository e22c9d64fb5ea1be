"""The whole path against NER alone, on the same articles in one run; and where a child's time goes.

    python -m tests.benchmarks.throughput [--json] [--articles N] [--processes N] [--engine E ...]

Once with spaCy's own loop and once with the engine, unless one is named.

NER alone is as many processes as the worker has, doing nothing else. The whole path is the worker and
the writer, from a full subscription to the last document. Both are measured in CPU seconds of our own
processes per word, because the emulators need the same cores; the wall clock is given beside it, with
the emulators' CPU subtracted.
"""

import argparse
import json
import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from google.cloud import firestore

from contract.article import Article, read_article
from contract.messages import count_words
from contract.wire import encode_article
from emulator.services import firestore_emulator, pubsub_emulator
from emulator.topology import create_topology
from tests.acceptance.ledger import publishing
from tests.acceptance.roles import Role, running
from tests.benchmarks.articles import many_articles
from tests.polling import eventually
from worker import pubsub

if TYPE_CHECKING:
    from worker.recognizer import Recognizer

PROJECT = "namewire-bench"
_recognizer: "Recognizer"  # of a process of the pool, which has no other place for it
_ENGINES = ("spacy", "fast")
BATCH = 16  # messages in a batch of the worker, by default


def measure(count: int, processes: int, engine: str) -> dict[str, Any]:
    articles = [read_article(fields, content_chars=1_000_000) for fields in many_articles(count)]
    words = sum(count_words(article.content) for article in articles)
    alone = _ner_alone(articles, processes, engine)
    path = _whole_path(articles, processes, engine)
    own = path["work_cpu_s"] + path["write_cpu_s"]
    free = processes * path["wall_s"] - path["emulators_cpu_s"]
    return {
        "articles": len(articles),
        "words": words,
        "processes": processes,
        "ner_alone_words_per_cpu_s": round(words / alone["cpu_s"]),
        "ner_alone_words_per_s": round(words / alone["wall_s"]),
        "path_words_per_cpu_s": round(words / own),
        "path_words_per_s": round(words / path["wall_s"]),
        "path_articles_per_s": round(len(articles) / path["wall_s"], 1),
        "ratio_cpu": round(alone["cpu_s"] / own, 3),
        "ratio_wall_without_emulators": round(alone["wall_s"] * processes / free, 3),
        "ner_share_of_worker": round(path["ner_cpu_s"] / path["work_cpu_s"], 3),
        "other_ms_per_article": round(1_000 * (path["work_cpu_s"] - path["ner_cpu_s"]) / len(articles), 2),
        "writer_ms_per_article": round(1_000 * path["write_cpu_s"] / len(articles), 2),
        "writes_per_article": round(path["writes"] / len(articles), 2),
        "largest_process_mb": path["largest_mb"],
    }


def _ner_alone(articles: Sequence[Article], processes: int, engine: str) -> dict[str, float]:
    context = multiprocessing.get_context("spawn")
    with context.Pool(processes, initializer=_load, initargs=(engine,)) as pool:
        pool.map(_warm, range(processes), chunksize=1)
        parts = [
            [article.content for article in articles[start : start + BATCH]]
            for start in range(0, len(articles), BATCH)
        ]
        began = time.monotonic()
        spent = sum(pool.imap_unordered(_find, parts))
        return {"cpu_s": spent, "wall_s": time.monotonic() - began}


def _load(engine: str) -> None:
    global _recognizer
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    from worker.recognizer import load_recognizer

    _recognizer = load_recognizer("", longest=1_000_000, engine=engine)


def _warm(_number: int) -> None:
    _recognizer.find(["Reuters reports from Paris."] * 50)


def _find(texts: list[str]) -> float:
    began = time.thread_time()
    _recognizer.find(texts)
    return time.thread_time() - began


def _whole_path(articles: Sequence[Article], processes: int, engine: str) -> dict[str, float]:
    with _emulators() as java, tempfile.TemporaryDirectory() as folder:
        run_dir = Path(folder)
        client = firestore.Client(project=PROJECT)
        counter = client.collection("articles").count()
        settings = {
            "NAMEWIRE_PROCESSES": str(processes),
            "NAMEWIRE_MAX_CONTENT_CHARS": "1000000",
            "NAMEWIRE_ENGINE": engine,
        }
        with running("work", run_dir, **settings) as work, running("write", run_dir, **settings) as write:
            for role in (work, write):
                role.wait_ready()
            before = _cpu(java)
            _publish(articles)
            began = time.monotonic()
            ids = len({article.id for article in articles})
            eventually(lambda: int(counter.get()[0][0].value) >= ids, seconds=1_800, pause=0.5)
            wall = time.monotonic() - began
            emulators = _cpu(java) - before
            largest = max(_megabytes(role) for role in (work, write))
            statuses = _statuses(run_dir)
        client.close()
    return {
        "wall_s": wall,
        "emulators_cpu_s": emulators,
        "largest_mb": largest,
        "work_cpu_s": sum(s["cpu_s"] for s in statuses if s["role"] == "work"),
        "ner_cpu_s": sum(s["ner_cpu_s"] for s in statuses if s["role"] == "work"),
        "write_cpu_s": sum(s["cpu_s"] for s in statuses if s["role"] == "write"),
        "writes": sum(s["writes"] for s in statuses),
    }


@contextmanager
def _emulators() -> Iterator[list[psutil.Process]]:
    with pubsub_emulator() as pubsub_host, firestore_emulator() as firestore_host:
        os.environ.update(
            GOOGLE_CLOUD_PROJECT=PROJECT,
            PUBSUB_EMULATOR_HOST=pubsub_host,
            FIRESTORE_EMULATOR_HOST=firestore_host,
        )
        create_topology(pubsub_host, PROJECT)
        below = psutil.Process().children(recursive=True)
        yield [process for process in below if process.name() == "java"]


def _publish(articles: Sequence[Article]) -> None:
    with publishing(PROJECT) as topic:
        for start in range(0, len(articles), 100):
            part = articles[start : start + 100]
            topic.publish([pubsub.Outgoing(encode_article(article), {}) for article in part])


def _statuses(run_dir: Path) -> list[dict[str, Any]]:
    time.sleep(1.1)  # the files are written once a second; this is a benchmark, not a test
    return [json.loads(path.read_text(encoding="utf-8")) for path in run_dir.glob("*.json")]


def _cpu(processes: Sequence[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def _megabytes(role: Role) -> int:
    return max(child.memory_info().rss for child in role.children()) // 1_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--articles", type=int, default=600)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--engine", nargs="+", choices=_ENGINES, default=list(_ENGINES))
    options = parser.parse_args()
    results = {engine: measure(options.articles, options.processes, engine) for engine in options.engine}
    if options.json:
        print(json.dumps(results))
        return
    print(f"{'':32} {''.join(f'{engine:>12}' for engine in results)}")
    for name in next(iter(results.values())):
        print(f"{name:32} {''.join(f'{result[name]:>12,}' for result in results.values())}")


if __name__ == "__main__":
    main()
