"""The archive read again: a later reading of the same version replaces, and never undoes a correction."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from contract.messages import EntityMessage
from contract.names import ARTICLES, ENTITIES
from tests.unit.contract.making import few
from tests.unit.worker.making import EPOCH, make_message
from tests.unit.worker.test_store import Room
from worker.catalogue import STORED

TEXT = "Ada met Bo. Ada left."
# Another model has another label for everything.
READERS = {None: "PERSON", 1: "ORG", 2: "GPE", 3: "DATE"}


def read(content: str = TEXT, *, run: int | None = None, **fields: Any) -> EntityMessage:
    return make_message(content, run=run, label=READERS[run], **fields)


def labels(room: Room) -> set[str]:
    return {entity["label"] for entity in room.database.collection(ENTITIES).values()}


def article(room: Room) -> dict[str, Any]:
    return room.database.collection(ARTICLES)["a1"]


def test_a_later_reading_of_the_same_version_moves_the_counts() -> None:
    room = Room()
    room.take(read(), read("Bo", article_id="a2"))
    room.take(read(run=1))
    assert article(room)["reprocessed_at"] > EPOCH
    assert labels(room) == {"PERSON", "ORG"}
    room.check()
    room.take(read("Bo", article_id="a2", run=1))
    assert (room.mentions(), labels(room)) == ({"Ada": 2, "Bo": 2}, {"ORG"})
    room.check()


def test_labels_that_are_no_longer_counted_leave_the_counts() -> None:
    room = Room()
    room.take(read())
    room.take(read(run=3))
    assert room.mentions() == {}
    assert len(article(room)["entities"]) == 3
    room.check()


def test_a_later_run_may_go_back_to_an_older_model() -> None:
    room = Room()
    room.take(read(run=1))
    room.take(make_message(TEXT, run=2, label="PERSON"))
    assert labels(room) == {"PERSON"}
    room.check()


def test_neither_a_repetition_nor_an_earlier_run_takes_back_what_a_run_has_read() -> None:
    room = Room()
    room.take(read())
    room.take(read(run=2))
    before = dict(room.database.collection(ENTITIES))
    room.take(read(sent=60), read(run=1), read())
    assert room.database.collection(ENTITIES) == before
    assert article(room)["confirmed_by"] == "1060"
    room.check()


def test_the_same_message_of_a_run_writes_once() -> None:
    room = Room()
    room.take(read())
    room.take(read(run=1))
    room.take(read(run=1))
    assert len(room.database.commits) == 2


def test_what_a_message_came_to_is_counted_apart() -> None:
    room = Room()
    for message in (read(), read(sent=1), read(run=1), read("Cy", sent=5)):
        room.take(message)
    numbers = room.counts.totals.numbers
    outcomes = {labels[0]: number for (metric, labels), number in numbers.items() if metric is STORED}
    assert outcomes == {"new": 1, "repeat": 1, "rereading": 1, "correction": 1}


def test_a_correction_under_way_is_not_undone_by_a_run_that_did_not_see_it() -> None:
    for order in ([read("Cy", sent=5), read(run=1)], [read(run=1), read("Cy", sent=5)]):
        room = Room()
        room.take(read())
        for message in order:
            room.take(message)
        assert (room.mentions(), labels(room)) == ({"Cy": 1}, {"PERSON"})
        room.check()


def test_a_reading_keeps_the_time_of_the_latest_confirmation() -> None:
    """Sent: A, B, A again. Seen: A, A again, A by a run, B. What was sent last is A."""
    room = Room()
    room.take(read())
    room.take(read(sent=9))
    room.take(read(run=1))
    room.take(read("Bo", sent=5))
    assert (article(room)["confirmed_by"], article(room)["source_message_id"]) == ("1009", "1000")
    assert (room.mentions(), labels(room)) == ({"Ada": 2, "Bo": 1}, {"ORG"})


def test_corrected_and_corrected_back_in_one_batch_keeps_the_reading_of_the_run() -> None:
    room = Room()
    room.take(read(run=1))
    room.take(read("Cy", sent=2), read(sent=3))
    assert (labels(room), article(room)["confirmed_by"]) == ({"ORG"}, "1003")
    room.take(read("Cy", sent=4), read(sent=5, run=2))
    assert labels(room) == {"GPE"}
    room.check()


def test_a_later_run_counts_for_more_than_a_newer_linking_and_within_one_the_newer_linking_holds() -> None:
    names, full = {"Ada": "Ada Lovelace"}, {"Ada": "Ada King"}
    room = Room()
    room.take(make_message(TEXT, linked=names, linking_version=2))
    room.take(make_message(TEXT, run=1))
    assert room.mentions() == {"Ada": 2, "Bo": 1}
    room.take(make_message(TEXT, sent=9, linked=names, linking_version=3))
    assert room.mentions() == {"Ada": 2, "Bo": 1}
    room.take(make_message(TEXT, run=1, linked=full, linking_version=2))
    room.take(make_message(TEXT, run=1, linked=names, linking_version=1))
    assert room.mentions() == {"Ada King": 2, "Bo": 1}
    room.check()


readings = st.tuples(
    st.sampled_from(["a1", "a2"]),
    st.sampled_from(["Ada", "Ada Bo", "Bo Bo Cy"]),
    st.sampled_from(sorted(READERS, key=str)),
    st.integers(0, 4),
)


@few
@given(st.lists(readings, max_size=12), st.integers(1, 4))
def test_any_mixture_of_versions_and_readings_is_exact(
    mixture: list[tuple[str, str, int | None, int]], size: int
) -> None:
    room = Room()
    messages = [
        read(content, article_id=article_id, sent=sent, run=run) for article_id, content, run, sent in mixture
    ]
    for start in range(0, len(messages), size):
        room.take(*messages[start : start + size])
        room.check()


@few
@given(
    st.sampled_from(["Ada", "Ada Bo"]),
    st.permutations([(run, sent) for run in (None, 1, 2) for sent in (0, 3)]),
)
def test_of_one_version_the_latest_reading_holds_in_whatever_order_they_come(
    content: str, order: list[tuple[int | None, int]]
) -> None:
    room = Room()
    for run, sent in order:
        room.take(read(content, run=run, sent=sent))
    assert labels(room) == {"GPE"}
    assert article(room)["confirmed_by"] == "1003"
    room.check()
