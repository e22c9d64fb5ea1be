"""The explorer's bundle is enough: alone, with its own requirements alone, it answers every route."""

import json
import subprocess
import sys
import uuid
import zipfile
from pathlib import Path

import httpx
import pytest

from exploring.openapi import DOCUMENT
from tests.acceptance.test_publish_bundle import _imports, _install
from tests.integration.publish_servers import ROOT, function
from tests.integration.test_explorer import KEY, MOST_READS, NAME
from tests.integration.test_verify import write
from tests.unit.worker.making import make_message


def make_bundle(target: Path) -> Path:
    command = [sys.executable, "-m", "delivery.bundle", "explore", str(target)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=60)
    return target


def test_the_explorers_bundle_holds_what_is_deployed_and_nothing_else(tmp_path: Path) -> None:
    first = make_bundle(tmp_path / "explore.zip")
    assert first.read_bytes() == make_bundle(tmp_path / "again.zip").read_bytes()
    names = set(zipfile.ZipFile(first).namelist())
    assert {"main.py", "requirements.txt", "contract/search.py", "exploring/templates/overview.html"} <= names
    assert {"exploring/static/explorer.css", "exploring/static/vendor/htmx-LICENSE.txt"} <= names
    assert {name.split("/")[0] for name in names if "/" in name} == {"contract", "exploring", "telemetry"}
    assert not [name for name in names if "__pycache__" in name]


def test_every_requirement_of_the_explorer_has_a_hash_and_names_no_place() -> None:
    text = (ROOT / "functions" / "explore" / "requirements.txt").read_text()
    assert "--hash=sha256:" in text
    for word in ("://", "--index-url", "spacy", "pubsub"):
        assert word not in text.lower()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_explorers_bundle_alone_answers_every_route(firestore_emulator: str, tmp_path: Path) -> None:
    project = f"test-{uuid.uuid4().hex[:12]}"
    write(project, make_message("Common met Ada.", article_id="a000", publication="Source 1", title="News"))
    folder = tmp_path / "deployed"
    zipfile.ZipFile(make_bundle(tmp_path / "explore.zip")).extractall(folder)
    scripts = _install(folder / "requirements.txt", tmp_path / "venv")
    # Nothing of the repository may help out.
    env = {
        "GOOGLE_CLOUD_PROJECT": project,
        "FIRESTORE_EMULATOR_HOST": firestore_emulator,
        "PYTHONPATH": "",
        "NAMEWIRE_PUBLISH_URL": "",
    }
    paths = [
        *MOST_READS,
        *(path.replace("articles/{id}", "articles/{article}") for path in DOCUMENT["paths"]),
    ]
    with function(
        folder / "main.py",
        target="explore",
        log_folder=tmp_path,
        env=env,
        health="/healthz",
        framework=str(scripts / "functions-framework"),
    ) as url:
        for path in ["/api", "/api/openapi.json", "/healthz", *paths]:
            answer = httpx.get(
                url.rstrip("/") + path.format(name=NAME, id=NAME, key=KEY, article="a000"), timeout=60
            )
            assert answer.status_code == 200, (path, answer.text)
        kept = httpx.get(f"{url.rstrip('/')}/robots.txt", timeout=60)
        article = httpx.get(f"{url.rstrip('/')}/api/articles/a000", timeout=60)
        refused = httpx.post(url, content=b"x" * 1_000_000, timeout=60)
    assert json.loads(article.text)["title"] == "News"
    assert (kept.status_code, refused.status_code) == (404, 405)
    assert "default-src 'none'" in kept.headers["Content-Security-Policy"]
    assert _imports(scripts, "functions_framework")
    assert not _imports(scripts, "spacy")
    assert not _imports(scripts, "google.cloud.pubsub_v1")
