"""What anybody may write into an article or an entity message, by way of the real writer and command."""

import json
import unicodedata
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from contract.entities import UNCOUNTED_LABELS, Entity, name_of
from contract.messages import EntityMessage
from contract.names import ARTICLES, ENTITIES, PUBLICATIONS
from tests.acceptance.console import run
from tests.unit.contract.making import message_bytes
from tests.unit.worker.making import deliver, deliver_bytes, make_message
from worker import firestore
from worker.bookkeeping import Entry
from worker.dead import DeadLetters
from worker.fate import Never
from worker.lifeline import Lifeline
from worker.outbox import Outbox
from worker.pubsub import Outgoing, Received
from worker.status import Counts
from worker.store import Store

# Clears the screen, renames the window, hides what follows, turns text around, writes over the line.
TRICKS: Final = "\x1b[2J\x1b]0;mine\x07\x9b8m\u202egnihton\u2066 \x08\x08\x7f"
FORMULA: Final = '=HYPERLINK("http://example.test","Ada")'


@dataclass
class Letters:
    """A dead-letter topic that keeps what it gets."""

    sent: list[Outgoing] = field(default_factory=list)

    def publish(self, messages: Sequence[Outgoing]) -> list[str]:
        self.sent.extend(messages)
        return ["1"] * len(messages)


@dataclass
class Room:
    """The writer on the emulator, and the command beside it."""

    host: str
    project: str
    database: firestore.Database
    letters: Letters

    def store(self, batch: Sequence[Received]) -> None:
        lifeline = Lifeline()
        store = Store(
            database=self.database,
            dead=DeadLetters(Outbox(self.letters, lifeline, "entities-dead"), Counts()),
            counts=Counts(),
            lifeline=lifeline,
            commit_writes=500,
            keep_content=True,
            uncounted=UNCOUNTED_LABELS,
        )
        settled = [message for part in store.handle(batch) for message in part]
        assert len(settled) == len(batch)

    def read(self, collection: str, name: str) -> dict[str, Any]:
        reference = (collection, name)
        return self.database.read([reference])[reference].document

    def namewire(self, *arguments: str) -> str:
        settings = {"GOOGLE_CLOUD_PROJECT": self.project, "FIRESTORE_EMULATOR_HOST": self.host}
        done = run(*arguments, settings=settings)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def room(firestore_emulator: str) -> Iterator[Room]:
    channel = firestore.open_channel()
    project = f"test-{uuid.uuid4().hex[:12]}"
    yield Room(firestore_emulator, project, firestore.Database(channel, project), Letters())
    channel.close()


def _hostile(article_id: str, *texts: str, **changes: Any) -> EntityMessage:
    content = " said ".join(texts)
    starts = [content.index(text) for text in texts]
    entities = [
        Entity(text, "ORG", start, start + len(text)) for text, start in zip(texts, starts, strict=True)
    ]
    message = make_message(
        content, article_id=article_id, publication=f"Gazette{TRICKS}", title=FORMULA + TRICKS
    )
    return message.model_copy(update={"entities": entities, **changes})


def _hidden(text: str) -> set[str]:
    """Characters that do something to a terminal instead of being seen."""
    kinds = ("Cc", "Cf", "Zl", "Zp", "Cs")
    return {char for char in text if unicodedata.category(char) in kinds and char != "\n"}


def test_what_people_wrote_does_nothing_to_the_terminal(room: Room) -> None:
    room.store(deliver(_hostile("a1", f"Ada{TRICKS}", FORMULA)))
    assert room.letters.sent == []
    for shown in (room.namewire("article", "a1"), room.namewire("top")):
        assert _hidden(shown) == set()
        assert "Ada" in shown
    data = room.namewire("article", "a1", "--json")
    assert _hidden(data) == set()
    # What is stored, and what scripts get, is what was written.
    found = json.loads(data)["entities"]
    assert [entity["text"] for entity in found] == [f"Ada{TRICKS}", FORMULA]


