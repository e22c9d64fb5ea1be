"""What a recount has found, kept in its scratch file: there may be more than memory holds."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from contract.names import ARTICLES
from worker.ledger import Delta, Path, Reference

_SCHEMA: Final = """
CREATE TABLE differences (collection TEXT, id TEXT, field TEXT, stored TEXT, should_be TEXT);
CREATE TABLE amends (number INTEGER PRIMARY KEY, collection TEXT, id TEXT, delta TEXT);
CREATE TABLE doubts (collection TEXT, id TEXT, why TEXT);
"""
WRITTEN: Final = "written meanwhile"
SPAN: Final = "first and last day"


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that is not as it must be. Without a field it is the document itself; None is "not there"."""

    reference: Reference
    field: Path
    stored: Any
    right: Any

    def as_json(self) -> dict[str, Any]:
        document = "/".join(self.reference)
        return {"document": document, "field": list(self.field), "stored": self.stored, "right": self.right}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with a document, and what added to it sets it right."""

    reference: Reference
    differences: Sequence[Difference] = ()
    delta: Delta | None = None
    lagging: bool = False  # shows one of its forms, but not the commonest

    @property
    def span_only(self) -> bool:
        """Whether only first and last day are wrong, as for the moment before a writer mends them."""
        fields = {difference.field for difference in self.differences}
        return bool(fields) and fields <= {("first_seen",), ("last_seen",)}


class Findings:
    """Differences, what repairs them, and documents whose recount needs another look."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.differences = self.lagging = self.doubtful = self.unmendable = self.undecided = 0
        connection.executescript(_SCHEMA)

    def record(self, verdict: Verdict) -> None:
        self._write(verdict.differences)
        self.lagging += verdict.lagging
        if verdict.delta is not None:
            self._amend(verdict.reference, verdict.delta)

    def record_article(self, differences: Sequence[Difference], *, mendable: bool) -> None:
        """What is wrong with an article by itself."""
        if differences:
            self._write(differences)
            self.unmendable += 0 if mendable else len(differences)
            if mendable:
                self._amend(differences[0].reference, Delta())

    def doubt(self, reference: Reference, why: str) -> None:
        self.doubtful += 1
        self._connection.execute("INSERT INTO doubts VALUES (?, ?, ?)", (*reference, why))

    def doubts(self) -> Iterator[tuple[Reference, str]]:
        for collection, name, why in self._connection.execute("SELECT * FROM doubts"):
            yield (collection, name), why

    def all(self) -> Iterator[Difference]:
        rows = self._connection.execute("SELECT * FROM differences ORDER BY rowid")
        for collection, name, path, stored, right in rows:
            values = (tuple(json.loads(path)), json.loads(stored), json.loads(right))
            yield Difference((collection, name), *values)

    @property
    def to_repair(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM amends").fetchone()[0])

    def amends(self, most: int) -> list[tuple[int, Reference, Delta]]:
        """Some of the documents to repair; they stay until they are done. Articles come first."""
        rows = self._connection.execute(
            "SELECT * FROM amends ORDER BY collection <> ?, number LIMIT ?", (ARTICLES, most)
        )
        return [(number, (collection, name), _delta(text)) for number, collection, name, text in rows]

    def done(self, numbers: Sequence[int]) -> None:
        self._connection.executemany("DELETE FROM amends WHERE number = ?", [(number,) for number in numbers])

    def _write(self, differences: Sequence[Difference]) -> None:
        self.differences += len(differences)
        self._connection.executemany(
            "INSERT INTO differences VALUES (?, ?, ?, ?, ?)",
            [
                (
                    *item.reference,
                    *(json.dumps(x, default=str) for x in (item.field, item.stored, item.right)),
                )
                for item in differences
            ],
        )

    def _amend(self, reference: Reference, delta: Delta) -> None:
        text = json.dumps(
            [[[*path, number] for path, number in delta.numbers.items()], delta.facts, delta.form]
        )
        self._connection.execute("INSERT INTO amends VALUES (NULL, ?, ?, ?)", (*reference, text))


def _delta(text: str) -> Delta:
    numbers, facts, form = json.loads(text)
    return Delta({tuple(item[:-1]): item[-1] for item in numbers}, facts, form)
