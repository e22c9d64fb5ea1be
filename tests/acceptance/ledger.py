"""Sends articles with repetitions and corrections, and recounts what became of them on its own."""

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from google.cloud import firestore

from contract.article import Article, read_article
from contract.wire import encode_article
from namewire.database import COLLECTIONS, Database
from namewire.recount.course import differences
from tests.fakes.database import assert_counts_are_exact, assert_numbers_are_exact
from worker import pubsub

_PART = 200


@dataclass
class Sent:
    """What was published, and the content that must stand in the end."""

    final: dict[str, str] = field(default_factory=dict)
    messages: int = 0


def send_articles(project: str, articles: Sequence[dict[str, Any]], *, seed: int) -> Sent:
    """Every tenth twice, one in fifty corrected; repetitions and corrections come at any later time."""
    choice = random.Random(seed)
    valid = [read_article(fields, content_chars=1_000_000) for fields in articles]
    valid = [article for article in valid if len(article.content) <= 100_000]
    first = list(valid) + [article for number, article in enumerate(valid) if number % 10 == 0]
    choice.shuffle(first)
    corrections = [_corrected(article) for number, article in enumerate(valid) if number % 50 == 0]
    sent = Sent(final={article.id: article.content for article in valid})
    sent.final.update((article.id, article.content) for article in corrections)
    with publishing(project) as topic:
        # A correction is published after every sending of what it corrects.
        for part in (first, corrections):
            _publish(topic, part)
            sent.messages += len(part)
    return sent


@contextmanager
def publishing(project: str) -> Iterator[pubsub.Topic]:
    channel = pubsub.open_channel()
    yield pubsub.Topic(channel, project, "articles")
    channel.close()


def stored_contents(client: firestore.Client) -> dict[str, str]:
    return {name: article["content"] for name, article in _documents(client, "articles").items()}


def assert_everything_is_exact(client: firestore.Client) -> None:
    """Every count equals a recount over the articles, and every offset slices to its text."""
    articles, entities, publications = _collections(client)
    assert_counts_are_exact(articles, entities, publications)
    assert_verify_finds_nothing(client)
    for article in articles.values():
        for entity in article["entities"]:
            assert article["content"][entity["start"] : entity["end"]] == entity["text"]


def assert_numbers_add_up(client: firestore.Client) -> None:
    """By the simple recount alone; with several writers the form that is shown may lag behind."""
    assert_numbers_are_exact(*_collections(client))


def assert_verify_finds_nothing(client: firestore.Client) -> None:
    """The command's own recount agrees with the simple one above."""
    assert differences(Database(client), pause=time.sleep) == []


def assert_no_message_is_left(project: str) -> None:
    """Nothing waits in any subscription, the dead letters included."""
    channel = pubsub.open_channel()
    left = {
        name: len(pubsub.Subscription(channel, project, name).pull(100, seconds=3))
        for name in ("articles-ner", "entities-store", "articles-dead-review", "entities-dead-review")
    }
    channel.close()
    assert set(left.values()) == {0}, left


def _collections(client: firestore.Client) -> list[dict[str, dict[str, Any]]]:
    return [_documents(client, name) for name in COLLECTIONS]


def _documents(client: firestore.Client, collection: str) -> dict[str, dict[str, Any]]:
    return {item.id: item.to_dict() or {} for item in client.collection(collection).stream()}


def _corrected(article: Article) -> Article:
    text = article.content[: len(article.content) // 2] + " Ingrid Solhaug of Kestrel denied it in Oslo."
    return article.model_copy(update={"content": text})


def _publish(topic: pubsub.Topic, articles: Sequence[Article]) -> None:
    for start in range(0, len(articles), _PART):
        part = articles[start : start + _PART]
        topic.publish([pubsub.Outgoing(encode_article(article), {}) for article in part])
