"""`namewire dead-letters` on the emulators: looks change nothing, replays lose nothing and count once."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from google.cloud import firestore
from google.pubsub_v1.types import AcknowledgeRequest

from contract.errors import InvalidMessage
from contract.letters import dead_letter
from contract.messages import decode_entity_message
from namewire.__main__ import main
from tests.acceptance import console
from tests.acceptance.hold_up import hold_up
from tests.acceptance.ledger import assert_everything_is_exact, publishing, stored_contents
from tests.acceptance.roles import running
from tests.polling import eventually
from tests.unit.contract.making import message_bytes
from worker import pubsub
from worker.pubsub import Outgoing, Received

PART = 500
SENT = datetime(2026, 11, 1, 12, tzinfo=UTC)
REVIEWS = {"articles-dead": "articles-dead-review", "entities-dead": "entities-dead-review"}
BY_PUBSUB = {
    "CloudPubSubDeadLetterSourceDeliveryCount": "5",
    "CloudPubSubDeadLetterSourceTopicPublishTime": "2026-11-01T12:00:00.5Z",
}

Ask = Callable[..., tuple[int, Any]]


@pytest.fixture
def ask(project: str, firestore_emulator: str, capfd: pytest.CaptureFixture[str]) -> Ask:
    """The command in this process: exit code and, with --json, its answer."""
    assert [project, firestore_emulator]

    def run(*arguments: str) -> tuple[int, Any]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", ["namewire", "dead-letters", *arguments])
            with pytest.raises(SystemExit) as ended:
                main()
        out = capfd.readouterr().out
        code = ended.value.code
        assert isinstance(code, int)
        return code, json.loads(out) if "--json" in arguments and out else out

    return run


def article(number: int, content: str = "Angela Merkel spoke in Paris.") -> bytes:
    return json.dumps({"id": f"a{number}", "content": content, "publication": "The Gazette"}).encode()


def buried(
    data: bytes, *, stage: str = "process", field: str = "content", reason: str = "is odd"
) -> Outgoing:
    letter = dead_letter(
        data,
        {"origin": "wire"},
        error=InvalidMessage.of(field, reason),
        stage=stage,
        source_message_id="7",
        failed_at=SENT + timedelta(hours=1),
        source_published_at=SENT,
        attempts=3,
    )
    return Outgoing(letter.data, letter.attributes)


@contextmanager
def topic(project: str, name: str) -> Iterator[pubsub.Topic]:
    channel = pubsub.open_channel()
    yield pubsub.Topic(channel, project, name)
    channel.close()


def bury(project: str, letters: list[Outgoing], *, name: str = "articles-dead") -> list[str]:
    with topic(project, name) as dead:
        return [
            message_id
            for start in range(0, len(letters), PART)
            for message_id in dead.publish(letters[start : start + PART])
        ]


def waiting(project: str, name: str, *, seconds: float = 0.3) -> list[Received]:
    """What can be had from a subscription; it is given back."""
    channel = pubsub.open_channel()
    subscription = pubsub.Subscription(channel, project, name)
    found: list[Received] = []
    while messages := subscription.pull(1_000, seconds=seconds):
        found += messages
    subscription.extend([message.ack_id for message in found], 0)
    channel.close()
    return found


def every_kind(project: str) -> dict[str, tuple[str, str]]:
    """Letter id → its kind, and words of the advice that belongs to it."""
    articles = [
        (buried(b'{"id": "a1"}', stage="decode", reason="is required"), "decode", "Correct this"),
        (
            buried(b"\xff\x00\x1b[2J", stage="decode", field="body", reason="is not valid UTF-8"),
            "decode",
            "Correct this",
        ),
        (buried(article(2), stage="decode", reason="has 9; at most 5 are"), "decode", "MAX_CONTENT_CHARS"),
        (buried(article(3), stage="ner"), "ner", "recognizer failed"),
        (buried(article(4), stage="publish"), "publish", "MESSAGE_CONTENT=false"),
        (buried(article(5), stage="process"), "process", "Processes died"),
        (Outgoing(article(6), BY_PUBSUB), "undelivered", "No process finished it"),
        (Outgoing(article(7), {"reason": "\x1b[31mred\n"}), "unknown", "directly"),
        (Outgoing(b"\xfe", {}), "unknown", "directly"),
    ]
    entities = [
        (buried(message_bytes(schema=2), stage="decode", field="schema", reason="newer"), "decode", "Update"),
        (buried(b"nonsense", stage="decode", field="body"), "decode", "who else publishes"),
        (buried(message_bytes(id="a8"), stage="store"), "store", "Firestore refused"),
    ]
    found = {}
    for name, cases in (("articles-dead", articles), ("entities-dead", entities)):
        ids = bury(project, [letter for letter, _, _ in cases], name=name)
        found.update({i: (kind, words) for i, (_, kind, words) in zip(ids, cases, strict=True)})
    return found


def test_every_kind_of_letter_is_listed_shown_and_left_where_it_is(project: str, ask: Ask) -> None:
    kinds = every_kind(project)
    code, answer = ask("list", "--json")
    assert code == 0
    assert answer["total"] == len(kinds)
    assert {item["id"]: item["kind"] for item in answer["letters"]} == {
        name: kind for name, (kind, _) in kinds.items()
    }
    for name, (_, words) in kinds.items():
        code, (shown,) = ask("show", name, "--json")
        assert code == 0
        assert words in shown["advice"]
        assert ("data" in shown) != ("data_base64" in shown)
    for options, count in (
        (("--topic", "entities"), 3),
        (("--reason", "decode"), 5),
        (("--reason", "is required"), 1),
        (("--reason", "no such thing"), 0),
        (("--reason", "decode", "--topic", "articles"), 3),
    ):
        assert ask("list", "--json", *options)[1]["total"] == count
    code, answer = ask("list", "--json", "--limit", "2")
    assert (answer["total"], len(answer["letters"])) == (len(kinds), 2)
    code, text = ask("list")
    assert code == 0
    assert "\x1b" not in text
    assert r"\x1b[31mred\n" in text
    assert len({len(line) for line in text.splitlines()[1:5]}) == 1
    code, text = ask("show", "a8")
    assert (code, "How to mend it: Firestore refused" in text) == (0, True)
    (binary,) = [name for name, (kind, _) in kinds.items() if kind == "unknown"][1:]
    assert "00000000  fe" in ask("show", binary)[1]
    assert sum(len(waiting(project, name)) for name in REVIEWS.values()) == len(kinds)


def test_what_is_not_there_is_a_sentence_and_what_is_not_said_is_usage(project: str, ask: Ask) -> None:
    assert project
    assert ask("show", "nobody") == (1, "")
    assert ask("drop", "nobody", "--yes") == (1, "")
    assert ask("replay", "nobody")[0] == 1
    code, text = ask("list")
    assert (code, text[:26]) == (0, "There are no dead letters.")
    assert ask("replay", "--all", "--yes")[0] == 0
    for arguments in (["replay"], ["drop"], ["drop", "x", "--all"], ["replay", "--all", "--as-new"]):
        assert ask(*arguments) == (2, "")


def test_a_dry_run_changes_nothing_and_a_drop_takes_only_what_was_meant(project: str, ask: Ask) -> None:
    kinds = every_kind(project)
    for command in ("replay", "drop"):
        code, text = ask(command, "--all")
        assert code == 0
        assert f"Nothing was changed. To do it: namewire dead-letters {command} --all --yes" in text
    assert ask("replay", "--all", "--json")[1]["dry_run"] is True
    assert [len(waiting(project, name)) for name in REVIEWS.values()] == [9, 3]
    assert [waiting(project, name) for name in ("articles-ner", "entities-store")] == [[], []]
    code, answer = ask("drop", "a3", "--json", "--yes")
    assert (code, [item["article_id"] for item in answer["dropped"]]) == (0, ["a3"])
    code, answer = ask("drop", "--reason", "decode", "--topic", "articles", "--json", "--yes")
    assert (code, len(answer["dropped"])) == (0, 3)
    left = {message.message_id for name in REVIEWS.values() for message in waiting(project, name)}
    wanted = {name for name, (kind, _) in kinds.items() if kind != "ner"}
    dropped = {item["id"] for item in answer["dropped"]}
    assert left == wanted - dropped
    assert len(left) == 8


def test_a_replay_publishes_the_original_and_leaves_what_would_be_refused(project: str, ask: Ask) -> None:
    every_kind(project)
    code, answer = ask("replay", "--all", "--yes", "--json")
    assert code == 1  # some stayed
    assert (len(answer["replayed"]), len(answer["left"]), answer["complete"]) == (7, 5, True)
    assert all(item["why"].startswith("would be refused again") for item in answer["left"])
    sent = {message.data: message.attributes for message in waiting(project, "articles-ner")}
    assert sent == {
        **{
            article(number): {
                "origin": "wire",
                "first_message_id": "7",
                "first_published_at": "2026-11-01T12:00:00Z",
            }
            for number in (2, 3, 4, 5)
        },
        article(6): sent[article(6)],
        article(7): {},
    }
    assert sent[article(6)].keys() == {"first_message_id", "first_published_at"}
    (entity,) = waiting(project, "entities-store")
    assert (decode_entity_message(entity.data).id, entity.attributes) == ("a8", {"origin": "wire"})
    assert [len(waiting(project, name)) for name in REVIEWS.values()] == [3, 2]
    code, answer = ask("replay", "--all", "--yes", "--force", "--json")
    assert (code, len(answer["replayed"]), answer["left"]) == (0, 5, [])


def command(project: str, host: str, *arguments: str) -> subprocess.Popen[bytes]:
    settings = {**console.here(), "PUBSUB_EMULATOR_HOST": host}
    assert settings["GOOGLE_CLOUD_PROJECT"] == project
    return subprocess.Popen(
        [*console.COMMAND, "dead-letters", *arguments],
        env=console.environment(**settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def stored(client: firestore.Client, name: str) -> Mapping[str, Any]:
    return client.document(f"articles/{name}").get().to_dict() or {}


def test_a_replay_killed_between_publish_and_acknowledgement_loses_nothing_and_counts_once(
    project: str, pubsub_emulator: str, client: firestore.Client, ask: Ask, tmp_path: Path
) -> None:
    (letter,) = bury(project, [buried(article(1))])
    with hold_up(pubsub_emulator, "Acknowledge") as way:
        replay = command(project, way.address, "replay", "--all", "--yes")
        eventually(lambda: way.held, seconds=60)
        replay.kill()
        replay.communicate()
    assert replay.returncode == -signal.SIGKILL
    assert [message.data for message in waiting(project, "articles-ner")] == [article(1)]
    # What the end of the lease would do.
    request = AcknowledgeRequest.deserialize(way.held[0])
    channel = pubsub.open_channel()
    pubsub.Subscription(channel, project, "articles-dead-review").extend(list(request.ack_ids), 0)
    channel.close()
    assert [item["id"] for item in ask("list", "--json")[1]["letters"]] == [letter]
    assert [item["id"] for item in ask("replay", "--all", "--yes", "--json")[1]["replayed"]] == [letter]
    first, second = waiting(project, "articles-ner")
    assert first.message_id != second.message_id
    # A correction, published behind the original but before its replays.
    bury(project, [buried(article(2, "Angela Merkel denied it in Oslo."))])
    with publishing(project) as articles:
        articles.publish([Outgoing(article(2, "Angela Merkel confirmed it in Oslo."), {})])
    assert ask("replay", "a2", "--yes")[0] == 0
    with running("work", tmp_path) as work, running("write", tmp_path) as write:
        eventually(lambda: {"a1", "a2"} == stored_contents(client).keys(), seconds=60)
        eventually(
            lambda: not [*waiting(project, "articles-ner"), *waiting(project, "entities-store")], seconds=60
        )
        assert [role.terminate() for role in (work, write)] == [0, 0]
    assert stored(client, "a1")["received_at"] == SENT
    assert stored_contents(client)["a2"] == "Angela Merkel confirmed it in Oslo."
    assert [waiting(project, name) for name in REVIEWS.values()] == [[], []]
    assert_everything_is_exact(client)
    # Had only the acknowledgement been lost, the letter would be known as stored.
    bury(project, [buried(article(1))])
    answer = ask("replay", "--all", "--yes", "--json")[1]
    assert [item["article_id"] for item in answer["stored_already"]] == ["a1"]
    assert waiting(project, "articles-ner") == []


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_thousands_of_letters_survive_commands_that_are_stopped_and_killed(
    project: str, pubsub_emulator: str, client: firestore.Client, ask: Ask, tmp_path: Path
) -> None:
    """Interrupted, asked to end, killed, each in the middle; the last run takes the rest."""
    count = 2_000
    bury(project, [buried(article(number)) for number in range(count)])
    code, answer = ask("list", "--json")
    assert (code, answer["total"], len({item["id"] for item in answer["letters"]})) == (0, count, count)
    assert len(ask("replay", "--all", "--json")[1]["replayed"]) == count
    left = count
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        with hold_up(pubsub_emulator, "Acknowledge", passing=3) as way:
            replay = command(project, way.address, "replay", "--all", "--yes")
            eventually(lambda: way.held, seconds=60)
            replay.send_signal(number)
            if number != signal.SIGKILL:
                way.lets_through = True
                way.released.set()
            text = replay.communicate(timeout=60)[0].decode()
        if number == signal.SIGKILL:
            assert replay.returncode == -number
        else:
            # What was done is told; what was not is there at once, and nothing of it was published.
            assert (replay.returncode, text.count("400 published again.")) == (128 + number, 1), text
            left -= 400
            assert len(waiting(project, "articles-dead-review")) == left
            assert len(waiting(project, "articles-ner")) == count - left
    with running("work", tmp_path) as work, running("write", tmp_path) as write:

        def settled() -> bool:
            # What the killed one held comes again when its leases end.
            code, answer = ask("replay", "--all", "--yes", "--json")
            assert (code, answer["left"]) == (0, [])
            return len(stored_contents(client)) == count

        eventually(settled, seconds=240, pause=1)
        eventually(lambda: not waiting(project, "articles-dead-review"), seconds=90)
        eventually(
            lambda: not [*waiting(project, "articles-ner"), *waiting(project, "entities-store")], seconds=60
        )
        assert [role.terminate() for role in (work, write)] == [0, 0]
    assert_everything_is_exact(client)
    assert {document["received_at"] for document in documents(client)} == {SENT}


@pytest.mark.slow
def test_letters_of_any_size_are_shown_and_replayed(project: str, ask: Ask) -> None:
    """Together more than a request may hold, and more than gRPC takes by itself."""
    content = "x" * 9_000_000
    bury(project, [buried(article(0, content), stage="decode")])
    bury(project, [buried(article(number, content[:2_000_000]), stage="ner") for number in (1, 2, 3, 4)])
    bury(project, [buried(article(5, content[:2_000_000]), stage="ner") for number in (5, 6)])
    (shown,) = ask("show", "a0", "--json")[1]
    assert shown["data"] == article(0, content).decode()
    code, answer = ask("replay", "--all", "--yes", "--json")
    assert (code, len(answer["replayed"])) == (0, 7)
    assert len(waiting(project, "articles-ner", seconds=2)) == 7


def documents(client: firestore.Client) -> Iterator[Mapping[str, Any]]:
    return ((item.to_dict() or {}) for item in client.collection("articles").stream())
