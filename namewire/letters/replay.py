"""Publishes dead letters to their topics again: first the confirmation, only then the acknowledgement.

Whatever ends the process in between leaves the letter where it is. It can then be published a second time,
which the writer counts once: it is the same version of the same article.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from contract.letters import SOURCE_MESSAGE_ID
from contract.names import ARTICLES
from namewire.letters.facts import Facts, facts_of
from namewire.letters.hand import Hand
from namewire.letters.judging import Fate, Verdict, judge, message_of
from namewire.letters.outcome import Outcome
from namewire.letters.selection import Selection
from namewire.review import TOPICS, Letter, Message, NoAnswer, Refused

# A publish request takes 10 MB; one letter is smaller than this or alone.
_REQUEST_BYTES: Final = 5_000_000
_WAITS: Final = (0.5, 2.0, 5.0)  # seconds between tries while Pub/Sub does not answer
_PLACE: Final = ("confirmed_at", "confirmed_by", "reprocessed_at")

Case = tuple[Letter, Verdict]


class Publishes(Protocol):
    """The part of the review that this module needs."""

    def publish(self, topic: str, messages: Sequence[Message]) -> list[str]: ...


class Stores(Protocol):
    """The part of a database that this module needs."""

    def get_many(
        self, collection: str, names: Sequence[str], fields: Sequence[str] | None = None
    ) -> dict[str, dict[str, Any]]: ...


@dataclass(slots=True)
class Replay:
    """One run over the selected letters; `dry` changes nothing."""

    hand: Hand
    topics: Publishes
    database: Stores
    wanted: Selection
    pause: Callable[[float], None]
    show: Callable[[int, str], None]
    dry: bool
    force: bool = False
    as_new: bool = False
    outcome: Outcome = field(init=False)
    _sent: set[tuple[str, str]] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self.outcome = Outcome(self.dry)

    def run(self) -> None:
        """Fills the outcome. Raises Trouble, and what `pause` raises."""
        for subscription in self.wanted.subscriptions:
            for page in self._pages(subscription):
                self._handle(page)
                self.pause(0.0)
                if self.wanted.is_complete:
                    return

    def _pages(self, subscription: str) -> Iterator[list[tuple[Letter, Facts]]]:
        found = (self._choose(page) for page in self.hand.pages(subscription))
        if not self.as_new:
            yield from found
        else:
            # What counts as published now has to be published in its old order.
            yield [pair for page in found for pair in page]

    def _choose(self, page: Sequence[Letter]) -> list[tuple[Letter, Facts]]:
        self.outcome.seen += len(page)
        chosen = []
        for letter in page:
            facts = facts_of(letter)
            if (letter.subscription, letter.attributes.get(SOURCE_MESSAGE_ID, "")) in self._sent:
                self.outcome.came_back.append(facts)
            elif facts in self.wanted:
                chosen.append((letter, facts))
        return chosen

    def _handle(self, page: Sequence[tuple[Letter, Facts]]) -> None:
        cases = self._judge(page)
        if not self.dry:
            self._settle([case for case in cases if case[1].fate is Fate.SETTLE])
            replays = [case for case in cases if case[1].fate is Fate.REPLAY]
            for part in _requests(replays, most=1 if self.as_new else len(replays)):
                self._send(part)
                self.show(self.outcome.seen, self.outcome.note())
                self.pause(0.0)
        left = [verdict for _, verdict in cases if self.dry or verdict.fate is Fate.LEAVE]
        self.outcome.verdicts += left
        self.show(self.outcome.seen, self.outcome.note())

    def _judge(self, page: Sequence[tuple[Letter, Facts]]) -> list[Case]:
        names = list(dict.fromkeys(facts.article_id for _, facts in page if facts.article_id))
        stored = self.database.get_many(ARTICLES, names, _PLACE) if names else {}
        cases = [
            (letter, judge(facts, stored.get(facts.article_id or ""), force=self.force, as_new=self.as_new))
            for letter, facts in page
        ]
        return sorted(cases, key=lambda case: case[1].facts.place)

    def _send(self, part: Sequence[Case]) -> None:
        letters = [letter for letter, _ in part]
        topic = TOPICS[letters[0].subscription]
        messages = [message_of(letter, verdict.facts, as_new=self.as_new) for letter, verdict in part]
        try:
            ids = self._publish(topic, messages)
        except Refused as refused:
            if len(part) == 1:
                why = f"Pub/Sub refused it: {refused}"
                self.outcome.verdicts.append(Verdict(part[0][1].facts, Fate.LEAVE, why))
                return
            middle = len(part) // 2
            self._send(part[:middle])
            self._send(part[middle:])
            return
        self._sent.update((letters[0].subscription, name) for name in ids)
        self._settle(part)

    def _publish(self, topic: str, messages: Sequence[Message]) -> list[str]:
        """A time-out may mean that it arrived all the same; twice is harmless."""
        for wait in _WAITS:
            try:
                return self.topics.publish(topic, messages)
            except NoAnswer:
                self.pause(wait)
        return self.topics.publish(topic, messages)

    def _settle(self, cases: Sequence[Case]) -> None:
        if cases:
            self.hand.settle([letter for letter, _ in cases])
            self.outcome.verdicts += [verdict for _, verdict in cases]


def _requests(cases: Sequence[Case], *, most: int) -> Iterator[Sequence[Case]]:
    """Parts of at most so many letters and, unless one alone has more, so many bytes."""
    start = size = 0
    for position, (letter, _) in enumerate(cases):
        extent = len(letter.data) + sum(
            len(f"{name}{value}") * 4 for name, value in letter.attributes.items()
        )
        if position > start and (position - start >= most or size + extent > _REQUEST_BYTES):
            yield cases[start:position]
            start, size = position, 0
        size += extent
    if start < len(cases):
        yield cases[start:]
