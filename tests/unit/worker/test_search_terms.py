"""What an entity is found by follows its name and its spellings, with several writers too."""

from hypothesis import given, settings
from hypothesis import strategies as st

from contract.names import ENTITIES
from contract.search import terms_of
from tests.fakes.database import FakeDatabase
from tests.unit.worker.making import make_message
from tests.unit.worker.test_store import Room


def test_an_entity_keeps_what_it_is_found_by() -> None:
    room = Room()
    room.take(make_message("Kestrel flew"))
    (entity,) = room.database.collection(ENTITIES).values()
    assert entity["terms"] == ["ke", "kest", "kestrel"]


def test_an_entity_is_found_by_its_spellings_as_long_as_an_article_has_them() -> None:
    room = Room()
    room.take(make_message("Kestrel flew", linking_version=1))
    room.take(make_message("Windy", article_id="a2", linked={"Windy": "Kestrel"}, linking_version=1))
    (entity,) = room.database.collection(ENTITIES).values()
    assert {"windy", "kestrel"} <= set(entity["terms"])
    room.take(make_message("nothing", article_id="a2", sent=1, linking_version=1))
    (entity,) = room.database.collection(ENTITIES).values()
    assert entity["terms"] == ["ke", "kest", "kestrel"]
    room.check()


def test_a_spelling_that_another_writer_removed_is_found_again_when_it_comes_back() -> None:
    room = Room()
    windy = {"Windy": "Kestrel"}
    room.take(make_message("Kestrel flew", linking_version=1))
    room.take(make_message("Windy", article_id="a2", linked=windy, linking_version=1))
    Room(room.database).take(make_message("nothing", article_id="a2", sent=1, linking_version=1))
    room.take(make_message("Windy", article_id="a3", sent=2, linked=windy, linking_version=1))
    (entity,) = room.database.collection(ENTITIES).values()
    assert "windy" in entity["terms"]
    room.check()


def test_what_another_writer_wrote_before_a_blind_increment_is_not_overwritten() -> None:
    one = Room()
    other = Room(one.database)
    one.take(make_message("Kestrel", published_at="2026-10-30", linking_version=1))
    windy = {"Windy": "Kestrel"}
    message = make_message(
        "Windy", article_id="a2", published_at="2026-10-20", linked=windy, linking_version=1
    )
    other.take(message)
    one.take(make_message("Kestrel", article_id="a3", published_at="2026-10-30", linking_version=1))
    gusty = {"Gusty": "Kestrel"}
    message = make_message(
        "Gusty", article_id="a4", published_at="2026-10-25", linked=gusty, linking_version=1
    )
    one.take(message)
    (entity,) = one.database.collection(ENTITIES).values()
    assert entity["first_seen"] == "2026-10-20"
    assert {"kestrel", "windy", "gusty"} <= set(entity["terms"])
    one.check()


def test_a_spelling_in_other_letters_brings_back_what_another_writer_removed() -> None:
    room = Room()
    windy = {"Windy": "Kestrel", "WINDY": "Kestrel"}
    room.take(make_message("Kestrel flew", linking_version=1))
    room.take(make_message("Windy", article_id="a2", linked=windy, linking_version=1))
    Room(room.database).take(make_message("nothing", article_id="a2", sent=1, linking_version=1))
    room.take(make_message("WINDY", article_id="a3", sent=2, linked=windy, linking_version=1))
    room.check()


def test_of_many_spellings_those_that_are_commonest_now_are_found() -> None:
    room = Room()
    for number, slip in enumerate("Abcd Bcde Cdef Defg Efgh Fghi Ghij Hijk Ijkl Jklm Klmn Lmno Mnop".split()):
        text = f"{slip} {slip}"
        room.take(make_message(text, article_id=f"a{number}", linked={slip: "Kestrel"}, linking_version=1))
    windy = {"Windy": "Kestrel"}
    room.take(make_message("Windy", article_id="b1", linked=windy, linking_version=1))
    room.take(make_message("Windy Windy", article_id="b2", linked=windy, linking_version=1))
    (entity,) = room.database.collection(ENTITIES).values()
    assert "windy" in entity["terms"]
    room.check()


def test_a_document_whose_name_was_lost_is_found_by_the_name_once_it_is_known_again() -> None:
    room = Room()
    room.take(make_message("Kestrel flew"))
    (name,) = room.database.collection(ENTITIES)
    lost = {"label": "UNKNOWN", "key": f"UNKNOWN:{name}", "terms": terms_of(name)}
    room.database.documents[ENTITIES, name].document.update(lost)
    Room(room.database).take(make_message("Kestrel again", article_id="a2", sent=1))
    entity = room.database.collection(ENTITIES)[name]
    assert (entity["key"], entity["terms"]) == ("PERSON:kestrel", ["ke", "kest", "kestrel"])
    room.check()


def test_an_entity_from_before_there_were_terms_gets_its_own_when_it_is_next_mentioned() -> None:
    room = Room()
    room.take(make_message("Kestrel flew"))
    (name,) = room.database.collection(ENTITIES)
    del room.database.documents[ENTITIES, name].document["terms"]
    later = Room(room.database)
    later.take(make_message("Kestrel again", article_id="a2", sent=1))
    entity = room.database.collection(ENTITIES)[name]
    assert (entity["terms"], entity["mentions"]) == (["ke", "kest", "kestrel"], 2)
    before = len(room.database.commits)
    later.take(make_message("Kestrel once more", article_id="a3", sent=2))
    assert len(room.database.commits) == before + 1
    room.check()


KESTREL = dict.fromkeys(("Kestrel", "Windy", "WINDY", "Gusty", "Breezy"), "Kestrel")


@settings(max_examples=100, deadline=None)
@given(
    history=st.lists(
        st.tuples(
            st.integers(0, 2),  # the writer
            st.integers(0, 5),  # the article
            st.sampled_from([*KESTREL, "nothing"]),
            st.integers(10, 15),  # the day
        ),
        max_size=25,
    )
)
def test_writers_side_by_side_keep_what_is_no_sum_too(history: list[tuple[int, int, str, int]]) -> None:
    database = FakeDatabase()
    rooms = [Room(database), Room(database), Room(database)]
    for sent, (writer, article, text, day) in enumerate(history):
        message = make_message(
            text,
            article_id=f"a{article}",
            published_at=f"2026-10-{day}",
            sent=sent,
            linked=KESTREL,
            linking_version=1,
        )
        rooms[writer].take(message)
    rooms[0].check()
