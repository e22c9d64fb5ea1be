"""Reads whole collections as they were at one moment, in pages, through outages of Firestore."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

from contract.names import ARTICLES
from namewire.database import Condition, Row, SnapshotGone, Unsteady
from namewire.errors import Trouble

_PAGE: Final = 1_000
_FIRST_PAUSE: Final = 0.5  # seconds
_LONGEST_PAUSE: Final = 10.0
# Waited for altogether before giving up, since the last document that came.
_PATIENCE: Final = 120.0
_STALE: Final = (
    "Firestore does not keep the versions of {at} any more, so that the rest is read as it is now. "
    "Documents that were written since are counted once more, each at a moment of its own, which costs a "
    "read for each of their articles. With point-in-time recovery Firestore keeps versions for 7 days."
)


class Versions(Protocol):
    """The part of a database that a recount needs."""

    def now(self) -> datetime: ...
    def look(self, collection: str, name: str, *, at: datetime | None = None) -> dict[str, Any] | None: ...
    def page(
        self,
        collection: str,
        fields: Sequence[str] | None = None,
        *,
        where: Sequence[Condition] = (),
        after: str | None = None,
        at: datetime | None = None,
        limit: int,
    ) -> Iterator[Row]: ...


class Reading:
    """Documents as they were at `since`, for as long as the database keeps that version."""

    def __init__(
        self,
        database: Versions,
        since: datetime,
        *,
        pause: Callable[[float], None],
        say: Callable[[str], None] = lambda line: None,
        page: int = _PAGE,
    ) -> None:
        self.database = database
        self.since = since
        self.lost = False  # the version of `since` is not kept any more
        self._pause = pause
        self._say = say
        self._page = page

    def rows(self, collection: str, fields: Sequence[str] | None = None) -> Iterator[Row]:
        """The whole collection, in the order of the ids. Raises Trouble and Interrupted."""
        after: str | None = None
        while True:
            try:
                for row in self._rows(collection, fields, after=after, at=None if self.lost else self.since):
                    after = row.id
                    yield row
            except SnapshotGone:
                if self.lost:
                    raise
                self.lost = True
                self._say(_STALE.format(at=self.since.isoformat()))
            else:
                return

    def is_exact(self, row: Row) -> bool:
        """Whether the document is as it was at `since`; then so is what its articles add to it."""
        return not self.lost or row.update_time <= self.since

    def articles_of(self, condition: Condition, fields: Sequence[str], *, at: datetime) -> Iterator[Row]:
        """Those articles, as they were then. Raises SnapshotGone."""
        return self._rows(ARTICLES, fields, where=(condition,), at=at)

    def _rows(
        self,
        collection: str,
        fields: Sequence[str] | None,
        *,
        where: Sequence[Condition] = (),
        after: str | None = None,
        at: datetime | None,
    ) -> Iterator[Row]:
        waited, pause = 0.0, _FIRST_PAUSE
        while True:
            count = 0
            try:
                for row in self.database.page(
                    collection, fields, where=where, after=after, at=at, limit=self._page
                ):
                    count, after = count + 1, row.id
                    waited, pause = 0.0, _FIRST_PAUSE
                    yield row
            except Unsteady as error:
                if waited >= _PATIENCE:
                    raise Trouble(f"{error} It was asked again for {_PATIENCE:.0f} s.") from error
                self._pause(pause)
                waited, pause = waited + pause, min(_LONGEST_PAUSE, pause * 2)
                continue
            if count < self._page:
                return
