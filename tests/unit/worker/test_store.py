"""The writer over an in-memory database: whatever comes, in whatever order, the counts are exact."""

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.messages import EntityMessage
from contract.names import ARTICLES, ENTITIES, PUBLICATIONS
from contract.search import terms_of_entity
from tests.fakes.database import FakeDatabase, assert_counts_are_exact
from tests.fakes.versions import differences
from tests.unit.worker.making import deliver, deliver_bytes, make_message
from worker.bookkeeping import Entry, Known
from worker.dead import DeadLetters
from worker.fate import Conflict, Never, TryLater
from worker.lifeline import Lifeline
from worker.outbox import Outbox
from worker.pubsub import Outgoing, Received
from worker.status import Counts
from worker.store import Store


@dataclass
class Letters:
    """A dead-letter topic that keeps what it gets."""

    sent: list[Outgoing] = field(default_factory=list)

    def publish(self, messages: Sequence[Outgoing]) -> list[str]:
        self.sent.extend(messages)
        return ["1"] * len(messages)


class Hasty(Lifeline):
    """Does not wait; back-off has tests of its own."""

    def pause(self, seconds: float) -> None:
        del seconds


class Room:
    """A writer, its database and its dead letters."""

    def __init__(self, database: FakeDatabase | None = None, *, commit_writes: int = 500) -> None:
        self.database = database or FakeDatabase()
        self.letters = Letters()
        self.counts = Counts()
        lifeline = Hasty()
        self.lifeline = lifeline
        self.store = Store(
            database=self.database,
            dead=DeadLetters(Outbox(self.letters, lifeline, "entities-dead"), self.counts),
            counts=self.counts,
            lifeline=lifeline,
            commit_writes=commit_writes,
            keep_content=True,
            uncounted=frozenset({"DATE"}),
        )

    def take(self, *messages: EntityMessage) -> list[Received]:
        return self.handle(deliver(*messages))

    def handle(self, batch: Sequence[Received]) -> list[Received]:
        return list(itertools.chain.from_iterable(self.store.handle(batch)))

    def check(self) -> None:
        assert_counts_are_exact(
            *(self.database.collection(name) for name in (ARTICLES, ENTITIES, PUBLICATIONS))
        )
        assert differences(self.database) == []
        for entity in self.database.collection(ENTITIES).values():
            name = entity["key"].partition(":")[2]
            assert entity["terms"] == terms_of_entity(name, entity["forms"])

    def mentions(self) -> dict[str, int]:
        entities = self.database.collection(ENTITIES).values()
        return {entity["text"]: entity["mentions"] for entity in entities}


def test_an_article_counts_once_for_every_mention_and_publication_and_day() -> None:
    room = Room()
    done = room.take(make_message("Ada met Bo. Ada left."))
    assert len(done) == 1
    assert room.mentions() == {"Ada": 2, "Bo": 1}
    publication = room.database.collection(PUBLICATIONS)["the-gazette"]
    assert publication["name"] == "The Gazette"
    assert publication["days"] == {"2026-10-30": 1}
    room.check()


def test_a_commit_writes_each_document_once() -> None:
    room = Room()
    room.take(*(make_message("Ada and Bo", article_id=f"a{number}") for number in range(10)))
    assert room.database.commits == [10 + 2 + 1]
    assert room.counts.writes == 13


def test_a_repeated_article_changes_nothing_but_the_time_of_its_confirmation() -> None:
    room = Room()
    room.take(make_message("Ada met Bo"))
    before = room.database.collection(ARTICLES)["a1"]
    counts = room.database.collection(ENTITIES), room.database.collection(PUBLICATIONS)
    room.take(make_message("Ada met Bo", sent=60))
    after = room.database.collection(ARTICLES)["a1"]
    assert {name: value for name, value in after.items() if before[name] != value}.keys() == {
        "confirmed_at",
        "confirmed_by",
    }
    assert counts == (room.database.collection(ENTITIES), room.database.collection(PUBLICATIONS))


def test_a_redelivered_message_writes_nothing() -> None:
    room = Room()
    room.take(make_message("Ada met Bo"))
    assert len(room.take(make_message("Ada met Bo"))) == 1
    assert len(room.database.commits) == 1


def test_a_correction_moves_every_count_and_removes_what_became_zero() -> None:
    room = Room()
    room.take(make_message("Ada met Bo"), make_message("Ada", article_id="a2"))
    room.take(make_message("Ada met Cy", sent=5, publication="Other", published_at="2026-10-31"))
    assert room.mentions() == {"Ada": 2, "Cy": 1}
    room.check()


def test_an_old_version_that_comes_after_the_new_one_changes_nothing() -> None:
    room = Room()
    room.take(make_message("Ada met Cy", sent=5))
    assert len(room.take(make_message("Ada met Bo", sent=1))) == 1
    assert room.mentions() == {"Ada": 1, "Cy": 1}
    room.check()


