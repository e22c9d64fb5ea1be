"""What letters say, what to do about them, which are meant, and what a replay would come to."""

import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console

from contract.errors import InvalidMessage
from contract.letters import Origin, dead_letter
from contract.messages import SCHEMA
from contract.names import ARTICLES_REVIEW, ENTITIES_REVIEW
from namewire.errors import USAGE, Trouble
from namewire.letters.advice import advice
from namewire.letters.facts import Facts, facts_of
from namewire.letters.judging import Fate, judge, message_of
from namewire.letters.selection import Selection, Topic, selection
from namewire.letters.view import hex_lines, letter_json
from namewire.output import cells, table, visible
from namewire.review import Letter
from tests.unit.contract.making import message_bytes

SENT = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
DEAD = SENT + timedelta(hours=1)
ARTICLE = json.dumps({"id": "a1", "content": "Ada met Bo.", "publication": "The Gazette"}).encode()
BY_PUBSUB = {
    "CloudPubSubDeadLetterSourceDeliveryCount": "5",
    "CloudPubSubDeadLetterSourceSubscription": "articles-ner",
    "CloudPubSubDeadLetterSourceSubscriptionProject": "p",
    "CloudPubSubDeadLetterSourceTopicPublishTime": "2026-11-24T08:30:00.123Z",
}


def buried(
    data: bytes = ARTICLE,
    attributes: dict[str, str] | None = None,
    *,
    field: str = "content",
    reason: str = "is odd",
    stage: str = "decode",
    topic: str = ARTICLES_REVIEW,
    sent: datetime | None = SENT,
) -> Letter:
    """As a worker buries it."""
    letter = dead_letter(
        data,
        attributes or {},
        error=InvalidMessage.of(field, reason),
        stage=stage,
        source_message_id="7",
        failed_at=DEAD,
        source_published_at=sent,
        attempts=1,
    )
    return Letter(topic, "100", "ack", letter.data, letter.attributes, DEAD)


def found(data: bytes, attributes: dict[str, str], topic: str = ARTICLES_REVIEW) -> Letter:
    """As somebody else left it."""
    return Letter(topic, "100", "ack", data, attributes, DEAD)


def stored(seconds: float, name: str = "7") -> dict[str, Any]:
    return {"confirmed_at": SENT + timedelta(seconds=seconds), "confirmed_by": name}


def fate(letter: Letter, document: dict[str, Any] | None, **flags: bool) -> tuple[Fate, str]:
    verdict = judge(facts_of(letter), document, force=flags.get("force", False), as_new="as_new" in flags)
    return verdict.fate, verdict.why


def test_a_letter_of_a_worker_says_who_when_where_and_why() -> None:
    facts = facts_of(buried(stage="ner"))
    assert facts.as_json(DEAD + timedelta(minutes=2)) == {
        "id": "100",
        "topic": "articles",
        "kind": "ner",
        "field": "content",
        "reason": "content: is odd",
        "article_id": "a1",
        "publication": "The Gazette",
        "attempts": 1,
        "dead_at": "2026-11-24T09:30:00Z",
        "age_s": 120,
        "first_published_at": "2026-11-24T08:30:00Z",
        "bytes": len(ARTICLE),
        "problem": None,
    }


def test_a_letter_moved_by_pubsub_says_how_often_it_was_tried_and_when_it_was_published() -> None:
    facts = facts_of(found(ARTICLE, BY_PUBSUB))
    assert (facts.kind, facts.attempts, facts.article_id) == ("undelivered", 5, "a1")
    assert "delivered it 5 times" in facts.reason
    assert facts.origin == Origin(SENT + timedelta(milliseconds=123), "100")


@pytest.mark.parametrize("attributes", [{}, {"reason": "because", "stage": "decode"}, {"author": "Ada"}])
def test_a_letter_of_unknown_origin_is_a_letter_all_the_same(attributes: dict[str, str]) -> None:
    facts = facts_of(found(ARTICLE, attributes))
    assert (facts.kind, facts.article_id, facts.attempts, facts.dated) == ("unknown", "a1", None, False)
    assert facts.reason == attributes.get("reason", "nothing in it says why")
    assert "directly" in advice(facts)


@pytest.mark.parametrize("topic", [ARTICLES_REVIEW, ENTITIES_REVIEW])
@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"CloudPubSubDeadLetterSourceDeliveryCount": "many"},
        {
            "CloudPubSubDeadLetterSourceDeliveryCount": "9" * 5_000,
            **dict.fromkeys(("reason", "failed_at"), ""),
        },
        {"truncated_from_bytes": "²", "source_published_at": "never", "attempts": "-1", "stage": "\x1b[2J"},
    ],
)
@pytest.mark.parametrize(
    "data", [b"", b"\xff\x00\x1b", b"[1]", b'{"id": ["a"], "source": 5}', b"{" * 100_000]
)
def test_nonsense_is_described_too(topic: str, attributes: dict[str, str], data: bytes) -> None:
    letter = found(data, attributes, topic)
    facts = facts_of(letter)
    assert facts.problem
    assert advice(facts)
    json.dumps(letter_json(letter, facts, DEAD))
    assert fate(letter, None)[0] is Fate.LEAVE


