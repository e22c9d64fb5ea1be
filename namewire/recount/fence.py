"""One document that every commit of a repair writes too, so that each is made once, by one repair at a time.

The fence names the repair that holds it and the attempt that came through last. Each commit requires it to be
as that repair left it. So a retry of what was done after all is refused, and a commit that arrives late, and
everything of a repair after another one has begun. No clock is involved.
"""

import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from namewire.errors import Trouble
from worker.bookkeeping import Entry
from worker.fate import TryLater
from worker.ledger import Reference
from worker.store import Keeps

# In a collection of its own, there only while a repair is under way, or after one that was killed.
REFERENCE: Final[Reference] = ("repairs", "current")


@dataclass(slots=True)
class Fence:
    """Held from `seize` to `release`, or to the beginning of another repair."""

    database: Keeps
    run: str = field(default_factory=lambda: uuid.uuid4().hex)
    since: Any = None  # the database's time of `seize`
    _token: Any = None
    _attempts: dict[str, Sequence[int]] = field(default_factory=dict)

    def seize(self) -> None:
        """Ends whatever repair is under way: what that one has done, it did before `since`."""
        (written,) = self.database.commit([Entry(REFERENCE, {"run": self.run, "attempt": ""})])
        self.since = self._token = written.update_time

    def commit(self, entries: Sequence[Entry], pieces: Sequence[int]) -> None:
        """All of the entries, once. Raises Conflict, TryLater or Never; after the first two, `settle`."""
        attempt = uuid.uuid4().hex
        self._attempts[attempt] = pieces
        own = Entry(REFERENCE, {"run": self.run, "attempt": attempt}, requires=self._token)
        written = self.database.commit([own, *entries])
        self._token = written[0].update_time
        self._attempts.clear()

    def settle(self) -> Sequence[int]:
        """The pieces of an attempt that came through although nobody said so. Raises TryLater or Trouble."""
        stored = self.database.read([REFERENCE]).get(REFERENCE)
        if stored is None or stored.document.get("run") != self.run:
            raise Trouble(
                "Another repair has begun after this one, which therefore stops; nothing is added twice. "
                "Let the other one finish, then run `namewire verify` again."
            )
        came_through = self._attempts.get(stored.document["attempt"], ())
        if came_through:
            self._attempts.clear()
        self._token = stored.update_time
        return came_through

    def release(self) -> None:
        """Takes the document away if it is ours; where that fails, whoever comes next seizes it anyway."""
        with suppress(TryLater):
            self.database.commit([Entry(REFERENCE, None, requires=self._token)])
