"""A repair in the middle of everything: exact, whatever the writer does and whatever gets lost."""

import itertools
import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.messages import EntityMessage
from namewire.errors import Trouble
from namewire.recount.fence import REFERENCE, Fence
from namewire.recount.findings import Findings
from namewire.recount.repair import Repair
from namewire.recount.sums import Sums, scratch
from tests.fakes.database import FakeDatabase
from tests.fakes.versions import differences, recount
from tests.unit.worker.making import make_message
from tests.unit.worker.test_store import VERSION, Room
from worker.bookkeeping import Entry
from worker.fate import Conflict, Never, TryLater
from worker.ledger import Reference

Damage = tuple[int, str, int]


def test_a_repair_writes_each_document_once_and_leaves_no_trace() -> None:
    room = Room()
    room.take(make_message("Ada met Bo"), make_message("Ada", article_id="a2"))
    for reference, stored in list(room.database.documents.items()):
        if reference[0] != "articles":
            stored.document["mentions"] += 3
    room.database.commits.clear()
    assert repair(room.database).repaired == 3
    # The fence, the three documents with the fence, and the fence's end.
    assert room.database.commits == [1, 4, 1]
    assert REFERENCE not in room.database.documents
    room.check()


def test_an_article_that_contradicts_its_entities_follows_them_and_the_counts_follow_it() -> None:
    room = Room()
    room.take(make_message("Ada met Bo. Ada left."))
    article = room.database.collection("articles")["a1"]
    (ada,) = [eid for eid, times in article["mentions"].items() if times == 2]
    article["mentions"][ada] = 1
    article["entity_ids"].append("nobody")
    found = {(item["document"], *item["field"]) for item in differences(room.database)}
    assert ("articles/a1", "mentions", ada) in found
    assert ("articles/a1", "entity_ids") in found
    assert repair(room.database).refused == []
    assert room.mentions() == {"Ada": 2, "Bo": 1}
    room.check()


def test_without_a_common_moment_an_article_that_lists_no_entities_is_counted_too() -> None:
    """The largest articles leave out their `entity_ids`, by which an entity's articles are found."""
    room = Room()
    room.take(make_message("Ada met Bo"), make_message("Ada", article_id="a2"))
    large = room.database.collection("articles")["a1"]
    large["left_out"] = ["content", "entities", "entity_ids"]
    del large["entity_ids"]
    assert differences(room.database, since_is_gone=True) == []
    for entity in room.database.collection("entities").values():
        entity["mentions"] += 1
    assert sorted(item["right"] for item in differences(room.database, since_is_gone=True)) == [1, 2]


def test_what_firestore_refuses_is_named_and_harms_nothing_else() -> None:
    room = Room()
    room.take(*(make_message(name, article_id=name) for name in ("Ada", "Bo", "Cy")))
    (bo,) = [eid for eid, item in room.database.collection("entities").items() if item["text"] == "Bo"]
    for entity in room.database.collection("entities").values():
        entity["mentions"] = 9

    def refuse(entries: Sequence[Entry]) -> None:
        if any(entry.reference == ("entities", bo) for entry in entries):
            raise Never("INVALID_ARGUMENT")

    room.database.before_commit = refuse
    done = repair(room.database)
    assert (done.repaired, done.refused) == (2, [(("entities", bo), "INVALID_ARGUMENT")])
    assert room.mentions() == {"Ada": 1, "Bo": 9, "Cy": 1}


def test_a_later_repair_ends_an_earlier_one_before_anything_is_added_twice() -> None:
    room = Room()
    room.take(make_message("Ada"))
    (entity,) = room.database.collection("entities").values()
    entity["mentions"] = 5
    with scratch() as disk:
        findings = Findings(disk)
        earlier = Fence(room.database)
        earlier.seize()
        recount(room.database, findings, Sums(disk))
        assert repair(room.database).repaired == 1
        with pytest.raises(Trouble, match="Another repair has begun"):
            Repair(earlier, findings, pause=lambda seconds: None).run()
    room.check()


def test_an_entity_that_the_writer_removes_meanwhile_comes_back_with_its_label() -> None:
    """Of a lost document only the part since then is stored, and with a correction that part goes too."""
    room = Room()
    room.take(make_message("Ada met Bo"))
    lost = next(
        ref for ref, stored in room.database.documents.items() if stored.document.get("text") == "Ada"
    )
    del room.database.documents[lost]
    room.take(make_message("Ada", article_id="a2"))
    corrections = [make_message("Bo", article_id="a2", sent=1)]

    def correct(entries: Sequence[Entry]) -> None:
        if _is_repair(entries) and corrections:
            room.take(corrections.pop())

    room.database.before_commit = correct
    repair(room.database)
    assert room.mentions() == {"Ada": 1, "Bo": 2}
    room.check()


