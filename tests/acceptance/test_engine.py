"""What is stored of an article does not depend on who read it."""

from pathlib import Path
from typing import Any, Final

import pytest
from google.cloud import firestore

from emulator.topology import create_topology
from tests.acceptance.ledger import send_articles
from tests.acceptance.roles import running
from tests.benchmarks.articles import many_articles
from tests.polling import eventually

_FIELDS: Final = ("entities", "entity_ids", "mentions", "words", "left_out")
_AT_ONCE: Final = 100


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_switching_the_engine_changes_no_stored_byte_of_two_thousand_articles(
    pubsub_emulator: str, firestore_emulator: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert firestore_emulator
    articles = many_articles(2_000)
    stored = {}
    for engine in ("spacy", "fast"):
        project = f"stored-by-{engine}"
        monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", project)
        create_topology(pubsub_emulator, project)
        stored[engine] = _store(project, articles, engine, tmp_path)
    assert len(stored["spacy"]) > 1_900
    assert stored["fast"].keys() == stored["spacy"].keys()
    assert [name for name, fields in stored["fast"].items() if fields != stored["spacy"][name]] == []


def _store(project: str, articles: list[dict[str, Any]], engine: str, folder: Path) -> dict[str, list[bytes]]:
    """The bytes of each article's fields that come from its names."""
    client = firestore.Client(project=project)
    counter = client.collection("articles").count()
    with running("work", folder, NAMEWIRE_ENGINE=engine) as work, running("write", folder) as write:
        for role in (work, write):
            role.wait_ready()
        sent = send_articles(project, articles, seed=5)
        eventually(lambda: int(counter.get()[0][0].value) >= len(sent.final), seconds=500, pause=1.0)
        assert [role.terminate() for role in (work, write)] == [0, 0]
    found = {}
    for start in range(0, len(ids := sorted(sent.final)), _AT_ONCE):
        found.update(_read(client, ids[start : start + _AT_ONCE]))
    client.close()
    return found


def _read(client: firestore.Client, ids: list[str]) -> dict[str, list[bytes]]:
    """As the server sends them, undecoded."""
    paths = [client.collection("articles").document(name)._document_path for name in ids]
    request = {"database": client._database_string, "documents": paths}
    found = {}
    for answer in client._firestore_api.batch_get_documents(request=request, metadata=client._rpc_metadata):
        document = type(answer).pb(answer).found
        found[document.name.rpartition("/")[2]] = [
            document.fields[field].SerializeToString(deterministic=True) for field in _FIELDS
        ]
    return found
