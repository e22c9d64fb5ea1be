"""`namewire verify` while the writer works: nothing differs, and a killed repair does no harm."""

import json
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from google.cloud import firestore

from contract.messages import EntityMessage
from tests.acceptance.console import COMMAND, ROOT
from tests.acceptance.ledger import assert_everything_is_exact, stored_contents
from tests.acceptance.roles import Role, running
from tests.polling import eventually
from tests.unit.worker.making import make_message
from worker import pubsub

SEED = 12


def verify(*options: str) -> subprocess.CompletedProcess[str]:
    """In the environment that the fixtures have set."""
    return subprocess.run(
        [*COMMAND, "verify", "--json", *options], cwd=ROOT, capture_output=True, text=True, timeout=300
    )


def answer(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.stdout, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_recount_in_the_middle_of_the_work_finds_no_difference(
    project: str, client: firestore.Client, write: Role
) -> None:
    with feeding(project, seed=SEED) as fed:
        eventually(lambda: len(stored_contents(client)) > 20, seconds=120, pause=0.2)
        began = fed.rounds
        for _ in range(8):
            done = verify()
            told = answer(done)
            assert (done.returncode, told["differences"]) == (0, [])
            assert told["read"]["articles"] > 20
        assert fed.rounds > began + 2
    finish(client, write, fed)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_repairs_killed_at_any_moment_while_the_writer_works_end_exact(
    project: str, client: firestore.Client, write: Role
) -> None:
    choice = random.Random(SEED)
    with feeding(project, seed=SEED) as fed:
        eventually(lambda: len(stored_contents(client)) > 50, seconds=120, pause=0.2)
        kills = 0
        for _ in range(6):
            damage(client, choice)
            kills += repair_and_kill(client, within=choice.uniform(0.0, 0.4))
        assert kills >= 3
        damage(client, choice)
        done = verify("--repair")
        assert done.returncode == 0, done.stderr
        assert answer(done)["repaired"] > 50
        # The writer goes on with documents that were damaged and repaired.
        before = fed.rounds
        eventually(lambda: fed.rounds > before + 1, seconds=120)
        assert answer(verify())["differences"] == []
    finish(client, write, fed)
    assert [item.id for item in client.collection("repairs").stream()] == []


@dataclass
class Fed:
    """What was sent so far, and must stand in the end."""

    rounds: int = 0
    final: dict[str, str] = field(default_factory=dict)


@contextmanager
def feeding(project: str, *, seed: int) -> Iterator[Fed]:
    """Sends what was found in articles, and in their corrections, without end."""
    fed, stop, choice = Fed(), threading.Event(), random.Random(seed)
    channel = pubsub.open_channel()
    topic = pubsub.Topic(channel, project, "entities")

    def loop() -> None:
        while not stop.wait(0.5):
            found = [_article(choice, fed.rounds, sent=60 * fed.rounds + position) for position in range(60)]
            topic.publish([pubsub.Outgoing(message.encode(), {}) for message in found])
            fed.final.update((message.id, str(message.content)) for message in found)
            fed.rounds += 1

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield fed
    finally:
        stop.set()
        thread.join()
        channel.close()


def _article(choice: random.Random, number: int, *, sent: int) -> EntityMessage:
    """A new article, or another version of one of the last."""
    names = [f"Name{int(choice.random() ** 2 * 600)}" for _ in range(choice.randint(0, 12))]
    return make_message(
        " met ".join(["someone", *names]),
        article_id=f"a{max(0, number * 20 - choice.randrange(400))}",
        publication=f"Paper {choice.randrange(7)}",
        published_at=f"2026-10-{choice.randint(1, 28):02}",
        sent=sent,
    )


def finish(client: firestore.Client, write: Role, fed: Fed) -> None:
    eventually(lambda: stored_contents(client) == fed.final, seconds=200, pause=1.0)
    assert write.terminate() == 0
    done = verify()
    assert (done.returncode, answer(done)["differences"]) == (0, [])
    assert answer(done)["read"]["articles"] == len(fed.final)
    assert_everything_is_exact(client)


@pytest.fixture
def write(project: str, firestore_emulator: str, tmp_path: Path) -> Iterator[Role]:
    assert [project, firestore_emulator]
    with running("write", tmp_path) as role:
        role.wait_ready()
        yield role


def damage(client: firestore.Client, choice: random.Random) -> None:
    """Makes every number of most entities wrong, loses some documents, makes some up."""
    documents = list(client.collection("entities").stream())
    for start in range(0, len(documents), 200):
        batch = client.batch()
        for item in documents[start : start + 200]:
            kind = choice.choice(["more", "less", "day", "gone", "made up", "none"])
            damage_one(batch, client, item.reference, kind)
        batch.commit()


def damage_one(
    batch: Any, client: firestore.Client, reference: firestore.DocumentReference, kind: str
) -> None:
    match kind:
        case "more" | "less":
            number = firestore.Increment(5 if kind == "more" else -7)
            batch.set(reference, {"mentions": number, "articles": number}, merge=True)
        case "day":
            batch.set(reference, {"days": {"2001-01-01": firestore.Increment(3)}}, merge=True)
        case "gone":
            batch.delete(reference)
        case "made up":
            made_up = client.document(f"entities/{reference.id}x")
            batch.set(made_up, {"mentions": 2, "articles": 1})


def repair_and_kill(client: firestore.Client, *, within: float) -> bool:
    """Kills a repair a while after its first commit; whether it was there to be killed."""
    command = [*COMMAND, "verify", "--repair", "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=sys.stderr) as process:
        fence = client.document("repairs/current")
        # Whoever was killed before has left one with an attempt; seizing it takes that away.
        eventually(lambda: process.poll() is not None or attempt(fence) == "", seconds=120, pause=0.01)
        eventually(lambda: process.poll() is not None or attempt(fence), seconds=120, pause=0.01)
        threading.Event().wait(within)
        process.kill()
        return process.wait() != 0


def attempt(fence: firestore.DocumentReference) -> str | None:
    return (fence.get().to_dict() or {}).get("attempt")
