"""Sums over any number of articles in little memory: a buffer that is emptied into a file without a name."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from namewire.errors import Trouble
from worker.ledger import Path, Reference

# About 40 MB of Python; SQLite's own cache comes to 32 MB more.
_BUFFERED: Final = 100_000
_CACHE_KIB: Final = 32_000
_SCHEMA: Final = """
CREATE TABLE sums (collection TEXT, id TEXT, field TEXT, key TEXT, number INTEGER NOT NULL,
    PRIMARY KEY (collection, id, field, key)) WITHOUT ROWID;
CREATE TABLE facts (collection TEXT, id TEXT, facts TEXT, PRIMARY KEY (collection, id)) WITHOUT ROWID;
CREATE TABLE seen (collection TEXT, id TEXT, PRIMARY KEY (collection, id)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Right:
    """What a document must hold; no numbers when there must be none."""

    numbers: Mapping[Path, int] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def scratch() -> Iterator[sqlite3.Connection]:
    """A database in a file that only this process can open, and that is gone when it ends, however it ends.

    Raises Trouble when the disk is full.
    """
    connection = sqlite3.connect("", isolation_level=None)
    try:
        # Nothing has to survive: no journal, no waiting for the disk.
        connection.executescript(
            f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -{_CACHE_KIB};"
        )
        yield connection
    except sqlite3.OperationalError as error:
        raise Trouble(
            f"The recount could not write its scratch file: {error}. It needs about 0.5 GB for a million "
            "articles, in the folder for temporary files; TMPDIR names another one. Firestore is as it was."
        ) from error
    finally:
        connection.close()


class Sums:
    """Numbers by document and field path."""

    def __init__(self, connection: sqlite3.Connection, *, buffered: int = _BUFFERED) -> None:
        self._connection = connection
        self._most = buffered
        self._buffer: dict[tuple[str, str, str, str], int] = {}
        self._facts: dict[Reference, Mapping[str, str]] = {}
        connection.executescript(_SCHEMA)

    def add(self, numbers: Iterable[tuple[Reference, Path, int]]) -> None:
        buffer = self._buffer
        for (collection, name), path, number in numbers:
            key = (collection, name, path[0], path[1] if len(path) > 1 else "")
            buffer[key] = buffer.get(key, 0) + number
        if len(self._buffer) >= self._most:
            self.flush()

    def name(self, facts: Mapping[Reference, Mapping[str, str]]) -> None:
        """What a document says besides numbers; the first word holds."""
        for reference, value in facts.items():
            self._facts.setdefault(reference, value)

    def flush(self) -> None:
        """Sorted, so that neighbours in the file are written together."""
        rows = ((*key, number) for key, number in sorted(self._buffer.items()))
        self._connection.execute("BEGIN")
        self._connection.executemany(
            "INSERT INTO sums VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET number = number + excluded.number",
            rows,
        )
        self._connection.executemany(
            "INSERT OR IGNORE INTO facts VALUES (?, ?, ?)",
            ((*reference, json.dumps(value)) for reference, value in sorted(self._facts.items())),
        )
        self._connection.execute("COMMIT")
        self._buffer.clear()
        self._facts.clear()

    def right(self, reference: Reference) -> Right:
        """What the document must hold. Only after `flush`."""
        rows = self._connection.execute(
            "SELECT field, key, number FROM sums WHERE collection = ? AND id = ?", reference
        )
        numbers: dict[Path, int] = {(name, key) if key else (name,): number for name, key, number in rows}
        row = self._connection.execute(
            "SELECT facts FROM facts WHERE collection = ? AND id = ?", reference
        ).fetchone()
        return Right(numbers, json.loads(row[0]) if row else {})

    def see(self, reference: Reference) -> None:
        self._connection.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", reference)

    def unseen(self) -> Iterator[Reference]:
        """Documents that must be there, and have not been seen."""
        yield from self._connection.execute(
            "SELECT collection, id FROM sums WHERE field = 'articles' AND key = '' AND NOT EXISTS "
            "(SELECT 1 FROM seen WHERE seen.collection = sums.collection AND seen.id = sums.id)"
        )
