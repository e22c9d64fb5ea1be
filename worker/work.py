"""The role `work`: articles in, entity messages out; an article is settled once its message is safe."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

from contract import limits
from contract.article import Article
from contract.entities import Entity
from contract.errors import InvalidMessage
from contract.letters import Origin, first_origin, run_of
from contract.messages import EntityMessage, Model, count_words, entity_message
from contract.wire import decode_article
from worker.dead import DeadLetters, Hopeless
from worker.outbox import Outbox
from worker.pubsub import Outgoing, Received
from worker.status import Counts

log = logging.getLogger(__name__)

STAGE_DECODE: Final = "decode"
STAGE_LANGUAGE: Final = "language"
STAGE_NER: Final = "ner"
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
    choose: Callable[[Article], Finds] | None = None

    def handle(self, batch: Sequence[Received]) -> Iterator[Sequence[Received]]:
        """Yields messages whose entity message or dead letter is safe. Raises TryLater."""
        began = time.monotonic()
        tasks, hopeless = self._decode(batch)
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
        found, hopeless = self._find(tasks)
        # A process that dies from here on died of something else.
        self.survived([task.message for task in tasks])
        outgoing = [self._outgoing(task, entities) for task, entities in found]
        done = []
        for (task, _), refusal in zip(found, self.outbox.send(outgoing), strict=True):
            if refusal is None:
                done.append(task.message)
                self.counts.words += task.words
            else:
                error = InvalidMessage.of("content", f"its entity message was refused: {refusal}")
                hopeless.append(Hopeless(task.message, error, STAGE_PUBLISH))
        return [*done, *self.dead.bury(hopeless)]

    def _find(self, tasks: Sequence[_Task]) -> tuple[list[tuple[_Task, list[Entity]]], list[Hopeless]]:
        began = time.thread_time()
        try:
            entities = tasks[0].recognizer.find([task.article.content for task in tasks])
            return list(zip(tasks, entities, strict=True)), []
        except Exception as failure:
            # A foreign pipeline may raise anything; one article must not cost the batch.
            if len(tasks) > 1:
                log.exception("a batch of %s articles failed; trying them one by one", len(tasks))
                return self._find_one_by_one(tasks)
            log.exception("article of message %s failed", tasks[0].message.message_id)
            error = InvalidMessage.of("content", f"the entity recognizer failed on it: {_reason(failure)}")
            return [], [Hopeless(tasks[0].message, error, STAGE_NER)]
        finally:
            self.counts.ner_cpu_s += time.thread_time() - began

    def _find_one_by_one(
        self, tasks: Sequence[_Task]
    ) -> tuple[list[tuple[_Task, list[Entity]]], list[Hopeless]]:
        results = [self._find([task]) for task in tasks]
        return [pair for found, _ in results for pair in found], [case for _, bad in results for case in bad]

    def _outgoing(self, task: _Task, entities: list[Entity]) -> Outgoing:
        message = self._message(task, entities, keep_content=self.message_content)
        data = message.encode()
        if len(data) > limits.MESSAGE_BYTES:
            # The entities are worth more than a second copy of the text.
            data = self._message(task, entities, keep_content=False).encode()
        return Outgoing(data, message.attributes())

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
