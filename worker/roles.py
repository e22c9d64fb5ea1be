"""The two roles: what is loaded before the fork, and what each child builds for itself after it."""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from contract import names
from telemetry.logs import complain
from worker import pubsub
from worker.dead import DeadLetters
from worker.exits import COULD_NOT_START, OK, STALLED, CannotStart
from worker.forking import Run
from worker.intake import Intake
from worker.journal import Journal
from worker.leases import Leases
from worker.lifeline import Lifeline
from worker.memory import allow_megabytes
from worker.outbox import Outbox
from worker.pubsub import Received
from worker.pump import Handle, Pump
from worker.settings import Settings
from worker.sparing import sparing
from worker.status import Status
from worker.suspects import strikes_of
from worker.totals import Keepsake
from worker.tracing import Traces, start_traces

# Channels and threads are made here: in the child.
Build = Callable[[Lifeline, Status, Journal], Pump]

_QUICK_SECONDS: Final = 0.02  # a lone article need not wait for company
_MOMENTARY: Final = 4
_LEAST_MEGABYTES: Final = 2_000  # libraries reserve much that they never use
_FLOWING: Final = 2  # more messages than this in a batch mean that articles flow


def load_role(role: str, settings: Settings, *, count: int) -> Run:
    """Loads what the children of a role share, and opens no channel.

    What comes back runs one of `count` slots in a process of its own, until it is asked to stop.
    Raises CannotStart.
    """
    build = _LOAD[role](settings)
    journals = [Journal() for _ in range(count)]
    keepsakes = [Keepsake() for _ in range(count)]

    def run(slot: int, pipe: int, previous: int | None) -> int:
        lifeline = Lifeline(pipe)
        lifeline.obey_signals()
        status = Status(role, slot, settings.run_dir, keepsakes[slot])
        status.inherit(previous)
        journals[slot].charge(strikes_of(previous))
        try:
            pump = build(lifeline, status, journals[slot])
        except CannotStart as error:
            complain(role, str(error))
            return COULD_NOT_START
        if previous == STALLED:
            pump.intake.postpone(settings.stall_seconds)
        allow_megabytes(most_megabytes(pump.megabytes))
        code = pump.run()
        if code == OK:
            # After any other end the next process in this slot goes on in the file.
            status.remove()
        return code

    return run


def _load_work(settings: Settings) -> Build:
    from worker import linking
    from worker.recognizer import load_recognizer
    from worker.work import Work

    linking.prepare()
    choose, megabytes = None, settings.child_megabytes
    if settings.models:
        from worker.languages import load_languages

        languages = load_languages(settings)
        recognizer = languages.default or next(iter(languages.pipelines.values()))
        choose, megabytes = languages.choose, megabytes + languages.megabytes
    else:
        recognizer = load_recognizer(settings.model, longest=settings.content_chars, engine=settings.engine)

    def build(lifeline: Lifeline, status: Status, journal: Journal) -> Pump:
        channel = pubsub.open_channel()

        def outbox(topic: str) -> Outbox:
            return Outbox(pubsub.Topic(channel, settings.project, topic), lifeline, topic)

        traces = start_traces(os.environ, role="work", what="article")
        dead = DeadLetters(outbox(names.ARTICLES_DEAD_TOPIC), status.counts, traces=traces)
        work = Work(
            recognizer=recognizer,
            outbox=outbox(names.ENTITIES_TOPIC),
            dead=dead,
            counts=status.counts,
            batch_words=settings.batch_words,
            content_chars=settings.content_chars,
            message_content=settings.message_content,
            survived=journal.survived,
            traces=traces,
            choose=choose,
        )
        return _pump(
            pubsub.Subscription(channel, settings.project, names.ARTICLES_SUBSCRIPTION),
            sparing(work.handle, dead),
            lifeline,
            status,
            journal,
            traces,
            most=settings.batch_messages,
            patience=lambda: settings.batch_seconds,
            megabytes=megabytes,
        )

    return build


def _load_write(settings: Settings) -> Build:
    from worker import firestore
    from worker.store import Store

    def build(lifeline: Lifeline, status: Status, journal: Journal) -> Pump:
        channel = pubsub.open_channel()
        topic = pubsub.Topic(channel, settings.project, names.ENTITIES_DEAD_TOPIC)
        traces = start_traces(os.environ, role="write", what="entities")
        dead = DeadLetters(Outbox(topic, lifeline, topic.name), status.counts, traces=traces)
        store = Store(
            database=firestore.Database(firestore.open_channel(), settings.project),
            dead=dead,
            counts=status.counts,
            lifeline=lifeline,
            commit_writes=settings.commit_writes,
            keep_content=settings.store_content,
            uncounted=settings.uncounted_labels,
            traces=traces,
        )
        pace = _Pace(settings.commit_seconds)
        return _pump(
            pubsub.Subscription(channel, settings.project, names.ENTITIES_SUBSCRIPTION),
            pace.watch(sparing(store.handle, dead)),
            lifeline,
            status,
            journal,
            traces,
            most=commit_messages(settings.commit_writes),
            patience=pace.patience,
            megabytes=settings.child_megabytes,
        )

    return build


def commit_messages(writes: int) -> int:
    """How many messages to take for one commit: news articles bring ten or more new writes each."""
    return max(20, writes // 10)


def most_megabytes(recycled_at: int) -> int:
    """What a process may take for a moment; when it keeps more than its limit, it is replaced."""
    return max(_LEAST_MEGABYTES, _MOMENTARY * recycled_at)


class _Pace:
    """Waits for a commit to fill only while articles flow: one write per document costs the same for many."""

    def __init__(self, longest: float) -> None:
        self._longest = longest
        self._last = 0

    def patience(self) -> float:
        return self._longest if self._last > _FLOWING else min(_QUICK_SECONDS, self._longest)

    def watch(self, handle: Handle) -> Handle:
        def watched(batch: Sequence[Received]) -> Iterator[Sequence[Received]]:
            self._last = len(batch)
            return handle(batch)

        return watched


def _pump(
    subscription: pubsub.Subscription,
    handle: Handle,
    lifeline: Lifeline,
    status: Status,
    journal: Journal,
    traces: Traces,
    *,
    most: int,
    patience: Callable[[], float],
    megabytes: int,
) -> Pump:
    leases = Leases(subscription, journal)
    intake = Intake(subscription, leases, room=most)
    return Pump(intake, leases, lifeline, status, handle, most, patience, megabytes, traces)


_LOAD: Final = {"work": _load_work, "write": _load_write}
