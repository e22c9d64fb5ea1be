"""How far a run has come, in Firestore, so that any machine can go on after a kill.

Each write requires the document to be as the last one left it: where a second command has taken over, the
first one notices with its next write, and stops. An answer that got lost is told apart by the attempt.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from namewire.errors import Trouble
from worker.bookkeeping import Entry, Stored
from worker.fate import Conflict, Never, TryLater
from worker.ledger import Reference
from worker.store import Keeps

# In a collection of its own, there only while a run is not finished.
REFERENCE: Final[Reference] = ("reprocessing", "current")
_WAITS: Final = (0.5, 2.0, 5.0, 10.0, 20.0)  # seconds between tries while Firestore does not answer


@dataclass(slots=True)
class Bookmark:
    """The run, and the place in its source up to which everything is settled."""

    database: Keeps
    pause: Callable[[float], None]
    source: str
    run: datetime
    after: str | None = None
    tally: Mapping[str, int] = field(default_factory=dict)
    resumed: bool = False
    token: Any = None
    _attempts: set[str] = field(init=False, default_factory=set)

    def save(self, after: str | None, tally: Mapping[str, int]) -> None:
        """Raises Trouble."""
        self.after, self.tally = after, dict(tally)
        place = {"run": self.run, "source": self.source, "after": after, "tally": self.tally}
        self._persist(lambda attempt: {**place, "attempt": attempt})

    def remove(self) -> None:
        """The run is finished. Raises Trouble."""
        self._persist(lambda _: None)

    def _persist(self, fields: Callable[[str], dict[str, Any] | None]) -> None:
        for wait in _WAITS:
            try:
                if self._write(fields):
                    return
            except TryLater:
                self.pause(wait)
            except Never as error:
                raise Trouble(_CANNOT.format(error=error)) from error
        raise Trouble(_CANNOT.format(error="Firestore does not answer"))

    def _write(self, fields: Callable[[str], dict[str, Any] | None]) -> bool:
        """Whether it is written. Raises Trouble, TryLater and Never."""
        attempt = uuid.uuid4().hex
        self._attempts.add(attempt)
        try:
            (written,) = self.database.commit([Entry(REFERENCE, fields(attempt), requires=self.token)])
        except Conflict:
            return self._look(attempt, removing=fields(attempt) is None)
        self.token = written.update_time
        self._attempts.clear()
        return True

    def _look(self, attempt: str, *, removing: bool) -> bool:
        """After a refusal: was it an earlier try of ours that came through after all?"""
        stored = self.database.read([REFERENCE]).get(REFERENCE)
        if stored is None and removing:
            return True
        if stored is None or stored.document.get("attempt") not in self._attempts:
            raise Trouble(
                "Another `namewire reprocess` has taken over or finished this run; this one stops. "
                "Nothing is counted twice."
            )
        self.token = stored.update_time
        return bool(stored.document["attempt"] == attempt)


_CANNOT: Final = (
    "How far the run has come cannot be noted: {error}. It needs the right to write to Firestore "
    "(roles/datastore.user); run it again to go on."
)


def open_bookmark(
    database: Keeps, source: str, now: datetime, *, anew: bool, pause: Callable[[float], None]
) -> Bookmark:
    """The unfinished run of this source, or a new one, which begins now. Raises Trouble."""
    try:
        stored = database.read([REFERENCE]).get(REFERENCE)
    except (TryLater, Never) as error:
        raise Trouble(f"Firestore does not say whether a run is unfinished: {error}.") from error
    mark = Bookmark(database, pause, source, now, token=None if stored is None else stored.update_time)
    if stored is not None and not anew:
        _go_on(mark, stored)
    mark.save(mark.after, mark.tally)
    return mark


def _go_on(mark: Bookmark, stored: Stored) -> None:
    document = stored.document
    if document.get("source") != mark.source:
        raise Trouble(
            "A run over something else is not finished. Give the same files (or none) to go on with it, "
            "or --anew to forget it and begin another one."
        )
    mark.run, mark.after, mark.tally = document["run"], document["after"], document["tally"]
    mark.resumed = True
