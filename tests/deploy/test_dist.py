"""`make dist`: whole or not at all, and the same bytes each time."""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Final

import pytest

from tests.deploy.terraform import ROOT

_ROOMS: Final = ("contract", "delivery", "emulator", "functions", "model", "namewire", "terraform", "worker")
_FILES: Final = ("pyproject.toml", "README.md", "LICENSE", "requirements.lock", ".gitignore")
_SECONDS: Final = 600


def checkout(folder: Path) -> Path:
    """The project in another place, as a clone would have it."""
    for room in _ROOMS:
        shutil.copytree(
            ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__", ".terraform*")
        )
    for name in _FILES:
        shutil.copyfile(ROOT / name, folder / name)
    return folder


def make_dist(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "delivery"],
        cwd=folder,
        env={**os.environ, **environment},
        check=False,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
    )


def test_without_a_package_index_the_last_dist_stays(tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    (folder / "dist").mkdir()
    (folder / "dist" / "worker.tar").write_text("the last one", encoding="utf-8")
    done = make_dist(folder, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(tmp_path / "empty"))
    assert done.returncode == 1
    assert "cannot be fetched from the package index" in done.stderr
    assert "Nothing was changed" in done.stderr
    assert (folder / "dist" / "worker.tar").read_text(encoding="utf-8") == "the last one"
    assert not list(folder.glob(".dist-*"))


@pytest.mark.slow
@pytest.mark.timeout(_SECONDS)
def test_two_checkouts_of_a_commit_give_the_same_bytes(tmp_path: Path) -> None:
    digests = []
    for name in ("one", "two"):
        folder = checkout(tmp_path / name)
        done = make_dist(folder)
        assert done.returncode == 0, done.stderr
        files = sorted((folder / "dist").iterdir())
        digests.append({file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files})
    assert digests[0] == digests[1]
    assert {"explore.zip", "explore-lock.txt", "publish.zip", "publish-lock.txt"} < set(digests[0])
    assert {"SHA256SUMS", "worker.tar", "worker-lock.txt"} < set(digests[0])
    assert_is_whole(tmp_path / "one" / "dist")


def assert_is_whole(dist: Path) -> None:
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=dist, check=True)
    with tarfile.open(dist / "worker.tar") as archive:
        names = archive.getnames()
    lock = (dist / "worker-lock.txt").read_text(encoding="utf-8")
    required = {line.split("==")[0] for line in lock.splitlines() if "==" in line}
    wheels = {name.removeprefix("wheels/") for name in names if name.startswith("wheels/")}
    assert {wheel.split("-")[0].replace("_", "-").lower() for wheel in wheels} == required | {"namewire"}
    # What Debian 12 on x86-64 can load: no other system, no other Python.
    assert all(wheel.endswith(("-none-any.whl", "x86_64.whl")) for wheel in wheels)
    assert {"requirements.txt", "systemd/namewire-work.service"} <= set(names)
    assert "://" not in lock
