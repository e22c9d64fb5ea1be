"""What the writer depends on, over the fake and over the emulator: the fake is trusted because both pass."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.fakes.database import FakeDatabase
from worker import firestore
from worker.bookkeeping import Entry
from worker.fate import Conflict, Never, TryLater
from worker.ledger import Reference
from worker.store import Keeps


@pytest.fixture(params=["fake", "emulator"])
def database(request: pytest.FixtureRequest) -> Iterator[Keeps]:
    if request.param == "fake":
        yield FakeDatabase()
        return
    request.getfixturevalue("firestore_emulator")
    channel = firestore.open_channel()
    yield firestore.Database(channel, f"test-{uuid.uuid4().hex[:12]}")
    channel.close()


REF: Reference = ("entities", "e1")
OTHER: Reference = ("entities", "e2")


def test_a_document_is_read_as_it_was_written(database: Keeps) -> None:
    fields = {
        "text": "Zoë “the\nfirst” 👩‍🚀",
        "count": 3,
        "ratio": 0.5,
        "flag": True,
        "none": None,
        "at": datetime(2026, 11, 1, 12, 30, 0, 123456, tzinfo=UTC),
        "list": [{"start": 1, "label": "PERSON"}, "x"],
        "map": {"2026-11-01": 1, "a.b`c\\d": 2, "日本": 3},
        "empty": {},
        "nothing": [],
    }
    database.commit([Entry(REF, fields, requires=False)])
    assert database.read([REF, OTHER])[REF].document == fields
    assert OTHER not in database.read([REF, OTHER])


def test_only_the_asked_fields_are_read(database: Keeps) -> None:
    database.commit([Entry(REF, {"a": 1, "b": 2}, requires=False)])
    assert database.read([REF], ["a"])[REF].document == {"a": 1}


def test_many_documents_are_read(database: Keeps) -> None:
    references = [("entities", f"n{number}") for number in range(501)]
    database.commit([Entry(reference, {"a": 1}, requires=False) for reference in references])
    assert len(database.read(references)) == 501


def test_increments_add_to_maps_with_any_key_and_tell_the_result(database: Keeps) -> None:
    database.commit([Entry(REF, {"mentions": 1, "days": {"2026-11-01": 1}}, requires=False)])
    increments = {
        ("mentions",): 2,
        ("days", "2026-11-01"): 4,
        ("days", "2026-11-02"): 3,
        ("forms", "U.S. `x\\` é"): 1,
    }
    (written,) = database.commit([Entry(REF, {}, increments, merge=True, requires=True)])
    assert list(written.results) == [3, 5, 3, 1]
    assert database.read([REF])[REF].document == {
        "mentions": 3,
        "days": {"2026-11-01": 5, "2026-11-02": 3},
        "forms": {"U.S. `x\\` é": 1},
    }


def test_a_merge_changes_only_its_fields_and_a_set_replaces_the_document(database: Keeps) -> None:
    database.commit([Entry(REF, {"a": 1, "b": 2}, requires=False)])
    database.commit([Entry(REF, {"a": 5}, {("b",): 1}, merge=True, requires=True)])
    assert database.read([REF])[REF].document == {"a": 5, "b": 3}
    database.commit([Entry(REF, {"c": 1}, requires=True)])
    assert database.read([REF])[REF].document == {"c": 1}


def test_an_update_time_holds_until_the_next_write(database: Keeps) -> None:
    (first,) = database.commit([Entry(REF, {"a": 1}, requires=False)])
    assert database.read([REF])[REF].update_time == first.update_time
    (second,) = database.commit([Entry(REF, {"a": 2}, requires=first.update_time)])
    with pytest.raises(Conflict):
        database.commit([Entry(REF, {"a": 3}, requires=first.update_time)])
    database.commit([Entry(REF, None, requires=second.update_time)])
    assert database.read([REF]) == {}


@pytest.mark.parametrize("failing", [Entry(REF, {"a": 2}, requires=False), Entry(OTHER, {}, requires=True)])
def test_a_failed_precondition_writes_nothing_at_all(database: Keeps, failing: Entry) -> None:
    database.commit([Entry(REF, {"a": 1}, requires=False)])
    third: Reference = ("entities", "e3")
    with pytest.raises(Conflict):
        database.commit([Entry(third, {"a": 1}, requires=False), failing])
    assert database.read([third]) == {}
    assert database.read([REF])[REF].document == {"a": 1}


def test_a_commit_may_have_thousands_of_writes(database: Keeps) -> None:
    entries = [Entry(("entities", f"m{number}"), {"a": 1}, requires=False) for number in range(3_000)]
    assert len(database.commit(entries)) == 3_000


@pytest.mark.usefixtures("firestore_emulator")
def test_what_the_database_refuses_is_never() -> None:
    channel = firestore.open_channel()
    with pytest.raises(Never):
        firestore.Database(channel, "test-never").commit([Entry(("entities", "__x__"), {"a": 1})])
    channel.close()


def test_an_unreachable_database_is_try_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:9")
    channel = firestore.open_channel()
    with pytest.raises(TryLater, match="UNAVAILABLE"):
        firestore.Database(channel, "test-later").read([REF])
    channel.close()
