"""The role `work`: articles in, entity messages out; an article is settled once its message is safe."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Protocol

from contract import limits
from contract.article import Article
from contract.entities import Entity
from contract.errors import InvalidMessage
from contract.letters import Origin, first_origin, run_of
from contract.messages import EntityMessage, Model, count_words, entity_message
from contract.wire import decode_article
from telemetry.events import event
from worker import linking
from worker.catalogue import ARTICLES_IN, ARTICLES_OUT, ENTITIES, NER_CPU, WORDS_IN, WORDS_OUT
from worker.dead import DeadLetters, Hopeless
from worker.fate import Never
from worker.outbox import Outbox
from worker.pubsub import Outgoing, Received
from worker.status import Counts
from worker.tracing import Traces, Untraced

log = logging.getLogger(__name__)

STAGE_DECODE: Final = "decode"
STAGE_LANGUAGE: Final = "language"
STAGE_NER: Final = "ner"
STAGE_LINK: Final = "link"
STAGE_PUBLISH: Final = "publish"


class Finds(Protocol):
    """The part of a recognizer that this module needs."""

    @property
    def model(self) -> Model: ...
    def find(self, texts: Sequence[str]) -> list[list[Entity]]: ...


@dataclass(frozen=True, slots=True)
class _Task:
    """One article on its way through the batch."""

    message: Received
    article: Article
    words: int
    recognizer: Finds


@dataclass(slots=True)
class Work:
    """Handles batches of the subscription `articles-ner`.

    `choose` picks the recognizer of an article, or raises InvalidMessage; without it there is only one.
    """

    recognizer: Finds
    outbox: Outbox
    dead: DeadLetters
    counts: Counts
    batch_words: int
    content_chars: int
    message_content: bool
    survived: Callable[[Sequence[Received]], None]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    traces: Traces = field(default_factory=Untraced)
    choose: Callable[[Article], Finds] | None = None
    link: Callable[[str, Sequence[Entity]], list[Entity]] = linking.link

    def handle(self, batch: Sequence[Received]) -> Iterator[Sequence[Received]]:
        """Yields messages whose entity message or dead letter is safe. Raises TryLater."""
        began = time.monotonic()
        with self.counts.totals.timing("decode"), self.traces.stage("decode", batch):
            tasks, hopeless = self._decode(batch)
        self.counts.totals.add(ARTICLES_IN, len(tasks))
        self.counts.totals.add(WORDS_IN, sum(task.words for task in tasks))
        yield self.dead.bury(hopeless)
        for group in _by_words(tasks, self.batch_words):
            yield self._process(group)
        self.counts.busy_s += time.monotonic() - began

    def _decode(self, batch: Sequence[Received]) -> tuple[list[_Task], list[Hopeless]]:
        tasks, hopeless = [], []
        for message in batch:
            try:
                article = decode_article(message.data, message.attributes, content_chars=self.content_chars)
            except InvalidMessage as error:
                hopeless.append(Hopeless(message, error, STAGE_DECODE))
                continue
            try:
                recognizer = self.recognizer if self.choose is None else self.choose(article)
            except InvalidMessage as error:
                hopeless.append(Hopeless(message, error, STAGE_LANGUAGE))
                continue
            tasks.append(_Task(message, article, count_words(article.content), recognizer))
        return tasks, hopeless

    def _process(self, tasks: Sequence[_Task]) -> list[Received]:
        messages = [task.message for task in tasks]
        with self.counts.totals.timing("ner"), self.traces.stage("ner", messages):
            found, hopeless = self._find(tasks)
        # A process that dies from here on died of something else.
        self.survived(messages)
        with (
            self.counts.totals.timing("link"),
            self.traces.stage("link", [task.message for task, _ in found]),
        ):
            found, unlinked = self._link(found)
        hopeless += unlinked
        done = []
        for (task, _), refusal in zip(found, self._send(found), strict=True):
            if refusal is None:
                done.append(task)
            else:
                error = InvalidMessage.of("content", f"its entity message was refused: {refusal}")
                hopeless.append(Hopeless(task.message, error, STAGE_PUBLISH))
        self._count(done, found)
        return [*(task.message for task in done), *self.dead.bury(hopeless)]

    def _link(
        self, found: Sequence[tuple[_Task, list[Entity]]]
    ) -> tuple[list[tuple[_Task, list[Entity]]], list[Hopeless]]:
        linked, hopeless = [], []
        for task, entities in found:
            try:
                linked.append((task, self.link(task.article.content, entities)))
            except Exception as failure:
                message_id, kind = task.message.message_id, type(failure).__name__
                log.exception(
                    "the names of message %s could not be linked",
                    message_id,
                    extra=event("link.failed", message_id=message_id, error=kind),
                )
                error = InvalidMessage.of("content", f"its names could not be linked: {_reason(failure)}")
                hopeless.append(Hopeless(task.message, error, STAGE_LINK))
        return linked, hopeless

    def _count(self, done: Sequence[_Task], found: Sequence[tuple[_Task, list[Entity]]]) -> None:
        words, totals = sum(task.words for task in done), self.counts.totals
        self.counts.words += words
        totals.add(ARTICLES_OUT, len(done))
        totals.add(WORDS_OUT, words)
        for label, number in Counter(entity.label for _, entities in found for entity in entities).items():
            totals.add(ENTITIES, number, label)

    def _send(self, found: Sequence[tuple[_Task, list[Entity]]]) -> list[Never | None]:
        """Why Pub/Sub refuses each entity message, or None."""
        messages = [task.message for task, _ in found]
        with self.counts.totals.timing("publish"), self.traces.send("send entities", messages) as contexts:
            return self.outbox.send(
                [
                    self._outgoing(task, entities, context)
                    for (task, entities), context in zip(found, contexts, strict=True)
                ]
            )

    def _find(self, tasks: Sequence[_Task]) -> tuple[list[tuple[_Task, list[Entity]]], list[Hopeless]]:
        began = time.thread_time()
        try:
            entities = tasks[0].recognizer.find([task.article.content for task in tasks])
            return list(zip(tasks, entities, strict=True)), []
        except Exception as failure:
            # A foreign pipeline may raise anything; one article must not cost the batch.
            if len(tasks) > 1:
                log.exception(
                    "a batch of %s articles failed; trying them one by one",
                    len(tasks),
                    extra=event("ner.batch_failed", articles=len(tasks), error=type(failure).__name__),
                )
                return self._find_one_by_one(tasks)
            log.exception(
                "article of message %s failed",
                tasks[0].message.message_id,
                extra=event(
                    "ner.failed", message_id=tasks[0].message.message_id, error=type(failure).__name__
                ),
            )
            error = InvalidMessage.of("content", f"the entity recognizer failed on it: {_reason(failure)}")
            return [], [Hopeless(tasks[0].message, error, STAGE_NER)]
        finally:
            spent = time.thread_time() - began
            self.counts.ner_cpu_s += spent
            self.counts.totals.add(NER_CPU, spent)

    def _find_one_by_one(
        self, tasks: Sequence[_Task]
    ) -> tuple[list[tuple[_Task, list[Entity]]], list[Hopeless]]:
        results = [self._find([task]) for task in tasks]
        return [pair for found, _ in results for pair in found], [case for _, bad in results for case in bad]

    def _outgoing(self, task: _Task, entities: list[Entity], context: Mapping[str, str]) -> Outgoing:
        message = self._message(task, entities, keep_content=self.message_content)
        data = message.encode()
        if len(data) > limits.MESSAGE_BYTES:
            # The entities are worth more than a second copy of the text.
            data = self._message(task, entities, keep_content=False).encode()
        return Outgoing(data, {**message.attributes(), **context})

    def _message(self, task: _Task, entities: list[Entity], *, keep_content: bool) -> EntityMessage:
        message = task.message
        # A replayed article keeps its place: a correction that came since still wins.
        origin = first_origin(message.attributes, Origin(message.published_at, message.message_id))
        return entity_message(
            task.article,
            entities,
            model=task.recognizer.model,
            received_at=origin.published_at,
            processed_at=self.now(),
            source_message_id=origin.message_id,
            linking_version=linking.VERSION,
            reprocessed_at=run_of(message.attributes, message.published_at),
            keep_content=keep_content,
        )


def _reason(failure: Exception) -> str:
    """Without the failure's own words, which may be the article's."""
    if isinstance(failure, MemoryError):
        return "it takes more memory than a process may have; raise NAMEWIRE_CHILD_MEGABYTES, or shorten it"
    return f"{type(failure).__name__}; see the worker's log"


def _by_words(tasks: Sequence[_Task], most: int) -> Iterator[list[_Task]]:
    """Groups of at most so many words, for one recognizer each; an article that alone has more is a group."""
    for recognizer in dict.fromkeys(id(task.recognizer) for task in tasks):
        group: list[_Task] = []
        words = 0
        for task in tasks:
            if id(task.recognizer) != recognizer:
                continue
            if group and words + task.words > most:
                yield group
                group, words = [], 0
            group.append(task)
            words += task.words
        yield group
