"""The Pub/Sub part is really created, on the emulator; then an article goes the whole way on it."""

import json
import re
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from google.cloud import firestore

from contract.names import ARTICLES, ENTITIES
from emulator.topology import read_topology
from tests.acceptance.roles import running
from tests.deploy.terraform import DEFAULT, SOURCE, Terraform
from tests.integration.publish_servers import ROOT, function
from tests.polling import eventually

# The longest that the emulator keeps messages.
EMULATOR_DAYS = 7


@pytest.fixture
def made_by_terraform(
    terraform: Callable[..., Terraform], pubsub_emulator: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """A project whose topics and subscriptions Terraform has made."""
    project = f"test-{uuid.uuid4().hex[:12]}"
    endpoint = f"http://{pubsub_emulator}/v1/"
    configuration = terraform({**DEFAULT, "project_id": project, "pubsub_endpoint": endpoint})
    configuration.apply()
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", project)
    yield project
    configuration.with_variables("destroy")
    assert not _get(pubsub_emulator, project, "topics")


def test_an_article_goes_the_whole_way_on_what_terraform_made(
    made_by_terraform: str, pubsub_emulator: str, firestore_emulator: str, tmp_path: Path
) -> None:
    assert_is_as_described(pubsub_emulator, made_by_terraform)
    client = firestore.Client(project=made_by_terraform)
    environment = {"GOOGLE_CLOUD_PROJECT": made_by_terraform, "PUBSUB_EMULATOR_HOST": pubsub_emulator}
    main = ROOT / "functions" / "publish" / "main.py"
    with (
        running("work", tmp_path, NAMEWIRE_PROCESSES="1") as work,
        running("write", tmp_path) as write,
        function(main, target="publish", log_folder=tmp_path, env=environment, health="/healthz") as url,
    ):
        article = {
            "id": "one",
            "title": "A meeting",
            "content": "Angela Merkel met Emmanuel Macron.",
            "publication": "Gazette",
        }
        assert httpx.post(url, json=article, timeout=30).status_code == 202
        for role in (work, write):
            role.wait_ready()
        stored = eventually(lambda: client.collection(ARTICLES).document("one").get().to_dict(), seconds=60)
        assert stored is not None
        assert {entity["text"] for entity in stored["entities"]} == {"Angela Merkel", "Emmanuel Macron"}
        assert_indexes_are_about_real_fields(client)
        assert [work.terminate(), write.terminate()] == [0, 0]
    client.close()


def assert_indexes_are_about_real_fields(client: firestore.Client) -> None:
    """A field that is renamed would be indexed again, unseen, until a document has too many entries."""
    fields = read_topology()["firestore"]
    assert set(fields["unindexed"]) == set(fields["collections"])
    for collection, unindexed in fields["unindexed"].items():
        [snapshot] = client.collection(collection).limit(1).get()
        assert set(unindexed) <= set(snapshot.to_dict() or {}), collection
    indexed = _indexed_fields()
    assert set(indexed) == {ARTICLES, ENTITIES}
    for collection, names in indexed.items():
        [snapshot] = client.collection(collection).limit(1).get()
        assert names <= set(snapshot.to_dict() or {}), collection


def _indexed_fields() -> dict[str, set[str]]:
    """The fields of all composite indexes, by collection."""
    text = (SOURCE / "firestore.tf").read_text(encoding="utf-8")
    found: dict[str, set[str]] = {}
    for block in re.split(r'^resource "google_firestore_index"', text, flags=re.MULTILINE)[1:]:
        [collection] = re.findall(r'^  collection = "(\w+)"', block, flags=re.MULTILINE)
        keys = [
            name for names in re.findall(r"for_each = toset\(\[(.*)\]\)", block) for name in names.split(", ")
        ]
        names = {name.strip('"') for name in (*keys, *re.findall(r'field_path += "(\w+)"', block))}
        found[collection] = found.get(collection, set()) | names
    return found


def assert_is_as_described(host: str, project: str) -> None:
    topology = read_topology()
    there = {_short(each["name"]): each for each in _get(host, project, "subscriptions")}
    assert {_short(each["name"]) for each in _get(host, project, "topics")} == set(topology["topics"])
    assert set(there) == set(topology["subscriptions"])
    for name, policy in topology["subscriptions"].items():
        made = there[name]
        seconds = min(policy["message_retention_seconds"], EMULATOR_DAYS * 24 * 3600)
        assert _short(made["topic"]) == policy["topic"]
        assert made["ackDeadlineSeconds"] == policy["ack_deadline_seconds"]
        assert made["messageRetentionDuration"] == f"{seconds}s"
        backoff = {"minimumBackoff": "10s", "maximumBackoff": "600s"}
        assert made.get("retryPolicy") == (backoff if "dead_letter_topic" in policy else None)
        dead = made.get("deadLetterPolicy", {})
        assert _short(dead.get("deadLetterTopic", "")) == policy.get("dead_letter_topic", "")
        assert dead.get("maxDeliveryAttempts") == policy.get("max_delivery_attempts")


def _get(host: str, project: str, kind: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"http://{host}/v1/projects/{project}/{kind}?pageSize=100") as answer:
        found: list[dict[str, Any]] = json.load(answer).get(kind, [])
    return found


def _short(name: str) -> str:
    return name.rpartition("/")[2]
