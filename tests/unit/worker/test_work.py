"""Articles in, entity messages out: each article settled only when its message or dead letter is safe."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from contract import limits
from contract.entities import Entity, name_of
from contract.messages import Model, decode_entity_message
from tests.fakes.pubsub import FakeTopic
from tests.unit.worker.lifelines import TimedLifeline
from tests.unit.worker.making import EPOCH
from worker import linking
from worker.dead import DeadLetters
from worker.fate import TryLater
from worker.outbox import Outbox
from worker.pubsub import Outgoing, Received
from worker.status import Counts
from worker.work import Work


def counted(name: str, label: str = "ORG") -> dict[str, str]:
    """What linking says of a mention that stands for itself."""
    return {"entity_id": name_of(name, label).id, "canonical": name}


ACME = {"text": "Acme", "label": "ORG", **counted("Acme")}
NOW = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)


class Capitals:
    """A recognizer to whom every capitalised word is an ORG. It chokes on some words."""

    model = Model(name="en_capitals", version="2")

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.chokes_on = "CHOKE"

    def find(self, texts: Sequence[str]) -> list[list[Entity]]:
        self.calls.append(list(texts))
        if any(self.chokes_on in text for text in texts):
            raise ValueError("[E999] cannot take this")
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> list[Entity]:
        found, at = [], 0
        for word in text.split(" "):
            if word[:1].isupper():
                found.append(Entity(word, "ORG", at, at + len(word)))
            at += len(word) + 1
        return found


class Desk:
    """The role `work` between topics in memory."""

    def __init__(self, *, batch_words: int = 100, content_chars: int = 1_000, keep: bool = True) -> None:
        self.entities, self.letters = FakeTopic(), FakeTopic()
        self.recognizer = Capitals()
        self.counts = Counts()
        self.lifeline = TimedLifeline()
        self.survived: list[Received] = []
        self.work = Work(
            recognizer=self.recognizer,
            outbox=Outbox(self.entities, self.lifeline, "entities"),
            dead=DeadLetters(Outbox(self.letters, self.lifeline, "articles-dead"), self.counts, lambda: NOW),
            counts=self.counts,
            batch_words=batch_words,
            content_chars=content_chars,
            message_content=keep,
            survived=self.survived.extend,
            now=lambda: NOW,
        )

    def handle(self, *messages: Received) -> list[str]:
        """The ids of the messages that may be acknowledged, in the order of their yielding."""
        return [message.message_id for done in self.work.handle(messages) for message in done]


def article(number: int, content: str, **fields: Any) -> Received:
    body = {"id": f"a{number}", "content": content, "publication": "The Gazette", **fields}
    return bare(number, json.dumps(body).encode())


def bare(number: int, data: bytes, **attributes: str) -> Received:
    return Received(f"ack-{number}", f"m{number}", data, attributes, EPOCH, 1)


def ids(letters: Sequence[Outgoing]) -> list[str]:
    return [letter.attributes["source_message_id"] for letter in letters]


def test_an_article_becomes_an_entity_message() -> None:
    desk = Desk()
    assert desk.handle(article(1, "Acme sues Initech today", title="A suit", authors=["Ann Lee"])) == ["m1"]
    (sent,) = desk.entities.sent
    assert sent.attributes == {"article_id": "a1", "publication_key": "the-gazette", "schema": "2"}
    assert json.loads(sent.data) == {
        "schema": 2,
        "id": "a1",
        "publication": "The Gazette",
        "publication_key": "the-gazette",
        "title": "A suit",
        "authors": ["Ann Lee"],
        "content": "Acme sues Initech today",
        "content_sha256": "daeddd21f21734adf00c2ce0cc51dc852b963a8354378e8de9c14f8363c1753a",
        "words": 4,
        "entities": [
            {**ACME, "start": 0, "end": 4},
            {"text": "Initech", "label": "ORG", "start": 10, "end": 17, **counted("Initech")},
        ],
        "linking_version": linking.VERSION,
        "model": {"name": "en_capitals", "version": "2"},
        "received_at": "2026-11-01T12:00:00Z",
        "processed_at": "2026-11-02T08:30:00Z",
        "source_message_id": "m1",
    }


def test_plain_text_with_attributes_is_as_good_as_json() -> None:
    desk = Desk()
    assert desk.handle(bare(1, b"Acme is back", publication="Reuters")) == ["m1"]
    message = decode_entity_message(desk.entities.sent[0].data)
    assert (message.publication, message.content) == ("Reuters", "Acme is back")


def test_a_replayed_article_keeps_the_place_of_the_first_message() -> None:
    desk = Desk()
    origin = {"first_message_id": "77", "first_published_at": "2026-10-01T00:00:00Z"}
    desk.handle(bare(1, b"Acme is back", publication="Reuters", **origin))
    message = decode_entity_message(desk.entities.sent[0].data)
    assert (message.received_at, message.source_message_id) == (datetime(2026, 10, 1, tzinfo=UTC), "77")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (b"", "content"),
        (b"no json", "body"),
        (b"[1, 2]", "body"),
        (b"null", "body"),
        (b'{"publication": "R"}', "content"),
        (b'{"content": "x"}', "publication"),
        (b'{"content": "x", "publication": "R", "published_at": "soon"}', "published_at"),
        (b'{"text": "\\u0000", "publication": "R"}', "text"),
        (b"\xff\xfe", "body"),
        (b"x" * 9_000_000, "body"),
        (json.dumps({"content": "x" * 1_001, "publication": "R"}).encode(), "content"),
    ],
)
def test_what_is_no_article_becomes_a_dead_letter_at_once_and_the_rest_goes_on(
    data: bytes, field: str
) -> None:
    desk = Desk()
    done = desk.handle(article(1, "Acme"), bare(2, data), article(3, "Initech"))
    assert sorted(done) == ["m1", "m2", "m3"]
    (letter,) = desk.letters.sent
    assert letter.data == data
    assert letter.attributes["reason"].startswith(f"{field}: ")
    del letter.attributes["reason"]
    assert letter.attributes == {
        "field": field,
        "stage": "decode",
        "source_message_id": "m2",
        "source_published_at": "2026-11-01T12:00:00Z",
        "attempts": "1",
        "failed_at": "2026-11-02T08:30:00Z",
    }
    assert len(desk.entities.sent) == 2
    assert (desk.counts.dead_lettered, desk.counts.words) == (1, 2)


def test_once_the_names_are_found_the_article_is_no_suspect_any_more() -> None:
    """However long the outage in which its entity message waits."""
    desk = Desk()
    desk.entities.outages = 3
    message = article(1, "Ingrid met Paul.")
    desk.handle(message)
    assert desk.survived == [message]


def test_articles_are_recognized_in_groups_by_words() -> None:
    desk = Desk(batch_words=10)
    texts = ["w " * 4, "w " * 6, "w " * 1, "w " * 25, "w " * 9, "w " * 1]
    desk.handle(*[article(number, text) for number, text in enumerate(texts)])
    assert [[len(text.split()) for text in call] for call in desk.recognizer.calls] == [
        [4, 6],
        [1],
        [25],
        [9, 1],
    ]


def test_a_group_is_finished_before_the_next_begins() -> None:
    desk = Desk(batch_words=1)
    done = desk.work.handle([article(1, "Acme"), article(2, "Initech")])
    assert list(next(done)) == []
    assert [message.message_id for message in next(done)] == ["m1"]
    assert len(desk.entities.sent) == 1


def test_an_article_on_which_the_recognizer_fails_is_alone_in_its_misery() -> None:
    desk = Desk()
    messages = [article(number, "Acme CHOKE" if number == 2 else "Acme") for number in range(5)]
    assert sorted(desk.handle(*messages)) == ["m0", "m1", "m2", "m3", "m4"]
    assert ids(desk.letters.sent) == ["m2"]
    assert desk.letters.sent[0].attributes["stage"] == "ner"
    assert desk.letters.sent[0].attributes["field"] == "content"
    sent = [decode_entity_message(message.data).source_message_id for message in desk.entities.sent]
    assert sent == ["m0", "m1", "m3", "m4"]


def test_an_article_whose_names_cannot_be_linked_is_alone_too() -> None:
    desk = Desk()

    def link(content: str, entities: Sequence[Entity]) -> list[Entity]:
        if "Initech" in content:
            raise RecursionError
        return linking.link(content, entities)

    desk.work.link = link
    assert sorted(desk.handle(article(1, "Acme"), article(2, "Initech"), article(3, "Acme"))) == [
        "m1",
        "m2",
        "m3",
    ]
    assert [(ids([letter]), letter.attributes["stage"]) for letter in desk.letters.sent] == [(["m2"], "link")]
    assert len(desk.entities.sent) == 2


def test_the_log_of_a_failure_has_no_article_text(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    desk.handle(article(1, "Acme CHOKE hush hush"))
    assert "article of message m1 failed" in caplog.text
    assert "hush" not in caplog.text


def test_an_entity_message_too_large_for_pubsub_leaves_the_content_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "MESSAGE_BYTES", 1_200)
    desk = Desk(content_chars=2_000)
    assert desk.handle(article(1, "Acme " + "word " * 200), article(2, "Acme")) == ["m1", "m2"]
    large, small = (json.loads(message.data) for message in desk.entities.sent)
    assert "content" not in large
    assert large["entities"] == [{**ACME, "start": 0, "end": 4}]
    assert large["words"] == 201
    assert small["content"] == "Acme"


def test_the_content_is_left_out_where_the_setting_says_so() -> None:
    desk = Desk(keep=False)
    desk.handle(article(1, "Acme"))
    message = decode_entity_message(desk.entities.sent[0].data)
    assert message.content is None
    assert message.entities[0].text == "Acme"


def test_an_entity_message_that_pubsub_refuses_becomes_a_dead_letter() -> None:
    desk = Desk()
    desk.entities.refuses = lambda message: message.attributes["article_id"] == "a2"
    assert sorted(desk.handle(article(1, "Acme"), article(2, "Acme"), article(3, "Acme"))) == [
        "m1",
        "m2",
        "m3",
    ]
    assert ids(desk.letters.sent) == ["m2"]
    assert desk.letters.sent[0].attributes["stage"] == "publish"
    assert len(desk.entities.sent) == 2


def test_an_outage_is_waited_out_and_nothing_is_settled_before_its_end() -> None:
    desk = Desk()
    desk.entities.outages = 5
    assert desk.handle(article(1, "Acme")) == ["m1"]
    assert len(desk.lifeline.pauses) == 5


def test_what_was_sent_before_giving_up_stays_settled() -> None:
    desk = Desk(batch_words=1)
    handling = desk.work.handle([bare(1, b"{}"), article(2, "Acme"), article(3, "Acme")])
    assert [message.message_id for message in next(handling)] == ["m1"]
    assert [message.message_id for message in next(handling)] == ["m2"]
    desk.entities.outages = 10_000
    desk.lifeline.stop()
    with pytest.raises(TryLater):
        next(handling)


def test_a_letter_that_cannot_be_written_leaves_the_article_unsettled() -> None:
    desk = Desk()
    desk.letters.refuses = lambda letter: True
    assert desk.handle(bare(1, b"{}"), article(2, "Acme CHOKE"), article(3, "Acme")) == ["m3"]


def test_the_same_article_twice_in_a_batch_is_sent_twice() -> None:
    """The writer sorts it out; both messages have to be settled."""
    desk = Desk()
    assert desk.handle(article(1, "Acme"), article(1, "Acme")) == ["m1", "m1"]
