"""What is billed per article, for 2,000 real articles: document writes and reads, and the bytes of messages.

python -m tests.benchmarks.writes [--json] [--articles N] [--uncounted GPE,LOC]
"""

import argparse
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from contract.article import Article, read_article
from contract.documents import article_document, document_bytes
from contract.entities import UNCOUNTED_LABELS
from contract.messages import count_words, decode_entity_message, entity_message
from contract.wire import encode_article
from tests.benchmarks.articles import real_articles
from tests.fakes.database import FakeDatabase
from worker.dead import DeadLetters
from worker.lifeline import Lifeline
from worker.outbox import Outbox
from worker.pubsub import Received
from worker.recognizer import load_recognizer
from worker.roles import commit_messages
from worker.status import Counts
from worker.store import Store

LIMITS = (500, 2_500, 5_000)


def measure(count: int, uncounted: frozenset[str]) -> dict[str, Any]:
    articles = [read_article(fields, content_chars=1_000_000) for fields in real_articles(count)]
    messages = _messages(articles)
    return {
        "articles": count,
        "sizes": {
            "words": _mean(count_words(article.content) for article in articles),
            "article_message_bytes": _mean(len(encode_article(article)) for article in articles),
            "entity_message_bytes": _mean(len(message.data) for message in messages),
            "article_document_bytes": _mean(_document_bytes(message) for message in messages),
        },
        "limits": {str(limit): _write(messages, limit, uncounted) for limit in LIMITS},
    }


def _document_bytes(message: Received) -> int:
    document = article_document(decode_entity_message(message.data))
    return document_bytes(f"articles/{message.message_id}", document)


def _mean(numbers: Iterable[int]) -> int:
    values = list(numbers)
    return round(sum(values) / len(values))


def _messages(articles: list[Article]) -> list[Received]:
    """The entity messages of the articles, in the order in which they were published."""
    recognizer = load_recognizer("", longest=1_000_000)
    found = recognizer.find([article.content for article in articles])
    now = datetime.now(UTC)
    return [
        Received(
            ack_id=str(number),
            message_id=str(number),
            data=entity_message(
                article,
                entities,
                model=recognizer.model,
                received_at=now,
                processed_at=now,
                source_message_id=str(number),
            ).encode(),
            attributes={},
            published_at=now,
            attempt=1,
        )
        for number, (article, entities) in enumerate(zip(articles, found, strict=True))
    ]


def _write(messages: list[Received], limit: int, uncounted: frozenset[str]) -> dict[str, float]:
    database, counts, lifeline = FakeDatabase(), Counts(), Lifeline()
    store = Store(
        database=database,
        dead=DeadLetters(Outbox(_Nowhere(), lifeline, "entities-dead"), counts),
        counts=counts,
        lifeline=lifeline,
        commit_writes=limit,
        keep_content=True,
        uncounted=uncounted,
    )
    most = commit_messages(limit)
    for start in range(0, len(messages), most):
        for _ in store.handle(messages[start : start + most]):
            pass
    articles = len(database.collection("articles"))
    return {
        "commits": len(database.commits),
        "writes": counts.writes,
        "writes_per_article": round(counts.writes / articles, 2),
        "articles_per_commit": round(articles / len(database.commits), 1),
        "reads_per_article": round(database.reads / articles, 2),
    }


class _Nowhere:
    def publish(self, messages: object) -> list[str]:
        raise AssertionError("a real article was dead-lettered")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--articles", type=int, default=2_000)
    parser.add_argument("--uncounted", default="", help="labels besides those that are not counted anyway")
    options = parser.parse_args()
    result = measure(options.articles, UNCOUNTED_LABELS | frozenset(options.uncounted.split(",")))
    if options.json:
        print(json.dumps(result))
        return
    print(f"means: {result['sizes']}")
    for limit, figures in result["limits"].items():
        print(f"at most {limit} writes a commit: {figures}")


if __name__ == "__main__":
    main()
