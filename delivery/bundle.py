"""Packs a function for its deployment: its folder as the root, what all share beside it; always equal bytes.

Run it with `python -m delivery.bundle publish OUT.zip`.
"""

import argparse
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from delivery.places import ROOT

# The oldest date a zip can hold; a real one would change the archive, and so deploy anew, without a reason.
_DATE: Final = (1980, 1, 1, 0, 0, 0)
_MODE: Final = 0o644
SHARED: Final = ("contract", "telemetry")


def functions() -> list[str]:
    """The functions that can be deployed, by name."""
    return sorted(main.parent.name for main in (ROOT / "functions").glob("*/main.py"))


def bundle(function: str, target: Path) -> None:
    """Writes the zip. Raises FileNotFoundError for a function that does not exist."""
    folder = ROOT / "functions" / function
    if not (folder / "main.py").is_file():
        raise FileNotFoundError(f"there is no function {function!r}: {folder / 'main.py'} is missing")
    files = {path.relative_to(folder).as_posix(): path for path in _files(folder)}
    for shared in SHARED:
        files |= {path.relative_to(ROOT).as_posix(): path for path in _files(ROOT / shared)}
    target.parent.mkdir(parents=True, exist_ok=True)
    # Stored, not compressed: what a compressor makes of the same text differs between machines.
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, path in sorted(files.items()):
            info = zipfile.ZipInfo(name, _DATE)
            info.external_attr = _MODE << 16
            # Otherwise the archive would tell on which system it was made.
            info.create_system = 3
            archive.writestr(info, path.read_bytes())


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        is_hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
        if path.is_file() and not is_hidden:
            yield path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("function", help="the folder below functions/, such as publish")
    parser.add_argument("target", type=Path, help="the zip to write")
    options = parser.parse_args()
    try:
        bundle(options.function, options.target)
    except FileNotFoundError as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main()
