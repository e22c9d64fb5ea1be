"""Worker and writer are replaced by their next version while articles flow."""

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from google.cloud import firestore

from contract.article import read_article
from contract.wire import encode_article
from emulator.topology import create_topology
from tests.acceptance import console
from tests.acceptance.ledger import (
    assert_everything_is_exact,
    assert_no_message_is_left,
    publishing,
    stored_contents,
)
from tests.acceptance.roles import Role, running, running_from
from tests.benchmarks.articles import sample_articles
from tests.polling import eventually
from worker import pubsub
from worker.pubsub import Outgoing, Received, Subscription

ARTICLES = 240
REASON = "schema: is 2, newer than the 1 this writer knows; update the writer, then replay"
_ROOT = Path(__file__).parents[2]
_LOOKS_ON = {"topic": "entities", "ack_deadline_seconds": 60, "message_retention_seconds": 600}


@pytest.fixture(scope="module")
def next_version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source with an entity message of the next schema."""
    root = tmp_path_factory.mktemp("next")
    for folder in ("contract", "model", "namewire", "worker"):
        shutil.copytree(_ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    messages = root / "contract" / "messages.py"
    source = messages.read_text(encoding="utf-8")
    assert source.count("\nSCHEMA: Final = 1\n") == 1
    messages.write_text(source.replace("\nSCHEMA: Final = 1\n", "\nSCHEMA: Final = 2\n"), encoding="utf-8")
    return root


@pytest.fixture
def onlooker(project: str, pubsub_emulator: str) -> str:
    """A subscription that sees every entity message beside the writer."""
    create_topology(
        pubsub_emulator, project, topology={"topics": [], "subscriptions": {"onlooker": _LOOKS_ON}}
    )
    return "onlooker"


@pytest.mark.slow
def test_the_writer_first_then_the_worker_loses_nothing_and_buries_nothing(
    project: str, client: firestore.Client, onlooker: str, next_version: Path, tmp_path: Path
) -> None:
    parts = _thirds(sample_articles(ARTICLES))
    with running("work", tmp_path) as work, running("write", tmp_path) as write:
        _ready(work, write)
        _send(project, parts[0])
        with _replaced(write, tmp_path, next_version) as new_write:
            _send(project, parts[1])
            _ready(new_write)
            with _replaced(work, tmp_path, next_version) as new_work:
                _send(project, parts[2])
                eventually(lambda: len(stored_contents(client)) == ARTICLES, seconds=120, pause=0.5)
                assert [role.terminate() for role in (new_work, new_write)] == [0, 0]
    assert_everything_is_exact(client)
    assert_no_message_is_left(project)
    assert {message.attributes["schema"] for message in _pull(project, onlooker, ARTICLES)} == {"1", "2"}


@pytest.mark.slow
def test_the_worker_first_buries_what_the_old_writer_does_not_know_and_nothing_is_lost(
    project: str, client: firestore.Client, next_version: Path, tmp_path: Path
) -> None:
    articles = sample_articles(20)
    with running("write", tmp_path) as write, running_from(next_version, "work", tmp_path, {}) as work:
        _ready(work, write)
        _send(project, articles)
        eventually(lambda: _reasons() == [REASON] * len(articles), seconds=60)
        with _replaced(write, tmp_path, next_version) as new_write:
            _ready(new_write)
            code, answer = _replay()
            assert (code, len(answer["left"])) == (1, len(articles))  # it is as old as the writer was
            code, answer = _replay(next_version)
            assert (code, len(answer["replayed"])) == (0, len(articles))
            eventually(lambda: len(stored_contents(client)) == len(articles), seconds=60)
            assert [role.terminate() for role in (work, new_write)] == [0, 0]
    assert_everything_is_exact(client)
    assert_no_message_is_left(project)


@contextmanager
def _replaced(old: Role, run_dir: Path, root: Path) -> Iterator[Role]:
    """The old version drains, the new one begins, as `terraform apply` and systemd do it."""
    assert old.terminate() == 0
    with running_from(root, old.name, run_dir, {}) as new:
        yield new


def _reasons() -> list[str]:
    answer = _dead_letters("list", None)[1]
    return [letter["reason"] for letter in answer["letters"]]


def _replay(version: Path | None = None) -> tuple[int, Any]:
    return _dead_letters("replay", version, "--reason", "newer than", "--topic", "entities", "--yes")


def _dead_letters(command: str, version: Path | None, *options: str) -> tuple[int, Any]:
    """The command of this version or another: exit code and answer."""
    done = console.run(
        *("dead-letters", command, "--json", *options), settings=console.here(), source=version
    )
    return done.returncode, json.loads(done.stdout)


def _ready(*roles: Role) -> None:
    for role in roles:
        role.wait_ready()


def _thirds(articles: Sequence[dict[str, Any]]) -> list[Sequence[dict[str, Any]]]:
    size = len(articles) // 3
    return [articles[start : start + size] for start in range(0, 3 * size, size)]


def _send(project: str, articles: Sequence[dict[str, Any]]) -> None:
    valid = [read_article(fields, content_chars=100_000) for fields in articles]
    with publishing(project) as topic:
        topic.publish([Outgoing(encode_article(article), {}) for article in valid])


def _pull(project: str, name: str, count: int) -> list[Received]:
    """So many messages, for good."""
    channel = pubsub.open_channel()
    subscription = Subscription(channel, project, name)
    pulled: list[Received] = []

    def more() -> bool:
        received = subscription.pull(count, seconds=1.0)
        if received:
            subscription.acknowledge([message.ack_id for message in received])
            pulled.extend(received)
        return len(pulled) >= count

    eventually(more, seconds=60)
    channel.close()
    return pulled
