"""An article's way, from what its document and its dead letters tell."""

from datetime import datetime, timedelta

from contract.documents import article_document
from contract.errors import InvalidMessage
from contract.letters import Origin, dead_letter
from contract.messages import EntityMessage
from contract.names import ARTICLES_REVIEW, ENTITIES_REVIEW
from namewire.database import Traced
from namewire.letters.facts import Facts, facts_of
from namewire.review import Letter
from namewire.settings import Settings
from namewire.trail import trail, trail_json
from namewire.whereabouts import nowhere
from tests.unit.worker.making import EPOCH, make_message


def at(seconds: float) -> datetime:
    return EPOCH + timedelta(seconds=seconds)


def traced(message: EntityMessage, *, created: float, updated: float, **fields: object) -> Traced:
    return Traced({**article_document(message), **fields}, at(created), at(updated))


def buried(data: bytes, subscription: str, *, stage: str, seconds: float) -> tuple[Letter, Facts]:
    letter = dead_letter(
        data,
        Origin(at(0), "1000").attributes(),
        error=InvalidMessage.of("content", "is odd"),
        stage=stage,
        source_message_id="2000",
        failed_at=at(seconds),
        source_published_at=at(seconds),
    )
    made = Letter(subscription, "9", "ack", letter.data, letter.attributes, at(seconds))
    return made, facts_of(made)


def test_the_way_of_a_stored_article_is_told_in_the_order_of_time() -> None:
    message = make_message("Ada met Bo.").model_copy(update={"processed_at": at(1)})
    steps = trail(traced(message, created=2, updated=2), [])
    assert [(step.what, step.at) for step in steps] == [
        ("received", at(0)),
        ("read", at(1)),
        ("stored", at(2)),
    ]
    assert steps[0].how == "published to articles as message 1000"
    assert steps[1].how == "by en_test 1: 2 mentions found, 2 counted"


def test_repetitions_and_runs_over_the_archive_are_steps_of_their_own() -> None:
    message = make_message("Ada", run=0).model_copy(update={"processed_at": at(90_000)})
    stored = traced(message, created=2, updated=90_001, confirmed_at=at(50), confirmed_by="1050")
    assert [step.what for step in trail(stored, [])] == [
        *("received", "stored", "confirmed", "reprocess", "read", "changed"),
    ]


def test_an_article_that_died_before_it_was_read_says_where_and_why() -> None:
    data = b'{"id": "a1", "content": "Ada", "publication": "P"}'
    steps = trail(None, [buried(data, ARTICLES_REVIEW, stage="ner", seconds=5)])
    assert [step.what for step in steps] == ["received", "dead"]
    assert steps[1].how == "ner: content: is odd (in articles-dead as letter 9)"


def test_an_article_that_died_on_its_way_to_firestore_says_who_had_read_it() -> None:
    message = make_message("Ada").model_copy(update={"processed_at": at(1)})
    letters = [buried(message.encode(), ENTITIES_REVIEW, stage="store", seconds=5)]
    steps = trail(None, letters)
    assert [step.what for step in steps] == ["received", "read", "dead"]
    told = trail_json(steps, letters, at(65))
    assert told["dead_letters"][0]["age_s"] == 60
    assert told["trail"][1] == {
        "at": "2026-11-01T12:00:01Z",
        "what": "read",
        "how": "by en_test 1: 1 mentions found",
    }


def test_an_article_that_is_nowhere_may_be_among_what_waits() -> None:
    settings = Settings(project="p")
    assert "otherwise check the id" in str(nowhere(settings, "a1"))
    assert "could not be looked for: away" in str(nowhere(settings, "a1", "away"))
