"""What is under way: in the order of the source, until Firestore shows what has come of each."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from namewire.reprocessing.rebuilding import is_read
from namewire.reprocessing.sources import Candidate

# Longer than a delivery that was lost takes to come again.
PATIENCE_SECONDS: Final = 120.0
CHANGED: Final = "changed"  # another version is stored, which was read before the run began


@dataclass(slots=True)
class Place:
    """A candidate; without a kind it is under way."""

    candidate: Candidate
    sent_at: float
    kind: str = ""
    why: str = ""


@dataclass(slots=True)
class Window:
    """Places in their order; only what is settled from the first one on counts as done."""

    run: datetime
    clock: Callable[[], float] = time.monotonic
    heard_at: float = field(init=False, default=0.0)  # when something last came back
    _places: deque[Place] = field(init=False, default_factory=deque)
    _open: dict[str, Place] = field(init=False, default_factory=dict)

    def __len__(self) -> int:
        """Articles under way."""
        return len(self._open)

    def __contains__(self, article_id: object) -> bool:
        return article_id in self._open

    @property
    def names(self) -> list[str]:
        return list(self._open)

    @property
    def settled(self) -> int:
        """Places that wait for one before them."""
        return len(self._places) - len(self._open)

    @property
    def silent(self) -> float:
        """Seconds since something came back, while something is under way."""
        return self.clock() - self.heard_at if self._open else 0.0

    def add(self, candidate: Candidate, kind: str = "", why: str = "") -> None:
        """Without a kind the article is under way from now on."""
        place = Place(candidate, self.clock(), kind, why)
        if not self._open:
            self.heard_at = place.sent_at  # nobody was silent before
        self._places.append(place)
        if not kind:
            self._open[candidate.id] = place

    def renew(self, candidate: Candidate) -> None:
        """The same article is under way in another version."""
        place = self._open[candidate.id]
        place.candidate = Candidate(place.candidate.place, candidate.id, candidate.piece)
        place.sent_at = self.clock()

    def settle(self, article_id: str, kind: str, why: str = "") -> None:
        place = self._open.pop(article_id)
        # Many may wait for one before them: without their texts.
        place.candidate = Candidate(place.candidate.place, article_id)
        place.kind, place.why = kind, why

    def look(self, stored: Mapping[str, Mapping[str, Any]]) -> list[str]:
        """Settles what has come back; those that are to be read in another version."""
        changed = []
        for name, place in list(self._open.items()):
            kind = self._outcome(place, stored.get(name))
            if kind == CHANGED:
                changed.append(name)
            elif kind:
                self.settle(name, kind)
                self.heard_at = self.clock()
        return changed

    def late(self, *, last: bool) -> list[str]:
        """What has not come back in time. Of a silent house that is no news, unless nothing more is sent."""
        by = self.clock() - PATIENCE_SECONDS
        if self.heard_at < by and not last:
            return []
        return [name for name, place in self._open.items() if place.sent_at < by]

    def advance(self) -> Iterator[Place]:
        """Takes out what is settled, up to the first place that is not."""
        while self._places and self._places[0].kind:
            yield self._places.popleft()

    def _outcome(self, place: Place, document: Mapping[str, Any] | None) -> str:
        if document is None:
            return "gone"
        if is_read(document, self.run):
            return "read"
        piece = place.candidate.piece
        return CHANGED if piece is not None and document.get("version") != piece.version else ""
