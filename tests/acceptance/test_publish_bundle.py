"""The bundle is enough: unpacked alone, with its own requirements alone, it publishes an article."""

import base64
import json
import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.integration.publish_servers import ROOT, Topic, function, wait_until

_INSTALL_SECONDS: Final = 600
ARTICLE: Final = {"content": "Angela Merkel met Emmanuel Macron.", "publication": "Gazette"}


def make_bundle(target: Path) -> Path:
    command = [sys.executable, "-m", "delivery.bundle", "publish", str(target)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=60)
    return target


def test_the_bundle_is_the_same_every_time(tmp_path: Path) -> None:
    first, second = (make_bundle(tmp_path / name).read_bytes() for name in ("first.zip", "second.zip"))
    assert first == second


def test_the_bundle_holds_what_is_deployed_and_nothing_else(tmp_path: Path) -> None:
    names = zipfile.ZipFile(make_bundle(tmp_path / "publish.zip")).namelist()
    assert names == sorted(names)
    assert {"main.py", "requirements.txt", "publishing/openapi.json", "contract/article.py"} <= set(names)
    assert {name.split("/")[0] for name in names if "/" in name} == {"contract", "publishing", "telemetry"}
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


def test_a_function_that_does_not_exist_is_not_bundled(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "delivery.bundle", "nothing", str(tmp_path / "out.zip")]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "there is no function 'nothing'" in done.stderr


def test_every_requirement_has_a_hash_and_names_no_place() -> None:
    text = (ROOT / "functions" / "publish" / "requirements.txt").read_text()
    assert "--hash=sha256:" in text
    assert "://" not in text
    assert "--index-url" not in text
    assert "spacy" not in text.lower()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_bundle_alone_publishes_an_article(pubsub_emulator: str, tmp_path: Path) -> None:
    folder = tmp_path / "deployed"
    zipfile.ZipFile(make_bundle(tmp_path / "publish.zip")).extractall(folder)
    scripts = _install(folder / "requirements.txt", tmp_path / "venv")
    topic = Topic(pubsub_emulator)
    # Nothing of the repository may help out.
    env = {"GOOGLE_CLOUD_PROJECT": topic.project, "PUBSUB_EMULATOR_HOST": topic.host, "PYTHONPATH": ""}
    with function(
        folder / "main.py",
        target="publish",
        log_folder=tmp_path,
        env=env,
        health="/healthz",
        framework=str(scripts / "functions-framework"),
    ) as url:
        response = httpx.post(url, json=ARTICLE, timeout=60)
    assert response.status_code == 202
    pulled: list[dict[str, str]] = []

    def has_arrived() -> bool:
        pulled.extend(topic.pull())
        return bool(pulled)

    wait_until(has_arrived, what="the article")
    assert json.loads(base64.b64decode(pulled[0]["data"]))["content"] == ARTICLE["content"]
    assert _imports(scripts, "functions_framework")
    assert not _imports(scripts, "spacy")


def _install(requirements: Path, folder: Path) -> Path:
    """A fresh environment with these requirements alone; where its scripts are."""
    venv.create(folder, with_pip=True)
    scripts = folder / ("Scripts" if sys.platform == "win32" else "bin")
    command = [str(scripts / "python"), "-m", "pip", "install", "--quiet", "--require-hashes"]
    subprocess.run([*command, "-r", str(requirements)], check=True, timeout=_INSTALL_SECONDS)
    return scripts


def _imports(scripts: Path, module: str) -> bool:
    command = [str(scripts / "python"), "-I", "-c", f"import {module}"]
    return subprocess.run(command, check=False, capture_output=True, timeout=60).returncode == 0
