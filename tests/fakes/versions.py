"""Collections in memory, read as a recount reads Firestore: the versions of one moment, which may be gone."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from namewire.database import Condition, Row, SnapshotGone
from namewire.recount.findings import Findings
from namewire.recount.reading import Reading
from namewire.recount.recounting import Recount
from namewire.recount.sums import Sums, scratch
from tests.fakes.database import FakeDatabase

EPOCH = datetime(2026, 11, 1, tzinfo=UTC)

Collections = Mapping[str, Mapping[str, Mapping[str, Any]]]


class Versions:
    """A FakeDatabase as it is when it is asked; the versions of EPOCH may be gone."""

    def __init__(self, database: FakeDatabase, *, since_is_gone: bool = False) -> None:
        self._database = database
        self._gone = EPOCH if since_is_gone else None

    def now(self) -> datetime:
        return EPOCH + timedelta(seconds=1)

    def look(self, collection: str, name: str, *, at: datetime | None = None) -> dict[str, Any] | None:
        self._check(at)
        document = self._database.collection(collection).get(name)
        return copy.deepcopy(document)

    def page(
        self,
        collection: str,
        fields: Sequence[str] | None = None,
        *,
        where: Sequence[Condition] = (),
        after: str | None = None,
        at: datetime | None = None,
        limit: int,
    ) -> Iterator[Row]:
        self._check(at)
        rows = sorted(self._database.collection(collection).items())
        chosen = [
            (name, document)
            for name, document in rows
            if (after is None or name > after) and all(_meets(document, condition) for condition in where)
        ]
        for name, document in chosen[:limit]:
            kept = {key: value for key, value in document.items() if fields is None or key in fields}
            yield Row(name, copy.deepcopy(kept), self.now())

    def _check(self, at: datetime | None) -> None:
        if at is not None and at == self._gone:
            raise SnapshotGone("too old")


def _meets(document: Mapping[str, Any], condition: Condition) -> bool:
    name, operator, value = condition
    stored = document.get(name)
    return stored == value if operator == "==" else value in (stored or ())


def recount(database: FakeDatabase, findings: Findings, sums: Sums, *, since_is_gone: bool = False) -> None:
    """Recounts what the database holds now."""
    versions = Versions(database, since_is_gone=since_is_gone)
    Recount(Reading(versions, EPOCH, pause=_never, page=2_000), sums, findings).run()


def differences(database: FakeDatabase, *, since_is_gone: bool = False) -> list[dict[str, Any]]:
    """What `namewire verify` would say about it."""
    with scratch() as disk:
        findings = Findings(disk)
        recount(database, findings, Sums(disk, buffered=5), since_is_gone=since_is_gone)
        return [difference.as_json() for difference in findings.all()]


def _never(seconds: float) -> None:
    raise AssertionError(f"nothing to wait {seconds} s for")