def test_the_article_of_an_invalid_letter_is_guessed() -> None:
    facts = facts_of(buried(b'{"id": "a9", "source": "Reuters", "text": ""}'))
    assert (facts.article_id, facts.publication) == ("a9", "Reuters")
    facts = facts_of(buried(b"\xff", {"article_id": "a8", "publication": "Reuters"}))
    assert (facts.article_id, facts.publication) == ("a8", "Reuters")
    assert facts_of(buried(b"\xff", {"article_id": "no/id"})).article_id is None


def test_a_letter_of_the_entities_has_its_time_inside() -> None:
    facts = facts_of(buried(message_bytes(), stage="store", topic=ENTITIES_REVIEW, sent=DEAD))
    assert facts.origin == Origin(SENT, "1001")
    assert (facts.topic, facts.article_id, facts.publication) == ("entities", "a1", "The Gazette")


@pytest.mark.parametrize(
    ("letter", "words"),
    [
        (buried(b"{}", field="content", reason="is required"), "Correct this at the source"),
        (buried(reason="has 200,000 characters; at most 100,000 are allowed"), "NAMEWIRE_MAX_CONTENT_CHARS"),
        (buried(reason="was not allowed then"), "By today's rules nothing is wrong"),
        (buried(stage="ner"), "recognizer failed"),
        (buried(stage="publish"), "NAMEWIRE_MESSAGE_CONTENT=false"),
        (buried(stage="process"), "Processes died"),
        (buried(message_bytes(), stage="store", topic=ENTITIES_REVIEW), "Firestore refused"),
        (
            buried(
                message_bytes(schema=SCHEMA + 1),
                topic=ENTITIES_REVIEW,
                field="schema",
                reason="is 2, newer than the 1",
            ),
            "Update the writer",
        ),
        (buried(b"nonsense", topic=ENTITIES_REVIEW, field="body"), "who else publishes to `entities`"),
        (found(ARTICLE, BY_PUBSUB), "No process finished it"),
        (buried(b"x" * 9_600_000), "cannot be replayed"),
        (buried(stage="a new one"), "replay 100"),
    ],
)
def test_every_kind_of_letter_comes_with_how_to_mend_it(letter: Letter, words: str) -> None:
    told = advice(facts_of(letter))
    assert words in told
    assert "{" not in told


def test_an_article_that_is_not_stored_is_replayed() -> None:
    assert fate(buried(stage="process"), None) == (Fate.REPLAY, "")


def test_an_old_version_does_not_win_over_a_correction_that_was_stored_meanwhile() -> None:
    letter = buried(stage="process")
    left, why = fate(letter, stored(60))
    assert (left, why[:16]) == (Fate.LEAVE, "a later version,")
    assert "--as-new" in why
    assert fate(letter, stored(60), as_new=True)[0] is Fate.REPLAY
    assert fate(letter, stored(0, "8"))[0] is Fate.LEAVE  # published in the same request, behind it


def test_a_correction_that_died_is_replayed_over_the_older_version() -> None:
    assert fate(buried(stage="process"), stored(-60))[0] is Fate.REPLAY
    assert fate(buried(stage="process"), stored(0, "6"))[0] is Fate.REPLAY


def test_what_is_stored_from_this_very_message_is_only_taken_away() -> None:
    assert fate(buried(stage="process"), stored(0))[0] is Fate.SETTLE


def test_a_letter_of_a_run_that_reads_the_archive_again_is_replayed_until_it_was_read_again() -> None:
    marks = {**Origin(SENT, "7").attributes(), "reprocessed_at": "2026-11-24T09:00:00Z"}
    letter = buried(attributes=marks)
    assert fate(letter, stored(0))[0] is Fate.REPLAY
    assert fate(letter, stored(60, "8"))[0] is Fate.REPLAY
    run = datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert fate(letter, {**stored(0), "reprocessed_at": run - timedelta(days=1)})[0] is Fate.REPLAY
    assert fate(letter, {**stored(0), "reprocessed_at": run})[0] is Fate.SETTLE
    assert message_of(letter, facts_of(letter), as_new=False).attributes == marks


def test_where_the_first_time_is_not_known_a_stored_version_is_not_risked() -> None:
    for letter in (buried(stage="process", sent=None), found(ARTICLE, {})):
        assert fate(letter, stored(-60))[0] is Fate.LEAVE
        assert fate(letter, None)[0] is Fate.REPLAY


