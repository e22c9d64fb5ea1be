"""Waits until every article that was accepted has arrived, in Firestore or among the dead letters."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from contract.names import ARTICLES
from namewire.errors import Trouble
from namewire.publishing import Accepted
from namewire.review import SUBSCRIPTIONS, Letter

STILL_SECONDS: Final = 120.0
_POLL_SECONDS: Final = 0.2
_LETTERS_SECONDS: Final = 1.0


class Stores(Protocol):
    """The part of a database that this module needs."""

    def count(self, collection: str) -> int: ...
    def get_many(
        self, collection: str, names: Sequence[str], fields: Sequence[str] | None = None
    ) -> dict[str, dict[str, Any]]: ...


class Buries(Protocol):
    """The part of the review that this module needs."""

    def take(self, subscription: str) -> list[Letter]: ...


@dataclass(slots=True)
class Arrival:
    """What was sent, and what has come of it, in a house that nobody else uses."""

    sent: int = 0
    dead: dict[str, Mapping[str, str]] = field(default_factory=dict)
    _last: dict[str, str] = field(default_factory=dict)
    _repeated: set[str] = field(default_factory=set)

    @property
    def distinct(self) -> int:
        return len(self._last)

    def expect(self, article: Accepted) -> None:
        self.sent += 1
        if article.id in self._last:
            self._repeated.add(article.id)
        self._last[article.id] = article.message_id

    def wait(
        self,
        database: Stores,
        review: Buries,
        *,
        pause: Callable[[float], None],
        show: Callable[[int], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Until all is there. Raises Trouble when nothing moves, and what `pause` raises."""
        arrived, moved_at, letters_at = -1, clock(), 0.0
        while True:
            if clock() - letters_at > _LETTERS_SECONDS:
                self._collect(review)
                letters_at = clock()
            stored = database.count(ARTICLES)
            show(min(stored + len(self.dead), self.distinct))
            if stored + len(self.dead) >= self.distinct and self._is_complete(database):
                return
            if stored + len(self.dead) != arrived:
                arrived, moved_at = stored + len(self.dead), clock()
            elif clock() - moved_at > STILL_SECONDS:
                raise Trouble(
                    f"Nothing has moved for {STILL_SECONDS:g} s: "
                    f"{arrived:,} of {self.distinct:,} articles are there."
                )
            pause(_POLL_SECONDS)

    def _collect(self, review: Buries) -> None:
        for subscription in SUBSCRIPTIONS:
            for letter in review.take(subscription):
                self.dead[letter.attributes.get("article_id", letter.message_id)] = letter.attributes

    def _is_complete(self, database: Stores) -> bool:
        """Also whether the last version of what was sent more than once has been taken note of."""
        # An article can be stored in one version and dead in another, so that the sum alone is no proof.
        doubtful = self._repeated if not self.dead else self._last
        names = [name for name in doubtful if name not in self.dead]
        stored = database.get_many(ARTICLES, names, ["confirmed_by"])
        return all(
            name in stored
            and (name not in self._repeated or stored[name]["confirmed_by"] == self._last[name])
            for name in names
        )