def test_an_outage_ends_the_repair_with_a_sentence() -> None:
    room = Room()
    room.take(make_message("Ada"))
    (entity,) = room.database.collection("entities").values()
    entity["mentions"] = 5
    began = iter([False])

    def down(entries: Sequence[Entry]) -> None:
        if next(began, True):
            raise TryLater("UNAVAILABLE")

    room.database.before_commit = down
    with pytest.raises(Trouble, match=r"0 documents.*UNAVAILABLE.*run it again"):
        repair(room.database)


@settings(max_examples=60, deadline=None)
@given(
    history=st.lists(VERSION, min_size=1, max_size=10),
    meanwhile=st.lists(VERSION, max_size=8),
    damage=st.lists(
        st.tuples(
            st.integers(0, 50),
            st.sampled_from(["number", "entry", "entry gone", "gone", "orphan", "span", "text", "article"]),
            st.integers(-3, 5),
        ),
        max_size=6,
    ),
    failures=st.lists(st.sampled_from(["before", "after", "conflict", None]), max_size=12),
    seed=st.integers(0, 2**32),
)
def test_any_damage_is_repaired_while_the_writer_goes_on_and_commits_get_lost(
    history: list[tuple[str, list[str], str, str | None]],
    meanwhile: list[tuple[str, list[str], str, str | None]],
    damage: list[Damage],
    failures: list[str | None],
    seed: int,
) -> None:
    choice = random.Random(seed)
    versions = [_message(position, *version) for position, version in enumerate([*history, *meanwhile])]
    room = Room()
    room.take(*versions[: len(history)])
    for where, kind, number in damage:
        _damage(room.database, where, kind, number)
    _interfere(room, versions[len(history) :], failures, choice)
    repair(room.database)
    _let_be(room.database)
    room.take(*versions)
    assert differences(room.database) == []


def repair(database: FakeDatabase) -> Repair:
    """What `namewire verify --repair` does."""
    with scratch() as disk:
        findings, fence = Findings(disk), Fence(database)
        fence.seize()
        recount(database, findings, Sums(disk))
        done = Repair(fence, findings, pause=lambda seconds: None)
        done.run()
        fence.release()
    return done


def _message(position: int, aid: str, names: list[str], publication: str, day: str | None) -> EntityMessage:
    return make_message(
        " ".join(names), article_id=aid, publication=publication, published_at=day, sent=position
    )


def _damage(database: FakeDatabase, where: int, kind: str, number: int) -> None:
    references = sorted(ref for ref in database.documents if (ref[0] == "articles") == (kind == "article"))
    if not references:
        return
    reference = references[where % len(references)]
    # Whoever writes changes the time of the document, too.
    database.commit([Entry(reference, {}, merge=True)])
    document = database.documents[reference].document
    match kind:
        case "number":
            document["mentions"] += number
            document["articles"] += number
        case "entry":
            document["days"]["2026-10-01"] = number
        case "entry gone":
            document["days"].clear()
        case "gone":
            del database.documents[reference]
        case "orphan":
            orphan: Reference = (reference[0], f"orphan-{number}")
            database.commit([Entry(orphan, {**document, "days": {"2026-10-01": 2}})])
        case "span":
            document["last_seen"] = "2031-01-01"
        case "text":
            document["text" if reference[0] == "entities" else "name"] = "Nonsense"
        case "article":
            for eid in list(document["mentions"])[1:]:
                del document["mentions"][eid]


def _interfere(
    room: Room, versions: Sequence[EntityMessage], failures: Sequence[str | None], choice: random.Random
) -> None:
    """Between what a repair has read and what it writes, the writer writes; and answers get lost."""
    coming, plan = iter(versions), iter(failures)
    within: list[bool] = []

    def before(entries: Sequence[Entry]) -> None:
        if within or not _is_repair(entries):
            return
        within.append(True)
        for message in itertools.islice(coming, choice.choice([0, 1, 2])):
            room.take(message)
        within.clear()
        match fate := next(plan, None):
            case "before":
                raise TryLater("unavailable")
            case "conflict":
                raise Conflict("someone was faster")
        after_fate[:] = [fate == "after"]

    def after(entries: Sequence[Entry]) -> None:
        if not within and _is_repair(entries) and after_fate and after_fate.pop():
            raise TryLater("deadline exceeded, but written")

    after_fate: list[bool] = []
    room.database.before_commit, room.database.after_commit = before, after


def _is_repair(entries: Sequence[Entry]) -> bool:
    return len(entries) > 1 and entries[0].reference == REFERENCE


def _let_be(database: FakeDatabase) -> None:
    nothing: Callable[[Any], None] = lambda entries: None  # noqa: E731
    database.before_commit = database.after_commit = nothing