def test_a_version_between_two_sendings_of_another_does_not_win_by_coming_last() -> None:
    """Sent: Bo, Cy, Bo again. Seen: Bo, Bo again, Cy. What was published last is Bo."""
    room = Room()
    room.take(make_message("Bo", sent=1))
    room.take(make_message("Bo", sent=3))
    room.take(make_message("Cy", sent=2))
    assert room.mentions() == {"Bo": 1}


def test_a_corrected_date_or_publication_is_a_correction_too() -> None:
    room = Room()
    room.take(make_message("Ada", published_at="2026-10-30"))
    room.take(make_message("Ada", published_at="2026-10-29", sent=1))
    (entity,) = room.database.collection(ENTITIES).values()
    assert entity["days"] == {"2026-10-29": 1}
    assert entity["first_seen"] == entity["last_seen"] == "2026-10-29"
    room.check()


def test_the_text_of_an_entity_is_its_commonest_form() -> None:
    room = Room()
    room.take(make_message("NATO", article_id="a1"), make_message("Nato", article_id="a2"))
    room.take(make_message("Nato", article_id="a3"))
    assert room.mentions() == {"Nato": 3}
    room.take(make_message("Nothing", article_id="a2", sent=9), make_message("NATO", article_id="a4"))
    (entity,) = [e for e in room.database.collection(ENTITIES).values() if e["key"] == "PERSON:nato"]
    assert entity["forms"] == {"NATO": 2, "Nato": 1}
    assert entity["text"] == "NATO"


def test_uncounted_labels_are_stored_but_not_counted() -> None:
    room = Room()
    room.take(make_message("Monday", label="DATE"))
    assert room.mentions() == {}
    assert room.database.collection(ARTICLES)["a1"]["entities"][0]["label"] == "DATE"
    room.check()


VERSION = st.tuples(
    st.sampled_from(["a1", "a2", "a3"]),
    st.lists(st.sampled_from(["Ada", "Bo", "Cy", "NATO", "Nato", "ADA"]), min_size=1, max_size=4),
    st.sampled_from(["The Gazette", "Other"]),
    st.sampled_from(["2026-10-29", "2026-10-30", None]),
)


@settings(max_examples=150, deadline=None)
@given(
    history=st.lists(VERSION, min_size=1, max_size=12),
    repeats=st.lists(st.integers(0, 11), max_size=6),
    seed=st.integers(0, 2**32),
    commit_writes=st.sampled_from([1, 4, 500]),
    cut_after=st.integers(1, 5),
    failures=st.lists(st.sampled_from(["before", "after", "conflict", None]), max_size=12),
)
def test_any_history_in_any_order_with_any_failure_ends_in_the_last_versions_counted_exactly(
    history: list[tuple[str, list[str], str, str | None]],
    repeats: list[int],
    seed: int,
    commit_writes: int,
    cut_after: int,
    failures: list[str | None],
) -> None:
    versions = [
        make_message(" ".join(names), article_id=aid, publication=name, published_at=day, sent=position)
        for position, (aid, names, name, day) in enumerate(history)
    ]
    arrivals = versions + [versions[number] for number in repeats if number < len(versions)]
    random.Random(seed).shuffle(arrivals)
    room = Room(_failing(failures), commit_writes=commit_writes)
    for start in range(0, len(arrivals), cut_after):
        part = arrivals[start : start + cut_after]
        assert len(room.take(*part)) == len(part)
    assert room.letters.sent == []
    room.check()
    last = {version.id: version for version in versions}
    stored = room.database.collection(ARTICLES)
    assert {aid: document["content"] for aid, document in stored.items()} == {
        aid: version.content for aid, version in last.items()
    }
    assert {aid: doc["publication"] for aid, doc in stored.items()} == {
        aid: version.publication for aid, version in last.items()
    }


def _failing(plan: Sequence[str | None]) -> FakeDatabase:
    """A database whose commits fail as planned, before or after having written."""
    before, after = iter(plan), iter(plan)

    def fail_before(entries: Sequence[Entry]) -> None:
        match next(before, None):
            case "before":
                raise TryLater("unavailable")
            case "conflict":
                raise Conflict("someone was faster")

    def fail_after(entries: Sequence[Entry]) -> None:
        if next(after, None) == "after":
            raise TryLater("deadline exceeded, but written")

    return FakeDatabase(before_commit=fail_before, after_commit=fail_after)


