"""An hour of a busy worker in minutes: does anything grow?

    python -m tests.benchmarks.soak [--million 50] [--minutes 30] [--megabytes N] [--plot FILE] [--json]

The role `work` with real processes on the real Pub/Sub emulator; nobody subscribes to what it publishes.
Articles are made of the sentences of real ones, with new names in each. Resident size, open files and
threads of every child are looked at each second. Exit code 1 when the size grew by 5 % after the first
fifth, when files or threads became more, or, with `--megabytes`, when work paused while processes were
replaced for their size.
"""

import argparse
import itertools
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import psutil

from emulator.services import pubsub_emulator
from emulator.topology import create_topology, read_topology
from tests.acceptance.ledger import publishing
from tests.acceptance.roles import Role, running
from tests.benchmarks.articles import many_articles
from worker.pubsub import Outgoing, Topic

_PROJECT: Final = "namewire-soak"
_ARTICLE_WORDS: Final = 500
_NEW_WORDS: Final = 0.02  # of all words; real news has about as many that were never met before
_AHEAD: Final = 600  # articles that wait, so that nobody is ever idle
_PART: Final = 100
_LOOK_SECONDS: Final = 1.0
_WARM: Final = 0.2  # of the run
_GROWTH: Final = 1.05
_PAUSE_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Look:
    """One child at one moment."""

    seconds: float
    million_words: float  # of all children
    slot: int
    pid: int
    megabytes: float
    files: int
    threads: int


def main() -> int:
    options = _options()
    looks, replaced = _soak(options)
    result = _judge(looks, replaced, options.megabytes)
    if options.plot is not None:
        _plot(looks, options.plot)
    if options.json:
        print(json.dumps(result))
    else:
        for name, value in result.items():
            print(f"{name:28} {value}")
    return 0 if result["holds"] else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--million", type=float, default=50.0, help="words to read (50)")
    parser.add_argument("--minutes", type=float, default=30.0, help="but no longer than this (30)")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--megabytes", type=int, help="replace processes that grow past this")
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _soak(options: argparse.Namespace) -> tuple[list[Look], int]:
    plan = read_topology()
    alone = {"articles-ner": plan["subscriptions"]["articles-ner"]}
    settings = {"NAMEWIRE_PROCESSES": str(options.processes)}
    if options.megabytes:
        settings["NAMEWIRE_CHILD_MEGABYTES"] = str(options.megabytes)
    with pubsub_emulator() as host, tempfile.TemporaryDirectory() as folder:
        os.environ.update(GOOGLE_CLOUD_PROJECT=_PROJECT, PUBSUB_EMULATOR_HOST=host)
        create_topology(host, _PROJECT, topology={**plan, "subscriptions": alone})
        with running("work", Path(folder), **settings) as work, publishing(_PROJECT) as topic:
            work.wait_ready()
            looks = list(_watch(work, topic, options))
            replaced = work.log.read_text(encoding="utf-8").count("reached its memory limit")
            work.terminate()
    return looks, replaced


def _watch(work: Role, topic: Topic, options: argparse.Namespace) -> Iterator[Look]:
    """Keeps the subscription filled, and looks at the children until enough is read."""
    articles = _articles()
    sent = 0
    done: dict[int, tuple[int, int]] = {}  # by process: articles and words
    began = time.monotonic()
    while True:
        done |= _done(work.run_dir)
        finished, words = (sum(count[part] for count in done.values()) for part in (0, 1))
        while sent - finished < _AHEAD:
            topic.publish([Outgoing(article, {}) for article in itertools.islice(articles, _PART)])
            sent += _PART
        seconds = time.monotonic() - began
        for slot, child in enumerate(work.children()):
            yield _look(seconds, words / 1e6, slot, child)
        _report(seconds, words)
        if words >= options.million * 1e6 or seconds >= options.minutes * 60:
            return
        time.sleep(_LOOK_SECONDS)


