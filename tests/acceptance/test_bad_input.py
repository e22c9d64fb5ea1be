"""What people may put on the topics, and what becomes of it; the rest goes on."""

import json
from itertools import product

import pytest
from google.cloud import firestore

from contract.messages import SCHEMA
from tests.acceptance.ledger import assert_everything_is_exact, publishing
from tests.acceptance.roles import Role
from tests.polling import eventually
from worker import pubsub
from worker.pubsub import Outgoing, Received

NAMED = {"publication": "The Gazette"}
SYLLABLES = ("Ka", "Lo", "Mi", "Nu", "Re", "Sa", "To", "Vi", "Wa", "Ze")

TRICKY = {
    "a-word-of-100000": "Angela Merkel saw " + "x" * 99_900,
    "only-one-word": "y" * 100_000,
    "5000-names": " ".join(
        f"President {''.join(parts).capitalize()} spoke."
        for parts in list(product(SYLLABLES, repeat=4))[:5_000]
    )[:99_999],
    "right-to-left": "قالت أنغيلا ميركل في باريس. אנגלה מרקל Angela Merkel in Paris \u202bباريس\u202c.",
    "emoji": "👩‍🚀🇳🇴 Angela Merkel 🎉 met Emmanuel Macron 👨‍👩‍👧‍👦 in Paris e\u0301te\u0301.",
    "windows-lines": "Angela Merkel\r\nspoke in\r\n\r\nParis.\r\n",
    "spaces": "\t \u00a0Angela\u2009Merkel \n\n  in   Paris\u3000 ",
    "markup": "<script>Angela Merkel</script> & 'Paris' \\ `Berlin` {{x}}",
}
HOPELESS = {
    b"just words": ({}, "body"),
    b"[1, 2]": (NAMED, "body"),
    b'"text"': ({}, "body"),
    b"\xff\xfe": (NAMED, "body"),
    b'{"content": "x", "publication": "y",}': (NAMED, "body"),
    b"": ({"title": "nothing else"}, "content"),
    b"   ": (NAMED, "content"),
    b'{"content": "  ", "publication": "y"}': ({}, "content"),
    b'{"content": "x", "publication": "y", "id": "a b"}': ({}, "id"),
    b'{"text": "x\\u0000", "source": "y"}': ({}, "text"),
    b'{"text": "x\\ud800", "source": "y"}': ({}, "text"),
    b"z" * 9_000_000: (NAMED, "content"),
}


@pytest.mark.usefixtures("roles")
def test_tricky_texts_are_stored_with_offsets_that_slice(project: str, client: firestore.Client) -> None:
    with publishing(project) as topic:
        for name, content in TRICKY.items():
            body = {"id": name, "content": content, "publication": "The Gazette", "unknown": {"field": [1]}}
            topic.publish([Outgoing(json.dumps(body).encode(), {})])
        topic.publish([Outgoing(b"Ministers met in Nairobi.", {**NAMED, "id": "plain", "author": "Bo"})])
    wanted = {**TRICKY, "plain": "Ministers met in Nairobi."}
    articles = client.collection("articles")
    eventually(lambda: {item.id for item in articles.stream()} == wanted.keys(), seconds=120, pause=0.5)
    stored = {item.id: item.to_dict() or {} for item in articles.stream()}
    assert {name: article["content"] for name, article in stored.items()} == wanted
    assert stored["plain"]["authors"] == ["Bo"]
    assert len(stored["5000-names"]["mentions"]) > 1_000
    assert_everything_is_exact(client)


@pytest.mark.usefixtures("firestore_emulator")
def test_what_can_never_be_an_article_is_dead_lettered_at_the_first_attempt(
    project: str, client: firestore.Client, roles: tuple[Role, Role]
) -> None:
    with publishing(project) as topic:
        sent = {
            topic.publish([Outgoing(data, attributes)])[0]: (data, attributes, field)
            for data, (attributes, field) in HOPELESS.items()
        }
        topic.publish([Outgoing(b"Angela Merkel left.", {**NAMED, "id": "good"})])
    letters = collect(project, "articles-dead-review", len(sent))
    for letter in letters:
        data, attributes, field = sent[letter.attributes["source_message_id"]]
        assert letter.data == data
        assert letter.attributes["field"] == field
        assert letter.attributes["stage"] == "decode"
        assert letter.attributes["reason"].startswith(f"{field}: ")
        assert letter.attributes["failed_at"].endswith("Z")
        assert attributes.items() <= letter.attributes.items()
    eventually(lambda: client.document("articles/good").get().exists, seconds=30)
    assert all(role.process.poll() is None for role in roles)


@pytest.mark.usefixtures("firestore_emulator", "roles")
def test_what_is_no_entity_message_is_dead_lettered_at_the_first_attempt(project: str) -> None:
    future = json.dumps({"schema": SCHEMA + 1, "id": "x"}).encode()
    channel = pubsub.open_channel()
    pubsub.Topic(channel, project, "entities").publish([Outgoing(future, {}), Outgoing(b"nonsense", {})])
    channel.close()
    letters = {letter.data: letter.attributes for letter in collect(project, "entities-dead-review", 2)}
    assert letters[future]["field"] == "schema"
    assert "newer than" in letters[future]["reason"]
    assert letters[b"nonsense"]["field"] == "body"


def collect(project: str, subscription: str, count: int) -> list[Received]:
    """So many dead letters, all of which came within the time."""
    channel = pubsub.open_channel()
    review = pubsub.Subscription(channel, project, subscription)
    letters: list[Received] = []

    def arrived() -> bool:
        for letter in review.pull(100, seconds=3):
            letters.append(letter)
            review.acknowledge([letter.ack_id])
        return len(letters) >= count

    eventually(arrived, seconds=60)
    channel.close()
    assert len(letters) == count
    return letters
