"""Which dead letters a command is about. Pure."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from namewire.errors import USAGE, Trouble
from namewire.review import TOPICS

if TYPE_CHECKING:
    from namewire.letters.facts import Facts


class Topic(StrEnum):
    """Where what became a dead letter was to be handled."""

    ARTICLES = "articles"
    ENTITIES = "entities"


@dataclass(slots=True)
class Selection:
    """By ids (of the letter or its article), by reason, by topic; nothing given is everything."""

    ids: Sequence[str] = ()
    reason: str | None = None
    topic: Topic | None = None
    _found: set[str] = field(init=False, default_factory=set)
    _letters: set[str] = field(init=False, default_factory=set)

    def __contains__(self, facts: "Facts") -> bool:
        hits = {facts.id, facts.article_id}.intersection(self.ids)
        if self.ids and not hits:
            return False
        if self.reason is not None and not _matches(self.reason, facts):
            return False
        self._found.update(name for name in hits if name is not None)
        self._letters.update({facts.id}.intersection(self.ids))
        return True

    @property
    def subscriptions(self) -> list[str]:
        return [name for name, topic in TOPICS.items() if self.topic in (None, topic)]

    @property
    def is_complete(self) -> bool:
        """Whether all that was asked for was found; article ids may have any number of letters."""
        return bool(self.ids) and self._letters == set(self.ids)

    @property
    def missing(self) -> list[str]:
        return [name for name in dict.fromkeys(self.ids) if name not in self._found]

    def arguments(self) -> str:
        """As they are typed."""
        words = [*self.ids]
        if self.reason is not None:
            words += ["--reason", self.reason]
        elif not self.ids:
            words.append("--all")
        if self.topic is not None:
            words += ["--topic", str(self.topic)]
        return shlex.join(words)


def selection(ids: Sequence[str], reason: str | None, topic: Topic | None, *, everything: bool) -> Selection:
    """For a command that changes something: exactly one way of saying which. Raises Trouble."""
    if reason is not None and not reason.strip():
        raise Trouble("--reason is empty; --all is the word for every letter.", exit_code=USAGE)
    if (bool(ids) + (reason is not None) + everything) != 1:
        raise Trouble(
            "Say which letters: one or more IDs, or --reason TEXT, or --all. "
            "`namewire dead-letters list` shows what there is.",
            exit_code=USAGE,
        )
    return Selection(list(ids), reason, topic)


def _matches(reason: str, facts: "Facts") -> bool:
    """The kind itself, or words of the reason."""
    wanted = reason.strip().casefold()
    return wanted == facts.kind.casefold() or wanted in facts.reason.casefold()
