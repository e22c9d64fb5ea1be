"""What logs and metrics cost at their default settings, as a share of the CPU time of both roles.

    python -m tests.benchmarks.observing [--json] [--articles N] [--rounds N]

Each round runs the same articles through the role `work` (the real recognizer) and the role `write`, as the
worker does but for the calls to Pub/Sub and Firestore, which are answered from memory: what they would cost
is missing from the whole, so the share is rather too high. Rounds with and without take turns, in one
process; "without" leaves out the line a batch, all counting, the memory that keeps the totals and the status
file. CPU time, because other programs need the machine too; of each side the median.
"""

import argparse
import gc
import json
import logging
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contract.article import read_article
from contract.entities import UNCOUNTED_LABELS
from contract.messages import count_words
from contract.wire import encode_article
from telemetry.logs import set_up_logging
from tests.benchmarks.articles import many_articles
from tests.fakes.database import FakeDatabase
from tests.fakes.pubsub import FakeSubscription, FakeTopic
from worker.dead import DeadLetters
from worker.intake import Intake
from worker.journal import Journal
from worker.leases import Leases
from worker.lifeline import Lifeline
from worker.outbox import Outbox
from worker.pubsub import Outgoing
from worker.pump import Handle, Pump
from worker.status import Status
from worker.store import Store
from worker.totals import Keepsake, Totals

WORK_BATCH, WRITE_BATCH = 16, 50


class Uncounted(Totals):
    """Counts nothing."""

    def timing(self, stage: str) -> AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()

    def add(self, *_: Any) -> None: ...
    def put(self, *_: Any) -> None: ...
    def observe(self, *_: Any) -> None: ...


class Unseen(Status):
    """Shows and keeps nothing."""

    def save(self) -> None: ...
    def show(self, *, now: bool = False) -> None: ...


@dataclass
class Round:
    """CPU seconds of one run of both roles over all articles."""

    watched: bool
    work_s: float = 0.0
    write_s: float = 0.0
    lines: int = 0

    @property
    def both_s(self) -> float:
        return self.work_s + self.write_s


@dataclass
class Bench:
    """The recognizer and the articles, for any number of rounds."""

    recognizer: Any
    articles: Sequence[Outgoing]
    rounds: list[Round] = field(default_factory=list)

    def run(self, folder: Path, *, watched: bool) -> None:
        found = Round(watched)
        articles, entities, letters = FakeTopic(), FakeTopic(), FakeTopic()
        to_work, to_write = articles.subscribe(), entities.subscribe()
        for start in range(0, len(self.articles), 500):
            articles.publish(self.articles[start : start + 500])
        logging.getLogger().setLevel(logging.INFO if watched else logging.WARNING)
        status = _status("work", folder, watched=watched)
        lifeline = Lifeline()
        dead = DeadLetters(Outbox(letters, lifeline, "dead"), status.counts)
        work = self._work(status, Outbox(entities, lifeline, "entities"), dead)
        found.work_s = _drain(to_work, work, status, most=WORK_BATCH)
        status = _status("write", folder, watched=watched)
        store = Store(
            database=FakeDatabase(),
            dead=DeadLetters(Outbox(letters, lifeline, "dead"), status.counts),
            counts=status.counts,
            lifeline=lifeline,
            commit_writes=500,
            keep_content=True,
            uncounted=UNCOUNTED_LABELS,
        )
        found.write_s = _drain(to_write, store.handle, status, most=WRITE_BATCH)
        assert not letters.sent
        self.rounds.append(found)

    def _work(self, status: Status, outbox: Outbox, dead: DeadLetters) -> Handle:
        from worker.work import Work

        return Work(
            recognizer=self.recognizer,
            outbox=outbox,
            dead=dead,
            counts=status.counts,
            batch_words=8_000,
            content_chars=1_000_000,
            message_content=True,
            survived=lambda _: None,
        ).handle

    def median(self, part: str, *, watched: bool) -> float:
        return float(
            statistics.median(getattr(each, part) for each in self.rounds if each.watched is watched)
        )


def _status(role: str, folder: Path, *, watched: bool) -> Status:
    status = (Status if watched else Unseen)(role, 0, str(folder), Keepsake())
    if not watched:
        status.counts.totals = Uncounted()
    return status


def _drain(subscription: FakeSubscription, handle: Handle, status: Status, *, most: int) -> float:
    """CPU seconds from the first batch to the last; pulling is not a part of it."""
    leases = Leases(subscription, Journal())
    intake = Intake(subscription, leases, room=most)
    pump = Pump(intake, leases, Lifeline(), status, handle, most, lambda: 0.0, 10**6)
    spent = 0.0
    gc.collect()  # what the other side left
    while subscription.left:
        messages = subscription.pull(most)
        began = time.process_time()
        intake._add(messages)
        pump._turn()
        spent += time.process_time() - began
    return spent


def measure(count: int, rounds: int, log: Path) -> dict[str, Any]:
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    from worker.recognizer import load_recognizer

    made = [read_article(fields, content_chars=1_000_000) for fields in many_articles(count)]
    articles = [Outgoing(encode_article(article), {}) for article in made]
    words = sum(count_words(article.content) for article in made)
    bench = Bench(load_recognizer("", longest=1_000_000), articles)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds + 1):
            sides = (True, False) if number % 2 else (False, True)
            for watched in sides:
                bench.run(Path(folder), watched=watched)
            if number == 0:
                bench.rounds.clear()  # everything is cold
    result: dict[str, Any] = {"articles": len(articles), "words": words, "rounds": rounds}
    for part in ("work_s", "write_s", "both_s"):
        with_, without = bench.median(part, watched=True), bench.median(part, watched=False)
        result[f"{part[:-2]}_us_per_word"] = round(1e6 * with_ / words, 3)
        result[f"{part[:-2]}_us_per_word_without"] = round(1e6 * without / words, 3)
        result[f"{part[:-2]}_cost"] = round(with_ / without - 1, 4)
    pairs = zip(bench.rounds[::2], bench.rounds[1::2], strict=True)
    costs = [(a if a.watched else b).both_s / (b if a.watched else a).both_s - 1 for a, b in pairs]
    result["median_of_pairs"] = round(statistics.median(costs), 4)
    result["bytes_of_log_per_article"] = round(log.stat().st_size / len(articles) / (rounds + 1), 1)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--articles", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    with tempfile.NamedTemporaryFile(suffix=".log") as file:
        log = Path(file.name)
        kept = os.dup(2)
        os.dup2(file.fileno(), 2)  # where the lines go, as on a VM: not to a terminal
        set_up_logging("info", name="work", form="json", environment={})
        try:
            result = measure(options.articles, options.rounds, log)
        finally:
            os.dup2(kept, 2)
    if options.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        print(f"{name:32} {value:>12,}")


if __name__ == "__main__":
    main()
