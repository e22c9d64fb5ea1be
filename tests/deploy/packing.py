"""A stand-in for `delivery.release`: the archive that a machine installs, made from this working copy."""

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
_COMPILE: Final = (
    *("uv", "pip", "compile", "--quiet", "--python-version", "3.11", "--generate-hashes", "--no-annotate"),
    *(
        "--no-emit-index-url",
        "--no-emit-find-links",
        "--constraint",
        "requirements.lock",
        "--extra",
        "worker",
    ),
)


def pack(target: Path) -> None:
    """Writes the release to the target."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pip = folder / "pip.in"
        pip.write_text("pip\n")
        requirements, wheels = folder / "requirements.txt", folder / "wheels"
        _run(*_COMPILE, "pyproject.toml", str(pip), "-o", str(requirements))
        _run(
            *("pip", "download", "--quiet", "--require-hashes", "--only-binary", ":all:", "--no-deps"),
            *("--requirement", str(requirements), "--dest", str(wheels)),
        )
        _run("hatchling", "build", "-t", "wheel", "-d", str(wheels))
        with tarfile.open(target, "w") as tar:
            tar.add(requirements, "requirements.txt")
            tar.add(wheels, "wheels")
            tar.add(ROOT / "terraform" / "vm" / "systemd", "systemd")


def _run(module: str, *arguments: str) -> None:
    subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT, check=True, timeout=600)
