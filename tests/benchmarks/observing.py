"""What logs and metrics cost at their default settings, as a share of the CPU time of both roles.

    python -m tests.benchmarks.observing [--json] [--articles N] [--rounds N]

The same batches go through two lines, each with the role `work` (the real recognizer) and the role `write`,
as the worker does but for the calls to Pub/Sub and Firestore, which are answered from memory: what they would
cost is missing from the whole, so the share is rather too high. One line is as it is; the other leaves out
the line a batch, all counting, the memory that keeps the totals, and the status file. They take turns batch
by batch, within tens of milliseconds, because a neighbour on the same core makes the same work take up to 1.8
times the CPU time. Of each batch the best round counts on either side; `quartiles` are those of the ratios of
all batches of all rounds, and show how much they scatter.
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
from worker.work import Work

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
class Line:
    """Both roles over topics in memory, with CPU seconds by role and batch."""

    watched: bool
    folder: Path
    recognizer: Any
    spent: dict[str, list[float]] = field(default_factory=lambda: {"work": [], "write": []})

    def __post_init__(self) -> None:
        self.articles, entities, self.letters = FakeTopic(), FakeTopic(), FakeTopic()
        lifeline = Lifeline()
        status = self._status("work")
        work = Work(
            recognizer=self.recognizer,
            outbox=Outbox(entities, lifeline, "entities"),
            dead=DeadLetters(Outbox(self.letters, lifeline, "dead"), status.counts),
            counts=status.counts,
            batch_words=8_000,
            content_chars=1_000_000,
            message_content=True,
            survived=lambda _: None,
        )
        self._work = self._pump(self.articles.subscribe(), work.handle, status, WORK_BATCH)
        status = self._status("write")
        store = Store(
            database=FakeDatabase(),
            dead=DeadLetters(Outbox(self.letters, lifeline, "dead"), status.counts),
            counts=status.counts,
            lifeline=lifeline,
            commit_writes=500,
            keep_content=True,
            uncounted=UNCOUNTED_LABELS,
        )
        self._write = self._pump(entities.subscribe(), store.handle, status, WRITE_BATCH)

    def turn(self, role: str) -> None:
        """One batch of a role. Pulling is no part of its time."""
        subscription, pump = self._work if role == "work" else self._write
        messages = subscription.pull(pump.most)
        logging.getLogger().setLevel(logging.INFO if self.watched else logging.WARNING)
        began = time.process_time()
        pump.intake._add(messages)
        pump._turn()
        self.spent[role].append(time.process_time() - began)

    def _status(self, role: str) -> Status:
        status = (Status if self.watched else Unseen)(role, 0, str(self.folder), Keepsake())
        if not self.watched:
            status.counts.totals = Uncounted()
        return status

    def _pump(
        self, subscription: FakeSubscription, handle: Handle, status: Status, most: int
    ) -> tuple[FakeSubscription, Pump]:
        leases = Leases(subscription, Journal())
        intake = Intake(subscription, leases, room=most)
        return subscription, Pump(intake, leases, Lifeline(), status, handle, most, lambda: 0.0, 10**6)


def run(articles: Sequence[Outgoing], recognizer: Any, folder: Path, *, turn: int = 0) -> tuple[Line, Line]:
    """The same articles through both lines, in turns."""
    lines = Line(True, folder, recognizer), Line(False, folder, recognizer)
    for line in lines:
        for start in range(0, len(articles), 500):
            line.articles.publish(articles[start : start + 500])
    for role, size in (("work", WORK_BATCH), ("write", WRITE_BATCH)):
        gc.collect()
        gc.disable()  # it would fall on either side by chance
        for number in range(-(-len(articles) // size)):
            for line in lines if (number + turn) % 2 else reversed(lines):
                line.turn(role)
        gc.enable()
    assert not any(line.letters.sent for line in lines)
    return lines


def measure(count: int, rounds: int, log: Path) -> dict[str, Any]:
    from worker.recognizer import load_recognizer

    made = [read_article(fields, content_chars=1_000_000) for fields in many_articles(count)]
    articles = [Outgoing(encode_article(article), {}) for article in made]
    words = sum(count_words(article.content) for article in made)
    recognizer = load_recognizer("", longest=1_000_000)
    with tempfile.TemporaryDirectory() as folder:
        run(articles, recognizer, Path(folder))  # everything is cold
        size = log.stat().st_size
        pairs = [run(articles, recognizer, Path(folder), turn=turn) for turn in range(rounds)]
    result: dict[str, Any] = {"articles": len(articles), "words": words, "rounds": rounds}
    for name, roles in (("work", ("work",)), ("write", ("write",)), ("both", ("work", "write"))):
        rounds_of = [
            [[x for role in roles for x in pair[side].spent[role]] for pair in pairs] for side in (0, 1)
        ]
        with_, without = ([min(batch) for batch in zip(*side, strict=True)] for side in rounds_of)
        ratios = [a / b - 1 for side in zip(*rounds_of, strict=True) for a, b in zip(*side, strict=True)]
        result[f"{name}_us_per_word"] = round(1e6 * sum(with_) / words, 3)
        result[f"{name}_us_per_word_without"] = round(1e6 * sum(without) / words, 3)
        result[f"{name}_cost"] = round(sum(with_) / sum(without) - 1, 4)
        result[f"{name}_quartiles"] = [round(each, 4) for each in statistics.quantiles(ratios, n=4)]
    result["log_bytes_per_article"] = round((log.stat().st_size - size) / len(articles) / rounds, 1)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--articles", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
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
        print(f"{name:32} {value!s:>30}")


if __name__ == "__main__":
    main()
