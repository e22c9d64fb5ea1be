"""An in-memory Firestore with the behaviour that the writer depends on: atomic commits and preconditions."""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from worker.bookkeeping import Entry, Stored, Written
from worker.fate import Conflict, Never
from worker.ledger import Path, Reference


@dataclass
class FakeDatabase:
    """Passes the suite that the emulator passes (`tests/integration/test_firestore_gate.py`).

    `before_commit` and `after_commit` may raise: before, nothing is written; after, everything is,
    and the caller does not get to know.
    """

    documents: dict[Reference, Stored] = field(default_factory=dict)
    commits: list[int] = field(default_factory=list)
    reads: int = 0
    before_commit: Callable[[Sequence[Entry]], None] = lambda entries: None
    after_commit: Callable[[Sequence[Entry]], None] = lambda entries: None
    _time: int = 0

    def read(
        self, references: Sequence[Reference], fields: Sequence[str] | None = None
    ) -> dict[Reference, Stored]:
        self.reads += len(references)
        return {
            reference: _copy(self.documents[reference], fields)
            for reference in references
            if reference in self.documents
        }

    def commit(self, entries: Sequence[Entry]) -> list[Written]:
        self.before_commit(entries)
        if len({entry.reference for entry in entries}) != len(entries):
            raise Never("a document is written twice in one commit")
        for entry in entries:
            self._check(entry)
        self._time += 1
        written = [Written(self._time, self._write(entry)) for entry in entries]
        self.commits.append(len(entries))
        self.after_commit(entries)
        return written

    def collection(self, name: str) -> dict[str, dict[str, Any]]:
        """The documents of a collection, by id."""
        return {ref[1]: stored.document for ref, stored in self.documents.items() if ref[0] == name}

    def _check(self, entry: Entry) -> None:
        stored = self.documents.get(entry.reference)
        if isinstance(entry.requires, bool):
            met = (stored is not None) == entry.requires
        else:
            met = entry.requires is None or (stored is not None and stored.update_time == entry.requires)
        if not met:
            raise Conflict(f"{entry.reference} is not as required")

    def _write(self, entry: Entry) -> list[int]:
        if entry.fields is None:
            del self.documents[entry.reference]
            return []
        stored = self.documents.get(entry.reference)
        document = dict(stored.document) if stored is not None and entry.merge else {}
        document = copy.deepcopy({**document, **entry.fields})
        results = [_increment(document, path, number) for path, number in entry.increments.items()]
        self.documents[entry.reference] = Stored(document, self._time)
        return results


def _copy(stored: Stored, fields: Sequence[str] | None) -> Stored:
    document = {name: value for name, value in stored.document.items() if fields is None or name in fields}
    return Stored(copy.deepcopy(document), stored.update_time)


def _increment(document: dict[str, Any], path: Path, number: int) -> int:
    *parents, last = path
    place = document
    for name in parents:
        place = place.setdefault(name, {})
    place[last] = place.get(last, 0) + number
    return int(place[last])


def recount(articles: Mapping[str, Mapping[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What `entities` and `publications` must hold, counted anew and without the writer's code."""
    entities: dict[str, Any] = {}
    publications: dict[str, Any] = {}
    for article in articles.values():
        day, key = article["day"], article["publication_key"]
        for eid, times in article["mentions"].items():
            entity = entities.setdefault(eid, {"mentions": 0, "articles": 0, "publications": {}, "days": {}})
            entity["mentions"] += times
            entity["articles"] += 1
            entity["publications"][key] = entity["publications"].get(key, 0) + times
            entity["days"][day] = entity["days"].get(day, 0) + times
        publication = publications.setdefault(key, {"mentions": 0, "articles": 0, "days": {}})
        publication["mentions"] += sum(article["mentions"].values())
        publication["articles"] += 1
        publication["days"][day] = publication["days"].get(day, 0) + 1
    return entities, publications


def assert_counts_are_exact(
    articles: Mapping[str, Mapping[str, Any]],
    entities: Mapping[str, Mapping[str, Any]],
    publications: Mapping[str, Mapping[str, Any]],
) -> None:
    """The invariant: every number equals the sum over the articles; days and forms follow from them."""
    assert_numbers_are_exact(articles, entities, publications)
    for document in [*entities.values(), *publications.values()]:
        assert document["first_seen"] == min(document["days"])
        assert document["last_seen"] == max(document["days"])
    for entity in entities.values():
        forms = entity["forms"]
        assert not forms or forms[entity["text"]] == max(forms.values())
        assert all(times > 0 for times in forms.values())


def assert_numbers_are_exact(
    articles: Mapping[str, Mapping[str, Any]],
    entities: Mapping[str, Mapping[str, Any]],
    publications: Mapping[str, Mapping[str, Any]],
) -> None:
    """Counted in a dozen lines that share nothing with the writer or with `namewire verify`."""
    expected_entities, expected_publications = recount(articles)
    numbers = ("mentions", "articles", "publications", "days")
    assert {
        eid: {name: entity[name] for name in numbers} for eid, entity in entities.items()
    } == expected_entities
    assert {
        key: {name: publication[name] for name in ("mentions", "articles", "days")}
        for key, publication in publications.items()
    } == expected_publications
