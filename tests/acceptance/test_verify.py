"""`namewire verify` while the roles work: nothing differs, and a killed repair does no harm."""

import json
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from google.cloud import firestore

from tests.acceptance.console import COMMAND, ROOT
from tests.acceptance.ledger import assert_everything_is_exact, send_articles, stored_contents
from tests.acceptance.roles import Role
from tests.benchmarks.articles import sample_articles
from tests.polling import eventually


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
    project: str, client: firestore.Client, roles: tuple[Role, Role]
) -> None:
    with feeding(project) as fed:
        eventually(lambda: len(stored_contents(client)) > 20, seconds=120, pause=0.2)
        began = fed.rounds
        for _ in range(8):
            done = verify()
            told = answer(done)
            assert (done.returncode, told["differences"]) == (0, [])
            assert told["read"]["articles"] > 20
        assert fed.rounds > began + 2
    finish(client, roles, fed)
    assert answer(verify())["read"]["articles"] == len(fed.final)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_repairs_killed_at_any_moment_while_the_roles_work_end_exact(
    project: str, client: firestore.Client, roles: tuple[Role, Role]
) -> None:
    choice = random.Random(12)
    with feeding(project) as fed:
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
    finish(client, roles, fed)
    assert [item.id for item in client.collection("repairs").stream()] == []


@dataclass
class Fed:
    """What was sent so far, and must stand in the end."""

    rounds: int = 0
    final: dict[str, str] = field(default_factory=dict)


@contextmanager
def feeding(project: str) -> Iterator[Fed]:
    """Sends articles and their corrections without end: each round brings some, and corrects all before."""
    fed, stop = Fed(), threading.Event()

    def loop() -> None:
        while not stop.wait(4.0):
            number = fed.rounds
            articles = [
                {**article, "content": f"Round {number} by Ann Mo{number % 7}. {article['content']}"}
                for article in sample_articles(min(150, 60 + 10 * number))
                if "content" in article
            ]
            fed.final.update(send_articles(project, articles, seed=number).final)
            fed.rounds += 1

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield fed
    finally:
        stop.set()
        thread.join()


def finish(client: firestore.Client, roles: tuple[Role, Role], fed: Fed) -> None:
    eventually(lambda: stored_contents(client) == fed.final, seconds=300, pause=1.0)
    assert [role.terminate() for role in roles] == [0, 0]
    done = verify()
    assert (done.returncode, answer(done)["differences"]) == (0, [])
    assert_everything_is_exact(client)


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
