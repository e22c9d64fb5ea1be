"""A wall clock that jumps while programs run, without touching the clock of the machine.

A few lines of C between the programs and the C library: so everything sees the jump that would see a real
one, Python and gRPC's core alike, and nothing that would not.
"""

import shutil
import struct
import subprocess
from pathlib import Path
from typing import Final

_SOURCE: Final = Path(__file__).with_name("clock.c")
_COMPILE_SECONDS: Final = 60.0
_DAY: Final = 86_400
# Back by a year and forward by a day, with smaller ones between.
_JUMPS: Final = (-365 * _DAY, -3_600, -30, 30, 3_600, _DAY)


class Clock:
    """Without a C compiler there is nothing to move it with; then `settings` is empty."""

    def __init__(self, folder: Path) -> None:
        self._offset = folder / "clock"
        self._write(0)
        library = folder / "clock.so"
        self.settings: dict[str, str] = {}
        if _compile(library):
            self.settings = {"LD_PRELOAD": str(library), "NAMEWIRE_CHAOS_CLOCK": str(self._offset)}

    def jump(self, choice: int) -> bool:
        """Whether that is possible here."""
        self._write(_JUMPS[choice % len(_JUMPS)])
        return bool(self.settings)

    def _write(self, seconds: int) -> None:
        # In place: the programs look at these very bytes.
        with self._offset.open("r+b" if self._offset.exists() else "wb") as file:
            file.write(struct.pack("=q", seconds))


def _compile(library: Path) -> bool:
    compiler = shutil.which("cc")
    if compiler is None:
        return False
    command = [compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(_SOURCE), "-ldl"]
    done = subprocess.run(command, check=False, capture_output=True, timeout=_COMPILE_SECONDS)
    return done.returncode == 0