def _look(seconds: float, million_words: float, slot: int, child: psutil.Process) -> Look:
    try:
        with child.oneshot():
            size = child.memory_info().rss / 1e6
            return Look(seconds, million_words, slot, child.pid, size, child.num_fds(), child.num_threads())
    except psutil.NoSuchProcess:
        return Look(seconds, million_words, slot, child.pid, 0.0, 0, 0)


def _done(run_dir: Path) -> dict[int, tuple[int, int]]:
    """What each process says of itself; one that was replaced said its last word before."""
    found = {}
    for path in run_dir.glob("work-*.json"):
        try:
            status: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        found[int(status["pid"])] = int(status["done"]), int(status["words"])
    return found


def _judge(looks: Sequence[Look], replaced: int, megabytes: int | None) -> dict[str, Any]:
    end = looks[-1].seconds
    warm = [look for look in looks if look.seconds >= _WARM * end and look.megabytes]
    first = [look for look in warm if look.seconds < (_WARM + 0.1) * end]
    last = [look for look in warm if look.seconds >= 0.9 * end]
    growth = _median(last, "megabytes") / _median(first, "megabytes")
    files, threads = (
        max(getattr(look, name) for look in last) - max(getattr(look, name) for look in first)
        for name in ("files", "threads")
    )
    pause = _longest_pause(looks)
    flat = growth < _GROWTH and files <= 0 and threads <= 0
    return {
        "million_words": round(looks[-1].million_words, 1),
        "seconds": round(end),
        "megabytes_first": round(_median(first, "megabytes")),
        "megabytes_last": round(_median(last, "megabytes")),
        "megabytes_most": round(max(look.megabytes for look in looks)),
        "growth": round(growth, 3),
        "files_more": files,
        "threads_more": threads,
        "replaced": replaced,
        "longest_pause_s": round(pause, 1),
        "holds": flat if megabytes is None else replaced > 0 and pause < _PAUSE_SECONDS,
    }


def _longest_pause(looks: Sequence[Look]) -> float:
    """The longest time in which no word was read, by all children together."""
    moments = [0.0]
    for before, after in itertools.pairwise(looks):
        if after.million_words > before.million_words:
            moments.append(after.seconds)
    return max(later - earlier for earlier, later in itertools.pairwise([*moments, looks[-1].seconds]))


def _median(looks: Sequence[Look], name: str) -> float:
    return float(statistics.median(getattr(look, name) for look in looks))


def _articles() -> Iterator[bytes]:
    """Sentences of real articles in ever new order, with ever new words among them."""
    choice = random.Random(7)
    texts = [str(article.get("content") or article.get("body")) for article in many_articles(2_000)]
    sentences = [
        part for text in texts for part in text.replace("\n", " ").split(". ") if 5 < len(part.split()) < 60
    ]
    for number in itertools.count():
        words: list[str] = []
        while len(words) < _ARTICLE_WORDS:
            words += choice.choice(sentences).split()
            words[-1] += "."
        for place in choice.sample(range(len(words)), int(_NEW_WORDS * len(words))):
            words[place] = f"{choice.choice(words)[:6].capitalize()}{number:x}"
        yield json.dumps({"id": f"soak-{number}", "publication": "Soak", "content": " ".join(words)}).encode()


def _report(seconds: float, words: int) -> None:
    if int(seconds) % 10 == 0:
        sys.stderr.write(f"{seconds:6.0f} s, {words / 1e6:6.2f} million words\n")


def _plot(looks: Sequence[Look], file: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 6), layout="constrained")
    all_axes = figure.subplots(3, 1, sharex=True)
    for axes, name, title in zip(
        all_axes, ("megabytes", "files", "threads"), ("resident MB", "open files", "threads"), strict=True
    ):
        for pid in dict.fromkeys(look.pid for look in looks):
            its = [look for look in looks if look.pid == pid and look.megabytes]
            axes.plot(
                [look.million_words for look in its], [getattr(look, name) for look in its], label=f"{pid}"
            )
        axes.set(ylabel=title, ylim=0)
    all_axes[-1].set(xlabel="million words, all processes")
    figure.savefig(file)
    file.with_suffix(".json").write_text(json.dumps([asdict(look) for look in looks]), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