@settings(max_examples=60, deadline=None)
@given(history=st.lists(VERSION, min_size=2, max_size=14), seed=st.integers(0, 2**32))
def test_two_writers_with_stale_knowledge_stay_exact_together(
    history: list[tuple[str, list[str], str, str | None]], seed: int
) -> None:
    database = FakeDatabase()
    rooms = [Room(database), Room(database)]
    choice = random.Random(seed)
    versions = [
        make_message(" ".join(names), article_id=aid, publication=name, published_at=day, sent=position)
        for position, (aid, names, name, day) in enumerate(history)
    ]
    choice.shuffle(versions)
    for version in versions:
        choice.choice(rooms).take(version)
    assert_counts_are_exact_but_for_forms(rooms[0])


def assert_counts_are_exact_but_for_forms(room: Room) -> None:
    """Another writer's forms are seen when a fact changes; until then the text may lag behind them."""
    for entity in room.database.collection(ENTITIES).values():
        forms = entity["forms"]
        entity["text"] = max(forms, key=lambda form: (forms[form], form))
    room.check()


def test_an_article_larger_than_a_commit_gets_one_of_its_own() -> None:
    room = Room(commit_writes=10)
    many = " ".join(f"Name{number}" for number in range(40))
    room.take(make_message("Ada"), make_message(many, article_id="big"), make_message("Bo", article_id="a3"))
    assert room.database.commits == [3, 42, 3]
    room.check()


def test_an_article_too_large_for_its_offsets_still_gets_a_commit_of_its_own() -> None:
    """What its document leaves out, its counts do not."""
    room = Room(commit_writes=10)
    many = " ".join(f"N{number:05}" for number in range(12_000))
    room.take(make_message("Ada"), make_message(many, article_id="big"), make_message("Bo", article_id="a3"))
    assert room.database.collection(ARTICLES)["big"]["left_out"] == ["content", "entities"]
    assert room.database.commits == [3, 12_002, 3]
    room.check()


def test_what_is_no_entity_message_is_dead_lettered_and_the_rest_goes_on() -> None:
    room = Room()
    good = make_message("Ada")
    future = good.encode().replace(b'"schema":2', b'"schema":3')
    batch = [deliver_bytes(b"nonsense", 0), deliver_bytes(future, 1), deliver_bytes(good.encode(), 2)]
    assert len(room.handle(batch)) == 3
    reasons = [letter.attributes["reason"] for letter in room.letters.sent]
    assert "not JSON" in reasons[0]
    assert "newer than" in reasons[1]
    assert room.letters.sent[1].data == future
    assert room.mentions() == {"Ada": 1}


def test_an_article_that_the_database_refuses_is_singled_out() -> None:
    def refuse(entries: Sequence[Entry]) -> None:
        if any(entry.reference == (ARTICLES, "poison") for entry in entries):
            raise Never("INVALID_ARGUMENT")

    room = Room(FakeDatabase(before_commit=refuse))
    messages = [make_message("Ada", article_id=f"a{number}") for number in range(6)]
    messages.insert(3, make_message("Bo", article_id="poison"))
    assert len(room.take(*messages)) == 7
    (letter,) = room.letters.sent
    assert letter.attributes["stage"] == "store"
    assert letter.attributes["source_message_id"] == "3"
    assert room.mentions() == {"Ada": 6}
    room.check()


def test_a_broken_stored_document_costs_only_its_own_article() -> None:
    room = Room()
    room.take(make_message("Ada"))
    room.database.collection(ARTICLES)["a1"].pop("mentions")
    assert len(room.take(make_message("Bo", sent=3), make_message("Cy", article_id="a2"))) == 2
    assert len(room.letters.sent) == 1
    assert room.mentions() == {"Ada": 1, "Cy": 1}


def test_an_outage_that_outlasts_the_drain_gives_the_messages_back() -> None:
    def down(entries: Sequence[Entry]) -> None:
        room.lifeline.stop()
        room.lifeline.clock = lambda: 10**9
        raise TryLater("unavailable")

    room = Room(FakeDatabase(before_commit=down))
    with pytest.raises(TryLater):
        room.take(make_message("Ada"))
    assert room.mentions() == {}


def test_known_documents_are_not_read_again_and_never_more_than_the_limit_are_kept() -> None:
    room = Room()
    room.store.known = Known(limit=3)
    room.take(make_message("Ada Bo"))
    reads = room.database.reads
    room.take(make_message("Ada Bo", article_id="a2"))
    assert room.database.reads == reads + 1  # the article only
    room.take(make_message("Cy Di Ed", article_id="a3"))
    room.take(make_message("Ada Bo Cy Di Ed", article_id="a4"))
    room.check()


def test_letters_name_the_stage(caplog: pytest.LogCaptureFixture) -> None:
    """And the log names the message, never its text."""
    room = Room()
    room.handle([deliver_bytes(b"secret words", 7)])
    assert "secret" not in caplog.text
    assert "message 7" in caplog.text
