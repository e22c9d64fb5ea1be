"""`python -m delivery`: everything that `terraform apply` carries to the cloud, in `dist/`."""

import hashlib
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

from delivery.bundle import bundle, functions
from delivery.places import ROOT, VM
from delivery.release import CannotPack, build_wheel, pack

_DIST: Final = ROOT / "dist"
_SUMS: Final = "SHA256SUMS"


def make(folder: Path) -> None:
    """Fills the folder. Raises CannotPack."""
    _say("building the wheel")
    wheel = build_wheel(folder)
    for function in functions():
        _say(f"packing the function {function}")
        bundle(function, folder / f"{function}.zip")
        shutil.copyfile(ROOT / "functions" / function / "requirements.txt", folder / f"{function}-lock.txt")
    _say("packing the worker's release with a wheel of every dependency")
    pack(folder / "worker.tar", wheel=wheel)
    shutil.copyfile(VM / "requirements.txt", folder / "worker-lock.txt")
    names = sorted(path.name for path in folder.iterdir())
    sums = "".join(f"{_sha256(folder / name)}  {name}\n" for name in names)
    (folder / _SUMS).write_text(sums, encoding="utf-8")


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _say(what: str) -> None:
    sys.stdout.write(f"dist: {what}\n")
    sys.stdout.flush()


def main() -> int:
    """A half-made `dist/` would be deployed as if it were whole, so it appears all at once."""
    with tempfile.TemporaryDirectory(dir=ROOT, prefix=".dist-") as name:
        folder = Path(name) / "dist"
        folder.mkdir()
        try:
            make(folder)
        except CannotPack as error:
            sys.stderr.write(f"dist: {error}\nNothing was changed. Try again when that is mended.\n")
            return 1
        shutil.rmtree(_DIST, ignore_errors=True)
        folder.replace(_DIST)
    for line in (_DIST / _SUMS).read_text(encoding="utf-8").splitlines():
        digest, file = line.split("  ")
        _say(f"{file:40} {(_DIST / file).stat().st_size:>12,} bytes  sha256 {digest[:12]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
