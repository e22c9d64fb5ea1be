"""An article that kills its process reaches the dead letters; its neighbours are handled."""

import time
from pathlib import Path

import pytest
from google.cloud import firestore

from tests.acceptance import deadly
from tests.acceptance.ledger import publishing
from tests.acceptance.roles import Role, running
from tests.polling import eventually
from worker import pubsub
from worker.pubsub import Outgoing, Received

ARTICLES = 40
STALL = 4
AHEAD = 100
TEXT = "Angela Merkel spoke in Paris. " * 40
POISONOUS = 7


@pytest.mark.usefixtures("firestore_emulator")
@pytest.mark.parametrize(
    ("sentence", "deaths"),
    [(deadly.ABORT, 5), pytest.param(deadly.KILL, 50, marks=pytest.mark.slow)],
)
def test_an_article_that_kills_its_process_is_buried_and_takes_nobody_along(
    project: str, client: firestore.Client, tmp_path: Path, sentence: str, deaths: int
) -> None:
    with publishing(project) as topic:
        texts = ["Angela Merkel spoke in Paris."] * ARTICLES
        texts[POISONOUS] = f"Angela Merkel spoke. {sentence}"
        sent = [Outgoing(deadly.article(number, text), {}) for number, text in enumerate(texts)]
        ids = topic.publish(sent)
    settings = deadly.install(tmp_path)
    with (
        running("work", tmp_path, **settings, NAMEWIRE_PROCESSES="1") as work,
        running("write", tmp_path) as write,
    ):
        letters = eventually(lambda: dead_letters(project), seconds=120)
        assert [letter.attributes["source_message_id"] for letter in letters] == [ids[POISONOUS]]
        assert letters[0].attributes["stage"] == "process"
        assert letters[0].data == sent[POISONOUS].data
        eventually(lambda: count(client) == ARTICLES - 1, seconds=60)
        assert killed(work) == deaths
        assert [role.terminate() for role in (work, write)] == [0, 0]


@pytest.mark.usefixtures("firestore_emulator")
def test_an_article_that_takes_all_memory_is_buried_at_the_first_attempt(
    project: str, client: firestore.Client, tmp_path: Path
) -> None:
    with publishing(project) as topic:
        texts = ["Angela Merkel spoke in Paris."] * ARTICLES
        texts[POISONOUS] = f"Angela Merkel spoke. {deadly.HOARD}"
        topic.publish([Outgoing(deadly.article(number, text), {}) for number, text in enumerate(texts)])
    settings = {**deadly.install(tmp_path), "NAMEWIRE_PROCESSES": "1"}
    with running("work", tmp_path, **settings) as work, running("write", tmp_path) as write:
        (letter,) = eventually(lambda: dead_letters(project), seconds=120)
        assert letter.attributes["stage"] == "ner"
        assert "more memory than a process may have" in letter.attributes["reason"]
        eventually(lambda: count(client) == ARTICLES - 1, seconds=60)
        assert killed(work) == 0
        assert [role.terminate() for role in (work, write)] == [0, 0]


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.usefixtures("firestore_emulator")
def test_an_article_that_takes_minutes_leaves_others_half_of_the_time(
    project: str, client: firestore.Client, tmp_path: Path
) -> None:
    """With a single process, which is the worst case."""
    settings = {**deadly.install(tmp_path), "NAMEWIRE_PROCESSES": "1", "NAMEWIRE_STALL_SECONDS": str(STALL)}
    with (
        running("work", tmp_path, **settings) as work,
        running("write", tmp_path) as write,
        publishing(project) as topic,
    ):
        work.wait_ready()
        topic.publish([Outgoing(deadly.article(0, f"Merkel spoke. {deadly.DAWDLE}"), {})])
        sent = 1
        letters: list[Received] = []
        began = time.monotonic()
        while not letters:  # always enough to do beside it
            if sent - count(client) < AHEAD:
                part = range(sent, sent + AHEAD)
                topic.publish([Outgoing(deadly.article(number, TEXT), {}) for number in part])
                sent += AHEAD
            letters = dead_letters(project)
        took = time.monotonic() - began
        assert letters[0].attributes["stage"] == "process"
        assert work.log.read_text(encoding="utf-8").count("made no progress") == 5
        eventually(lambda: count(client) == sent - 1, seconds=120)
        # Five stalls; the rest of the time was for others.
        assert took > 2 * 5 * STALL * 0.9
        assert [role.terminate() for role in (work, write)] == [0, 0]


def count(client: firestore.Client) -> int:
    return int(client.collection("articles").count().get()[0][0].value)


def killed(role: Role) -> int:
    return role.log.read_text(encoding="utf-8").count("was ended by signal")


def dead_letters(project: str) -> list[Received]:
    channel = pubsub.open_channel()
    subscription = pubsub.Subscription(channel, project, "articles-dead-review")
    letters = subscription.pull(10, seconds=0.5)
    channel.close()
    return letters