def test_an_old_entities_letter_cannot_be_made_to_win() -> None:
    letter = buried(message_bytes(), stage="store", topic=ENTITIES_REVIEW)
    left, why = fate(letter, stored(60), as_new=True)
    assert left is Fate.LEAVE
    assert "--as-new" not in why
    assert fate(letter, stored(-60))[0] is Fate.REPLAY


def test_what_would_be_refused_again_is_left_unless_forced() -> None:
    letter = buried(b'{"id": "a1"}')
    left, why = fate(letter, None)
    assert left is Fate.LEAVE
    assert why.startswith("would be refused again: content: is required")
    assert fate(letter, None, force=True)[0] is Fate.REPLAY


def test_what_was_cut_is_never_replayed() -> None:
    letter = buried(b"x" * 9_600_000, {"publication": "The Gazette"})
    assert facts_of(letter).problem == ""  # as plain text the rest of it is an article
    assert fate(letter, None, force=True)[0] is Fate.LEAVE


@pytest.mark.parametrize(
    "attributes", [{"author": "Ada"}, {"author": "Ada", **Origin(SENT, "3").attributes()}]
)
def test_a_replay_is_the_original_and_its_place(attributes: dict[str, str]) -> None:
    letter = buried(attributes=attributes, sent=SENT + timedelta(seconds=5))
    facts = facts_of(letter)
    message = message_of(letter, facts, as_new=False)
    assert message.data == ARTICLE
    assert message.attributes == {"author": "Ada", **facts.origin.attributes()}
    assert message_of(letter, facts, as_new=True).attributes == {"author": "Ada"}
    assert facts.origin.message_id == attributes.get("first_message_id", "7")


def test_a_replay_has_nothing_of_pubsub_s_own_marks() -> None:
    letter = found(ARTICLE, {**BY_PUBSUB, "author": "Ada"})
    message = message_of(letter, facts_of(letter), as_new=False)
    assert message.attributes == {
        "author": "Ada",
        "first_message_id": "100",
        "first_published_at": "2026-11-24T08:30:00.123000Z",
    }


def of() -> Facts:
    return facts_of(buried(stage="store", reason="Aborted by the database"))


def test_letters_are_selected_by_id_article_reason_and_topic() -> None:
    facts = of()
    assert facts in Selection()
    assert facts in Selection(("100",))
    assert facts in Selection(("a1",))
    assert facts not in Selection(("a2",))
    assert facts in Selection(reason="STORE")
    assert facts in Selection(reason="aborted by")
    assert facts not in Selection(reason="sto")
    assert facts not in Selection(("100",), reason="ner")
    assert Selection(topic=Topic.ENTITIES).subscriptions == [ENTITIES_REVIEW]


def test_a_selection_knows_what_it_did_not_find_and_how_it_was_typed() -> None:
    wanted = Selection(("100", "a2"))
    assert of() in wanted
    assert (wanted.missing, wanted.is_complete) == (["a2"], False)
    assert Selection(reason="it's odd", topic=Topic.ARTICLES).arguments() == (
        """--reason 'it'"'"'s odd' --topic articles"""
    )
    assert Selection().arguments() == "--all"


@pytest.mark.parametrize(
    ("ids", "reason", "everything"),
    [([], None, False), (["a"], None, True), (["a"], "x", False), ([], "x", True), ([], " ", False)],
)
def test_what_changes_something_is_told_exactly_which(
    ids: list[str], reason: str | None, everything: bool
) -> None:
    with pytest.raises(Trouble) as caught:
        selection(ids, reason, None, everything=everything)
    assert caught.value.exit_code == USAGE


def test_control_characters_are_seen_and_do_nothing() -> None:
    assert visible("a\x1b[2Jb\r\n\u202ec\ud800\x9b") == r"a\x1b[2Jb\r\n\u202ec\ud800\x9b"
    assert visible("a\tb\n\x07", keep="\n\t") == "a\tb\n\\x07"
    assert visible("Zoë “语” 👩‍🚀 [b]") == "Zoë “语” 👩‍🚀 [b]"


def test_text_of_a_message_does_not_break_the_table() -> None:
    made = table("", ("one", "two"))
    made.add_row(*cells("[red]x[/red]\x1b[31m\nnext", "plain"))
    out = io.StringIO()
    Console(file=out, width=80).print(made)
    lines = out.getvalue().splitlines()
    assert len(lines) == 5
    assert len({len(line) for line in lines}) == 1
    assert r"[red]x[/red]\x1b[31m\nnext" in lines[3]


def test_bytes_that_are_no_text_are_shown_as_bytes() -> None:
    assert list(hex_lines(b"\x00Ada\xff" + b"x" * 12)) == [
        "00000000  00 41 64 61 ff 78 78 78 78 78 78 78 78 78 78 78  .Ada.xxxxxxxxxxx",
        "00000010  78                                               x",
    ]
