"""Releases and wheels as small as they can be, for what does not need the real ones."""

import base64
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

UNITS: Final = Path(__file__).parents[3] / "terraform" / "vm" / "systemd"


def make_wheel(name: str, version: str, files: Mapping[str, str]) -> tuple[str, bytes]:
    """Its file name and its bytes."""
    info = f"{name}-{version}.dist-info"
    content = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},{_digest(text)},{len(text)}\n" for path, text in content.items())
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as wheel:
        for path, text in {**content, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            wheel.writestr(path, text)
    return f"{name}-{version}-py3-none-any.whl", archive.getvalue()


def small_release(version: str, pip: tuple[str, bytes]) -> bytes:
    """The archive of a namewire that can do nothing, with the real units and this pip."""
    program, content = make_wheel(
        "namewire",
        version,
        {
            "namewire.py": f"def main() -> None:\n    print({version!r})\n",
            f"namewire-{version}.dist-info/entry_points.txt": "[console_scripts]\nnamewire = namewire:main\n",
        },
    )
    requirement = f"pip=={pip[0].split('-')[1]} --hash=sha256:{hashlib.sha256(pip[1]).hexdigest()}\n"
    files = {
        "requirements.txt": requirement.encode(),
        f"wheels/{pip[0]}": pip[1],
        f"wheels/{program}": content,
        **{f"systemd/{unit.name}": unit.read_bytes() for unit in UNITS.glob("*.service")},
    }
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name, data in sorted(files.items()):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return archive.getvalue()


def pip_of(release: bytes) -> tuple[str, bytes]:
    """The name and bytes of the pip that a release carries."""
    with tarfile.open(fileobj=io.BytesIO(release)) as tar:
        (member,) = (name for name in tar.getnames() if name.startswith("wheels/pip-"))
        file = tar.extractfile(member)
        assert file is not None
        return Path(member).name, file.read()


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return "sha256=" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
