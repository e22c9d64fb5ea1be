"""Sets counts right while the writer goes on: adds what is missing to each number, exactly once.

What is missing does not change, whatever the writer adds and takes away meanwhile (ADR 12). That it is
added once only, although commits get lost, answers too, and other repairs may run, is the fence's part.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from contract.documents import contribution_of, document_bytes
from contract.names import ARTICLES
from namewire.errors import Trouble
from namewire.recount.compare import cleaned, facts_for
from namewire.recount.fence import Fence
from namewire.recount.findings import Findings
from namewire.recount.shares import FIELDS, mended, share_of
from worker.bookkeeping import Entry, Stored, whole, whole_entry
from worker.fate import Conflict, Never, TryLater
from worker.ledger import Change, Delta, Reference, deltas

# Far below Firestore's 500 writes and 10 MiB, and the emulator's 4: the more documents, the more often the
# writer is faster.
_DOCUMENTS: Final = 100
_COMMIT_BYTES: Final = 3_000_000
_FIRST_PAUSE: Final = 0.1  # seconds
_LONGEST_PAUSE: Final = 10.0
_PATIENCE: Final = 300.0

Piece = tuple[int, Reference, Delta]


@dataclass(slots=True)
class Repair:
    """Works through the findings. `pause` may raise Interrupted; the next repair finds the rest again."""

    fence: Fence
    findings: Findings
    pause: Callable[[float], None]
    repaired: int = 0
    refused: list[tuple[Reference, str]] = field(default_factory=list)
    _most: int = _DOCUMENTS
    _waited: float = 0.0
    _tries: int = 0

    def run(self, show: Callable[[int], Any] = lambda done: None) -> None:
        """Until nothing is left. Raises Trouble and Interrupted."""
        while pieces := self._next():
            try:
                self._commit(pieces)
            except Never as error:
                self._refuse(pieces, str(error))
            except TryLater as error:
                self._wait(error)
            else:
                self._most, self._waited, self._tries = min(_DOCUMENTS, self._most * 2), 0.0, 0
            show(self.repaired)

    def _next(self) -> list[Piece]:
        pieces = self.findings.amends(self._most)
        # An article goes alone: its commit writes every count that it has a part in.
        return pieces[:1] if pieces and pieces[0][1][0] == ARTICLES else pieces

    def _commit(self, pieces: Sequence[Piece]) -> None:
        stored = self.fence.database.read([reference for _, reference, _ in pieces])
        if pieces[0][1][0] == ARTICLES:
            entries = self._mend_article(pieces[0][1], stored)
        else:
            pieces, entries = _within(pieces, stored)
        done = [number for number, _, _ in pieces]
        if entries:
            try:
                self.fence.commit(entries, done)
            except (Conflict, TryLater):
                # Whoever was faster, or whatever became of the answer: what went through is not done again.
                self._done(self.fence.settle())
                raise
        self._done(done)

    def _mend_article(self, reference: Reference, stored: Mapping[Reference, Stored]) -> list[Entry]:
        """An article that contradicts itself becomes what its entities say, and the counts follow it."""
        if reference not in stored:
            return []
        article = stored[reference].document
        share = share_of(reference[1], {name: article[name] for name in FIELDS if name in article})
        if not share.differences or not share.mendable:
            return []  # a correction came meanwhile
        article = {**article, "entities": article.get("entities") or ()}
        right = {**article, **mended(article)}
        change = Change(
            *(reference[1], article, right, None), contribution_of(article), contribution_of(right)
        )
        counts = deltas([change])
        found = self.fence.database.read(list(counts))
        own = Entry(reference, mended(article), merge=True, requires=stored[reference].update_time)
        facts = share_of(reference[1], right).facts
        moved = [
            _entry(ref, replace(delta, facts=facts.get(ref, {}), form=ref[1]), found.get(ref))
            for ref, delta in counts.items()
        ]
        return [own, *(entry for entry in moved if entry is not None)]

    def _done(self, numbers: Sequence[int]) -> None:
        self.findings.done(numbers)
        self.repaired += len(numbers)

    def _refuse(self, pieces: Sequence[Piece], why: str) -> None:
        """Firestore will never take this commit: smaller ones, until the culprit is alone."""
        if len(pieces) == 1:
            self.refused.append((pieces[0][1], why))
            self.findings.done([pieces[0][0]])
        self._most = max(1, len(pieces) // 2)

    def _wait(self, error: TryLater) -> None:
        self._most = max(1, self._most // 2)
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**self._tries)
        if self._waited > _PATIENCE:
            raise Trouble(
                f"The repair has stopped after {self.repaired:,} documents: for {_PATIENCE:.0f} s Firestore "
                f"did not take the next ({error}). What is repaired stays so; run it again for the rest."
            ) from error
        self.pause(pause)
        self._waited, self._tries = self._waited + pause, self._tries + 1


def _within(pieces: Sequence[Piece], stored: Mapping[Reference, Stored]) -> tuple[list[Piece], list[Entry]]:
    """As many of them as fit into one commit."""
    taken: list[Piece] = []
    entries: list[Entry] = []
    size = 0
    for piece in pieces:
        entry = _entry(piece[1], piece[2], stored.get(piece[1]))
        if entry is not None:
            size += document_bytes("/".join(piece[1]), entry.fields or {})
            if taken and size > _COMMIT_BYTES:
                break
            entries.append(entry)
        taken.append(piece)
    return taken, entries


def _entry(reference: Reference, delta: Delta, stored: Stored | None) -> Entry | None:
    """As the writer writes where numbers shrink: whole, on the condition that it is still as it was read."""
    if stored is not None:
        facts = facts_for(reference, stored.document, delta.facts)
        clean = cleaned(reference, stored.document)
        return whole_entry(reference, replace(delta, facts=facts), Stored(clean, stored.update_time))
    if not delta.numbers:
        return None  # only its names were wrong, and its last article has gone meanwhile
    return Entry(reference, whole(cleaned(reference, {}), delta), requires=False)
