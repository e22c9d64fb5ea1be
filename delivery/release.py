"""Packs what the VM installs: Namewire's wheel, a wheel of each dependency, the lock file, the units.

With all of it in one archive the VM needs no package index, and so no way to the internet; see ADR 8.
Run it with `python -m delivery.release OUT.tar`.
"""

import argparse
import io
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from delivery.places import ROOT, VM

# Debian 12 on the VM: Python 3.11, and a C library that runs wheels made for up to 2.36.
_PYTHON: Final = "3.11"
_TAGS: Final = ("cp311", "abi3", "none")
_LIBRARY: Final = 36
_PLATFORMS: Final = (
    *(f"manylinux_2_{minor}_x86_64" for minor in range(_LIBRARY, 4, -1)),
    *(f"manylinux{name}_x86_64" for name in ("2014", "2010", "1")),
)
# Hatchling reads it; the same commit gives the same bytes on any day.
_EPOCH: Final = str(315_532_800)
_MODE: Final = 0o644
_SECONDS: Final = 900


class CannotPack(Exception):
    """The release cannot be made; says what is missing."""


def build_wheel(folder: Path) -> Path:
    """Namewire's own wheel, in the folder. Raises CannotPack."""
    command = ["hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    _run(command, "Namewire's wheel cannot be built", cwd=ROOT, extra={"SOURCE_DATE_EPOCH": _EPOCH})
    [wheel] = folder.glob("namewire-*.whl")
    return wheel


def fetch_wheels(folder: Path) -> None:
    """A wheel for each line of the VM's lock file; the hashes there say which bytes. Raises CannotPack."""
    target = ["--python-version", _PYTHON, "--implementation", "cp"]
    target += [part for tag in _TAGS for part in ("--abi", tag)]
    target += [part for platform in _PLATFORMS for part in ("--platform", platform)]
    command = ["pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
    command += ["--only-binary", ":all:", *target, "--dest", str(folder)]
    command += ["--requirement", str(VM / "requirements.txt")]
    _run(command, "the wheels of the dependencies cannot be fetched from the package index", cwd=folder)


def pack(target: Path, *, wheel: Path) -> None:
    """Writes the archive. Raises CannotPack."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fetch_wheels(folder)
        members = {f"wheels/{path.name}": path for path in (wheel, *folder.glob("*.whl"))}
        members |= {f"systemd/{path.name}": path for path in (VM / "systemd").glob("*.service")}
        members["requirements.txt"] = VM / "requirements.txt"
        target.parent.mkdir(parents=True, exist_ok=True)
        _write(target, members)


def _write(target: Path, members: Mapping[str, Path]) -> None:
    # Wheels are compressed already.
    with tarfile.open(target, "w", format=tarfile.GNU_FORMAT) as archive:
        for name, path in sorted(members.items()):
            content = path.read_bytes()
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(content), _MODE
            archive.addfile(info, io.BytesIO(content))


def _run(command: list[str], failure: str, *, cwd: Path, extra: Mapping[str, str] | None = None) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=cwd,
        env={**os.environ, **(extra or {})},
        check=False,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
    )
    if done.returncode:
        raise CannotPack(f"{failure}:\n{done.stdout}{done.stderr}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path, help="the archive to write")
    options = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as folder:
            pack(options.target, wheel=build_wheel(Path(folder)))
    except CannotPack as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main()
