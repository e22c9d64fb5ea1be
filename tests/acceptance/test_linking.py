"""One name for one person, through the whole worker and writer."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from google.cloud import firestore

from contract.article import read_article
from contract.entities import name_of
from contract.wire import encode_article
from tests.acceptance import console
from tests.acceptance.ledger import assert_everything_is_exact, publishing
from tests.acceptance.roles import Role, running, running_from
from tests.polling import eventually
from worker.linking import VERSION
from worker.pubsub import Outgoing

ARTICLE = {
    "id": "farewell",
    "publication": "The Harbour Gazette",
    "published_at": "2026-11-24",
    "content": (
        "Angela Merkel waved to the crowd in Berlin. Merkel has been in office for sixteen years. "
        "“I am going to sleep,” Merkel said on Monday. Reporters asked Merkel about the future. "
        "In the evening Merkel met her ministers, and they thanked Merkel with a piano."
    ),
}
CORRECTED = {
    **ARTICLE,
    "content": "Angela Merkel waved to the crowd in Berlin. Merkel said little on Monday.",
}
MERKEL, BARE = name_of("Angela Merkel", "PERSON").id, name_of("Merkel", "PERSON").id
_ROOT = Path(__file__).parents[2]


def publish(project: str, article: dict[str, Any]) -> None:
    with publishing(project) as topic:
        topic.publish([Outgoing(encode_article(read_article(article)), {})])


def mentions(client: firestore.Client, entity_id: str) -> int:
    stored = client.document(f"entities/{entity_id}").get().to_dict() or {}
    return int(stored.get("mentions", 0))


def test_five_times_merkel_and_once_angela_merkel_are_six_mentions_of_angela_merkel(
    project: str, client: firestore.Client, firestore_emulator: str, roles: tuple[Role, Role]
) -> None:
    publish(project, ARTICLE)
    eventually(lambda: mentions(client, MERKEL) == 6, seconds=30)
    assert mentions(client, BARE) == 0
    entity = client.document(f"entities/{MERKEL}").get().to_dict() or {}
    assert (entity["text"], entity["forms"]) == ("Angela Merkel", {"Angela Merkel": 1, "Merkel": 5})
    settings = {"GOOGLE_CLOUD_PROJECT": project, "FIRESTORE_EMULATOR_HOST": firestore_emulator}
    top = json.loads(console.run("top", "--label", "PERSON", "--json", settings=settings).stdout)
    assert [(one["text"], one["mentions"]) for one in top["entities"]] == [("Angela Merkel", 6)]
    article = json.loads(console.run("article", "farewell", "--json", settings=settings).stdout)
    people = [one for one in article["entities"] if one["label"] == "PERSON"]
    assert [one["text"] for one in people] == ["Angela Merkel", *["Merkel"] * 5]
    assert {(one["entity_id"], one["canonical"]) for one in people} == {(MERKEL, "Angela Merkel")}
    publish(project, CORRECTED)
    eventually(lambda: mentions(client, MERKEL) == 2, seconds=30)
    assert_everything_is_exact(client)


@pytest.fixture
def linking_nobody(tmp_path: Path) -> Path:
    """The source with a newer version of the linking, which leaves people as they are."""
    root = tmp_path / "next"
    for folder in ("contract", "model", "worker"):
        shutil.copytree(_ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    link = root / "worker" / "linking" / "link.py"
    source = link.read_text(encoding="utf-8")
    for old, new in (
        (f"\nVERSION: Final = {VERSION}\n", f"\nVERSION: Final = {VERSION + 1}\n"),
        ('    "PERSON": link_people,\n', ""),
    ):
        assert source.count(old) == 1
        source = source.replace(old, new)
    link.write_text(source, encoding="utf-8")
    return root


@pytest.mark.slow
def test_a_rerun_under_a_newer_linking_moves_the_counts_exactly_and_back_never(
    project: str, client: firestore.Client, firestore_emulator: str, linking_nobody: Path, tmp_path: Path
) -> None:
    assert firestore_emulator
    with running("write", tmp_path) as write:
        write.wait_ready()
        with running("work", tmp_path) as work:
            work.wait_ready()
            publish(project, ARTICLE)
            publish(project, {**CORRECTED, "id": "other"})
            eventually(lambda: mentions(client, MERKEL) == 8, seconds=30)
            assert work.terminate() == 0
        with running_from(linking_nobody, "work", tmp_path, {}) as newer:
            newer.wait_ready()
            publish(project, ARTICLE)
            eventually(lambda: (mentions(client, MERKEL), mentions(client, BARE)) == (3, 5), seconds=30)
            assert newer.terminate() == 0
        assert_everything_is_exact(client)
        with running("work", tmp_path) as work:
            work.wait_ready()
            publish(project, ARTICLE)
            publish(project, {**CORRECTED, "id": "third"})
            eventually(lambda: mentions(client, MERKEL) == 5, seconds=30)
            assert work.terminate() == 0
        assert mentions(client, BARE) == 5
        assert_everything_is_exact(client)
        assert write.terminate() == 0
