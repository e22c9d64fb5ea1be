"""A fresh Debian 12, made by debootstrap from the mirror that this system uses itself."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from emulator.errors import CannotRun

SUITE: Final = "bookworm"
# What Google's image has and the machine's script needs.
_PACKAGES: Final = ("python3", "curl", "ca-certificates", "systemd")
_SECONDS: Final = 600


def make_debian(root: Path) -> None:
    """Fills the folder. Raises CannotRun when this cannot be done here at all."""
    if os.geteuid() != 0:
        raise CannotRun(
            "Making a machine to install needs root (debootstrap, chroot). Run these tests as root."
        )
    if shutil.which("debootstrap") is None:
        raise CannotRun(
            "debootstrap is missing, which makes a machine to install: apt-get install debootstrap"
        )
    mirror = find_mirror(Path("/etc/apt"))
    command = ["debootstrap", "--variant=minbase", f"--include={','.join(_PACKAGES)}", SUITE, str(root)]
    done = subprocess.run(
        [*command, *([mirror] if mirror else [])],
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-2_000:]


def find_mirror(apt: Path) -> str | None:
    """Where apt gets this Debian from; None where it is another system's apt."""
    lists = [apt / "sources.list", *sorted(apt.glob("sources.list.d/*.list"))]
    for file in filter(Path.is_file, lists):
        lines = file.read_text().splitlines()
        if found := next(filter(None, map(_one_line, lines)), None):
            return found
    for file in sorted(apt.glob("sources.list.d/*.sources")):
        if found := next(_deb822(file.read_text()), None):
            return found
    return None


def _one_line(line: str) -> str | None:
    match = re.fullmatch(rf"deb\s+(?:\[.*?\]\s+)?(\S+)\s+{SUITE}\s+.*\bmain\b.*", line.strip())
    return match[1] if match else None


def _deb822(text: str) -> Iterator[str]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for paragraph in re.split(r"\n\s*\n", "\n".join(lines)):
        fields = dict(re.findall(r"^(\S+):\s*(.*)$", paragraph, re.MULTILINE))
        if SUITE in fields.get("Suites", "").split() and "main" in fields.get("Components", "").split():
            yield fields["URIs"].split()[0]
