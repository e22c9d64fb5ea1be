"""A small disk of its own for the roles' logs and status files, that can be filled."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_MEGABYTES: Final = 64
_BLOCK: Final = b"\0" * 1_048_576


class Disk:
    """A folder; where the system lets us mount, on a file system of a few megabytes."""

    def __init__(self, folder: Path, *, mounted: bool) -> None:
        self.folder = folder
        self.mounted = mounted
        self._ballast = folder / "ballast"

    def fill(self) -> bool:
        """To the last byte; whether that is possible here."""
        if not self.mounted:
            return False
        with contextlib.suppress(OSError), self._ballast.open("ab", buffering=0) as file:
            while True:
                # The last block is written in part: what is left is less than a line of a log.
                file.write(_BLOCK)
        return True

    def free(self) -> None:
        self._ballast.unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path) -> Iterator[Disk]:
    """Mounted in the folder, which keeps the files afterwards."""
    place = folder / "disk"
    place.mkdir()
    if not _mount(place):
        yield Disk(place, mounted=False)
        return
    disk = Disk(place, mounted=True)
    try:
        yield disk
    finally:
        disk.free()
        kept = folder / "kept"
        shutil.copytree(place, kept)
        subprocess.run(["umount", "--lazy", str(place)], check=False, capture_output=True)
        place.rmdir()
        kept.rename(place)


def _mount(place: Path) -> bool:
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    command = ["mount", "-t", "tmpfs", "-o", f"size={_MEGABYTES}m", "namewire-chaos", str(place)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0
