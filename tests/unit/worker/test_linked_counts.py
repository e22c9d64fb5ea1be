"""Counts follow the entity that a mention is linked to, through corrections, re-runs and old messages."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.entities import name_of
from contract.messages import EntityMessage, decode_entity_message
from contract.names import ARTICLES, ENTITIES
from tests.fakes.versions import differences
from tests.unit.contract.making import few
from tests.unit.worker.making import deliver_bytes, make_message
from tests.unit.worker.test_store import Room

TEXT = "Merkel met Macron. Merkel left."
NAMES = {"Merkel": "Angela Merkel", "Macron": "Emmanuel Macron"}
MERKEL, BARE = name_of("Angela Merkel", "PERSON").id, name_of("Merkel", "PERSON").id


def linked(content: str = TEXT, *, version: int = 1, **fields: Any) -> EntityMessage:
    return make_message(content, linked=NAMES, linking_version=version, **fields)


def entities(room: Room) -> dict[str, Any]:
    return room.database.collection(ENTITIES)


def test_mentions_count_for_the_entity_and_keep_their_spelling() -> None:
    room = Room()
    room.take(linked())
    assert room.mentions() == {"Angela Merkel": 2, "Emmanuel Macron": 1}
    entity = entities(room)[MERKEL]
    assert (entity["forms"], entity["names"]) == ({"Merkel": 2}, {"Angela Merkel": 2})
    assert entity["key"] == "PERSON:angela merkel"
    assert {"angela", "merkel"} <= set(entity["terms"])
    article = room.database.collection(ARTICLES)["a1"]
    assert article["entities"][0] == {
        "text": "Merkel",
        "label": "PERSON",
        "start": 0,
        "end": 6,
        "entity_id": MERKEL,
        "canonical": "Angela Merkel",
    }
    assert article["entity_ids"] == sorted(article["mentions"])
    assert (article["mentions"][MERKEL], article["linking_version"]) == (2, 1)
    room.check()


def test_people_see_the_commonest_full_name_whatever_the_texts_say_most() -> None:
    room = Room()
    room.take(linked("Merkel. Merkel. Merkel."))
    room.take(make_message("Merkel", article_id="a2", linked={"Merkel": "ANGELA MERKEL"}, linking_version=1))
    assert entities(room)[MERKEL]["text"] == "Angela Merkel"
    room.take(linked("Merkel", sent=5))
    names = {"Merkel": "ANGELA MERKEL"}
    room.take(make_message("Merkel Merkel", article_id="a2", sent=6, linked=names, linking_version=1))
    assert entities(room)[MERKEL]["text"] == "ANGELA MERKEL"
    room.check()


def test_a_rerun_under_a_newer_linking_moves_the_counts_exactly() -> None:
    """Nothing was sent anew: the same message of the topic, read again by a worker that links."""
    room = Room()
    room.take(make_message(TEXT), make_message("Merkel", article_id="a2"))
    assert room.mentions() == {"Merkel": 3, "Macron": 1}
    room.take(linked())
    assert room.mentions() == {"Merkel": 1, "Angela Merkel": 2, "Emmanuel Macron": 1}
    room.check()
    room.take(linked("Merkel", article_id="a2"))
    assert BARE not in entities(room)
    room.take(make_message(TEXT, linked={"Merkel": "Angela Dorothea Merkel"}, linking_version=2, sent=9))
    assert room.mentions() == {"Angela Dorothea Merkel": 2, "Macron": 1, "Angela Merkel": 1}
    room.check()


@pytest.mark.parametrize("sent", [0, 9])
def test_an_older_linking_never_takes_back_what_a_newer_one_made(sent: int) -> None:
    room = Room()
    room.take(linked(version=2))
    before = dict(entities(room))
    room.take(make_message(TEXT, sent=sent))
    room.take(linked(version=1, sent=sent))
    assert entities(room) == before
    room.check()


def test_a_rerun_of_what_was_corrected_since_changes_nothing() -> None:
    room = Room()
    room.take(linked(sent=1))
    room.take(linked("Macron left.", sent=5))
    room.take(linked(version=3, sent=1))
    assert room.mentions() == {"Emmanuel Macron": 1}
    room.check()


def test_a_correction_wins_whatever_linked_it() -> None:
    room = Room()
    room.take(linked(version=2))
    room.take(make_message("Merkel left.", sent=5))
    assert room.mentions() == {"Merkel": 1}
    room.check()


def test_corrected_and_corrected_back_in_one_batch_is_linked_anew_where_the_linking_is_newer() -> None:
    room = Room()
    room.take(linked(sent=1))
    room.take(linked("Macron left.", sent=2), linked(version=2, sent=3))
    assert room.database.collection(ARTICLES)["a1"]["linking_version"] == 2
    room.take(linked("Macron left.", sent=4), linked(version=1, sent=5))
    assert room.database.collection(ARTICLES)["a1"]["linking_version"] == 2
    assert room.mentions() == {"Angela Merkel": 2, "Emmanuel Macron": 1}
    room.check()


def test_a_message_of_the_schema_before_counts_its_own_spellings() -> None:
    fields = json.loads(make_message(TEXT).encode()) | {"schema": 1}
    room = Room()
    room.handle([deliver_bytes(json.dumps(fields).encode())])
    assert room.mentions() == {"Merkel": 2, "Macron": 1}
    assert "linking_version" not in room.database.collection(ARTICLES)["a1"]
    assert "names" not in entities(room)[BARE]
    room.check()


def test_the_vote_is_kept_beside_what_the_recognizer_said() -> None:
    fields = json.loads(linked("Merkel").encode())
    fields["entities"][0] |= {"found_as": "ORG"}
    message = decode_entity_message(json.dumps(fields).encode())
    room = Room()
    room.take(message)
    assert room.database.collection(ARTICLES)["a1"]["entities"][0]["found_as"] == "ORG"
    assert room.mentions() == {"Angela Merkel": 1}


def test_a_recount_names_a_mention_that_is_linked_to_what_it_does_not_name() -> None:
    room = Room()
    room.take(linked())
    article = room.database.collection(ARTICLES)["a1"]
    article["entities"][0]["entity_id"] = "0" * 24
    assert [(one["field"], one["stored"], one["right"]) for one in differences(room.database)] == [
        (["entities", "0", "entity_id"], "0" * 24, MERKEL)
    ]


runs = st.tuples(
    st.sampled_from(["a1", "a2"]),
    st.sampled_from(["Merkel", "Merkel Macron", "Macron Macron Merkel"]),
    st.sampled_from([None, 1, 2, 3]),
    st.integers(0, 4),
)


@few
@given(st.lists(runs, max_size=12), st.integers(1, 4))
def test_any_mixture_of_versions_and_linkings_is_exact(
    mixture: list[tuple[str, str, int | None, int]], size: int
) -> None:
    room = Room()
    messages = [
        make_message(
            content, article_id=article_id, sent=sent, linked=_names(version), linking_version=version
        )
        for article_id, content, version, sent in mixture
    ]
    for start in range(0, len(messages), size):
        room.take(*messages[start : start + size])
        room.check()


def _names(version: int | None) -> dict[str, str]:
    """Every version of the linking has another name for her."""
    return {"Merkel": f"Angela {version} Merkel"}
