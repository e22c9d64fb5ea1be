"""The archive read again while new articles and corrections arrive, by a command that is killed."""

import json
import random
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from google.cloud import firestore

from contract.article import read_article
from contract.wire import encode_article
from emulator.census import census
from emulator.topology import read_topology
from tests.acceptance import console
from tests.acceptance.ledger import (
    assert_everything_is_exact,
    assert_no_message_is_left,
    publishing,
    stored_contents,
)
from tests.acceptance.roles import running
from tests.polling import eventually
from tests.unit.worker.making import EPOCH, make_message
from worker import pubsub

ARTICLES = 2_000
PEOPLE = ("Angela Merkel", "Barack Obama", "Ingrid Solhaug", "Kofi Annan", "Theresa May", "Yuki Tanaka")
PLACES = ("Berlin", "Nairobi", "Lisbon", "Oslo", "Paris", "Tokyo")
SEED = 18


def news(choice: random.Random, number: int) -> dict[str, Any]:
    one, other = choice.sample(PEOPLE, 2)
    return {
        "id": f"a{number}",
        "publication": f"Paper {number % 7}",
        "content": f"{one} met {other} in {choice.choice(PLACES)}, the ministry said. Talk {number} goes on.",
        # Without a date the day is that of the receipt, which must not change.
        **({"published_at": f"2026-10-{number % 28 + 1:02}"} if number % 3 else {}),
    }


@dataclass
class Live:
    """What comes in meanwhile: new articles, and corrections of old ones."""

    final: dict[str, str]
    rounds: int = 0
    last: int = ARTICLES
    corrected: set[str] = field(default_factory=set)
    choice: random.Random = field(default_factory=lambda: random.Random(SEED))

    def portion(self) -> list[dict[str, Any]]:
        new = [news(self.choice, self.last + position) for position in range(10)]
        self.last += len(new)
        corrections = [news(self.choice, self.choice.randrange(ARTICLES)) for _ in range(10)]
        corrections = list({fields["id"]: fields for fields in corrections}.values())
        self.final.update((fields["id"], fields["content"]) for fields in [*new, *corrections])
        self.corrected.update(fields["id"] for fields in corrections)
        self.rounds += 1
        return [*new, *corrections]


@contextmanager
def arriving(project: str, live: Live) -> Iterator[None]:
    stop = threading.Event()
    with publishing(project) as topic:

        def loop() -> None:
            while not stop.wait(0.8):
                articles = [read_article(fields) for fields in live.portion()]
                topic.publish([pubsub.Outgoing(encode_article(article), {}) for article in articles])

        thread = threading.Thread(target=loop)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


def fill_archive(project: str, articles: Sequence[dict[str, Any]]) -> None:
    """As an older model would have read them: every capitalised word is a person."""
    channel = pubsub.open_channel()
    topic = pubsub.Topic(channel, project, "entities")
    for start in range(0, len(articles), 200):
        messages = [
            make_message(
                fields["content"],
                article_id=fields["id"],
                publication=fields["publication"],
                published_at=fields.get("published_at"),
                sent=start + position,
            )
            for position, fields in enumerate(articles[start : start + 200])
        ]
        topic.publish([pubsub.Outgoing(message.encode(), message.attributes()) for message in messages])
    channel.close()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_reprocessing_while_new_articles_arrive_ends_exact(
    project: str, client: firestore.Client, pubsub_emulator: str, tmp_path: Path
) -> None:
    choice = random.Random(SEED)
    archive = [news(choice, number) for number in range(ARTICLES)]
    settings = {**console.here(), "NAMEWIRE_RUN_DIR": str(tmp_path)}
    labels = "DATE,TIME,CARDINAL,ORDINAL,GPE"
    live = Live({fields["id"]: fields["content"] for fields in archive})
    with (
        running("write", tmp_path, NAMEWIRE_UNCOUNTED_LABELS=labels) as write,
        running("work", tmp_path) as work,
        census(pubsub_emulator, project, tmp_path, read_topology()),
    ):
        write.wait_ready()
        fill_archive(project, archive)
        count = client.collection("articles").count()
        eventually(lambda: int(count.get()[0][0].value) == ARTICLES, seconds=120, pause=0.5)
        work.wait_ready()
        with arriving(project, live):
            for _ in range(2):
                killed_midway(client, settings)
            done = console.run("reprocess", "--json", settings=settings)
            assert done.returncode == 0, done.stdout + done.stderr
            assert "Going on with the run" in done.stderr
        answer = json.loads(done.stdout)
        assert answer["complete"]
        assert answer["read"] + answer["already"] >= ARTICLES
        assert live.rounds > 5
        eventually(lambda: stored_contents(client) == live.final, seconds=120, pause=1.0)
        assert [role.terminate() for role in (work, write)] == [0, 0]
    assert_everything_is_exact(client)
    assert_no_message_is_left(project)
    articles = {item.id: item.to_dict() or {} for item in client.collection("articles").stream()}
    assert {article["model"]["name"] for article in articles.values()} == {"en_namewire_news"}
    # Without a date the day is that of the first receipt; a reading is none.
    undated = {fields["id"] for fields in archive if "published_at" not in fields}
    uncorrected = undated - live.corrected
    assert {articles[name]["day"] for name in uncorrected} == {EPOCH.date().isoformat()}
    labels_counted = {(item.to_dict() or {})["label"] for item in client.collection("entities").stream()}
    assert "PERSON" in labels_counted
    assert "GPE" not in labels_counted
    assert not list(client.collection("reprocessing").stream())


def killed_midway(client: firestore.Client, settings: dict[str, str]) -> None:
    """Kills the command once it has noted some progress."""
    mark = client.document("reprocessing/current")
    begun = place(mark)
    command = [*console.COMMAND, "reprocess"]
    with subprocess.Popen(
        command, env=console.environment(**settings), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        eventually(lambda: place(mark) != begun or process.poll() is not None, seconds=60)
        process.kill()
        assert process.wait() != 0, "it was finished before it could be killed"


def place(mark: firestore.DocumentReference) -> str | None:
    return (mark.get().to_dict() or {}).get("after")