KEYS: Final = (
    *(
        "a.b",
        "a`b",
        "a\\b",
        "a\\`.`b",
        "`",
        "``",
        ".",
        "a.mentions",
        "publications.x",
        "days.2026-01-01",
        "$a",
        "*",
    ),
    *(
        "[0]",
        "~",
        "a b",
        "\u202e",
        "日本",
        "\U0001f3d9",
        "a\nb",
        "a\tb",
        "x" * 200,
        "__name",
        "name__",
        "#",
        "%2F",
    ),
)


def test_a_publication_key_of_any_characters_is_one_key_and_no_path(room: Room) -> None:
    """Twice each: created first, then incremented along a field path."""
    for turn in range(2):
        batch = [
            deliver_bytes(
                message_bytes(id=f"a{turn}-{number}", publication_key=key, source_message_id=str(turn)),
                number,
            )
            for number, key in enumerate(KEYS)
        ]
        room.store(batch)
    refused = [letter for letter in room.letters.sent if letter.attributes["stage"] == "decode"]
    assert len(refused) == len(room.letters.sent)
    # Only what Firestore takes for no document id at all.
    assert {json.loads(letter.data)["publication_key"] for letter in refused} == {"."}
    stored = [key for key in KEYS if key != "."]
    entity = room.read(ENTITIES, name_of("Ada", "PERSON").id)
    assert entity["publications"] == dict.fromkeys(stored, 2)
    assert (entity["mentions"], entity["articles"]) == (2 * len(stored), 2 * len(stored))
    for key in stored:
        assert room.read(PUBLICATIONS, key)["articles"] == 2


def test_labels_and_names_of_any_characters_count_and_shrink(room: Room) -> None:
    texts = ["a.b", "a`b", "\\", "`", "__x__", "__proto__", "mentions", "\u202ex", "\x00", "x" * 1_600]
    content = "\n".join(texts)
    entities = [
        {
            "text": text,
            "label": f"`.{text[:20]}",
            "start": content.index(text),
            "end": content.index(text) + len(text),
        }
        for text in texts
    ]
    full = message_bytes(content=content, entities=entities)
    more = message_bytes(id="a2", content=content, entities=entities)
    room.store([deliver_bytes(full, 0)])
    room.store([deliver_bytes(more, 1)])
    assert room.letters.sent == []
    for entity in entities:
        counted = room.read(ENTITIES, name_of(str(entity["text"]), str(entity["label"])).id)
        assert (counted["mentions"], counted["articles"], sum(counted["forms"].values())) == (2, 2, 2)
    corrected = {"content": "Nobody.", "content_sha256": "1" * 64, "entities": []}
    room.store([deliver_bytes(message_bytes(**corrected, received_at="2026-11-25T00:00:00Z"), 2)])
    for entity in entities:
        counted = room.read(ENTITIES, name_of(str(entity["text"]), str(entity["label"])).id)
        assert (counted["mentions"], counted["articles"]) == (1, 1)


@pytest.mark.slow
def test_more_names_than_a_commit_holds_are_a_dead_letter_and_harm_nobody(room: Room) -> None:
    """Otherwise the writer would try again for ever, and its lease would keep everybody behind it."""
    names = [f"N{number:x}" for number in range(17_000)]
    large = deliver_bytes(make_message(" ".join(names), article_id="large").encode(), 0)
    room.store([large, *deliver(make_message("Ada met Bo.", article_id="small"))])
    [letter] = room.letters.sent
    assert letter.attributes["stage"] == "store"
    assert "it cannot be stored" in letter.attributes["reason"]
    assert room.read(ARTICLES, "small")["entity_ids"]


def test_a_commit_that_is_too_large_for_any_firestore_is_not_even_sent(room: Room) -> None:
    entries = [Entry((ARTICLES, f"a{number}"), {"content": "x" * 1_000_000}) for number in range(11)]
    with pytest.raises(Never, match="it takes 10,485,760"):
        room.database.commit(entries)
