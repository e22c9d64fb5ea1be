"""The routines of docs/runbook.md that nothing else walks through, step by step, on the emulators."""

import json
import shutil
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from google.cloud import firestore

from contract.article import read_article
from contract.wire import encode_article
from model import EMBEDDED
from tests.acceptance import console
from tests.acceptance.ledger import assert_everything_is_exact, publishing, stored_contents
from tests.acceptance.roles import Role, running
from tests.polling import eventually
from worker import pubsub

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ARTICLES = 20
SECONDS = 90.0


def news(number: int, who: str = "Angela Merkel") -> dict[str, Any]:
    content = f"{who} met Kofi Annan in Nairobi on Monday. Talk {number} goes on, Annan said."
    return {"id": f"a{number}", "publication": f"Paper {number % 3}", "content": content}


def send(project: str, *articles: dict[str, Any]) -> None:
    with publishing(project) as topic:
        messages = [encode_article(read_article(fields)) for fields in articles]
        topic.publish([pubsub.Outgoing(data, {}) for data in messages])


def readers(client: firestore.Client) -> set[str]:
    return {(item.to_dict() or {})["model"]["version"] for item in client.collection("articles").stream()}


def namewire(*arguments: str) -> int:
    return console.run(*arguments, settings=console.here()).returncode


def test_a_new_model_reads_the_archive_again_and_so_does_the_old_one_on_the_way_back(
    project: str, client: firestore.Client, tmp_path: Path
) -> None:
    model = tmp_path / "newer"
    shutil.copytree(EMBEDDED, model)
    meta = json.loads((model / "meta.json").read_text())
    old, new = meta["version"], "99.0.0"
    (model / "meta.json").write_text(json.dumps({**meta, "version": new}))
    with running("write", tmp_path) as write:
        with running("work", tmp_path) as work:
            send(project, *(news(number) for number in range(ARTICLES)))
            eventually(lambda: len(stored_contents(client)) == ARTICLES, seconds=SECONDS)
            assert work.terminate() == 0
        assert readers(client) == {old}
        for version, setting in ((new, str(model)), (old, "")):
            with running("work", tmp_path, NAMEWIRE_MODEL=setting) as work:
                work.wait_ready()
                assert namewire("reprocess") == 0
                assert readers(client) == {version}
                assert namewire("verify") == 0
                assert work.terminate() == 0
        assert write.terminate() == 0
    assert_everything_is_exact(client)


@pytest.fixture
def emulator(firestore_emulator: str, project: str) -> Callable[..., None]:
    """Exports and imports as the cloud does: what is imported replaces, what is not in it stays."""

    def call(what: str, **body: str) -> None:
        request = urllib.request.Request(
            f"http://{firestore_emulator}/emulator/v1/projects/{project}:{what}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        urllib.request.urlopen(request, timeout=60).close()

    return call


def test_an_export_is_restored_beside_what_came_since(
    project: str,
    client: firestore.Client,
    roles: tuple[Role, Role],
    emulator: Callable[..., None],
    tmp_path: Path,
) -> None:
    send(project, *(news(number) for number in range(ARTICLES)))
    eventually(lambda: len(stored_contents(client)) == ARTICLES, seconds=SECONDS)
    database = f"projects/{project}/databases/(default)"
    emulator("export", database=database, export_directory=str(tmp_path), export_name="before")
    since = [news(0, "Theresa May"), *(news(ARTICLES + number) for number in range(5))]
    send(project, *since)
    eventually(lambda: len(stored_contents(client)) == ARTICLES + 5, seconds=SECONDS)
    eventually(lambda: "May" in stored_contents(client)["a0"], seconds=SECONDS)
    for number in range(1, 9):
        client.document(f"articles/a{number}").delete()  # the accident
    work, write = roles
    # 1. Nobody writes: articles wait, and a writer would go on from what it remembers.
    assert [work.terminate(), write.terminate()] == [0, 0]
    # 2. The export comes back over what is there; its counts know nothing of what came since.
    files = tmp_path / "before" / "before.overall_export_metadata"
    emulator("import", database=database, export_directory=str(files))
    assert namewire("verify") == 1
    # 3. The articles are right by themselves; the counts are made to follow.
    assert namewire("verify", "--repair") == 0
    assert_everything_is_exact(client)
    assert "Merkel" in stored_contents(client)["a0"]
    # 4. What came since the export is sent again; what is there already changes nothing.
    with running("work", tmp_path), running("write", tmp_path):
        send(project, *since)
        eventually(lambda: "May" in stored_contents(client)["a0"], seconds=SECONDS)
        eventually(lambda: namewire("verify") == 0, seconds=SECONDS)
    assert len(stored_contents(client)) == ARTICLES + 5
    assert_everything_is_exact(client)
