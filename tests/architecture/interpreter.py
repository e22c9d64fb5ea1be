"""A fresh Python in which something is imported, and what that brought with it."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
# Belongs to the standard library, under a name that differs between builds of Python.
_BUILD_FACTS: Final = "_sysconfigdata"
_PROBE: Final = """
import importlib, json, sys
before = set(sys.modules)
for name in sys.argv[1:]:
    importlib.import_module(name)
after = set(sys.modules) - before
import gc, psutil
grpc = sys.modules.get("grpc")
channels = sum(isinstance(thing, grpc.Channel) for thing in gc.get_objects()) if grpc else 0
print(json.dumps({
    "modules": sorted(after),
    "threads": psutil.Process().num_threads(),
    "sockets": len(psutil.Process().net_connections()),
    "channels": channels,
}))
"""


@dataclass(frozen=True, slots=True)
class Imported:
    """What a process holds after its imports; its first thread included."""

    modules: frozenset[str]
    threads: int
    sockets: int
    channels: int

    @property
    def packages(self) -> frozenset[str]:
        """Top-level packages beyond the standard library."""
        tops = {name.partition(".")[0] for name in self.modules}
        return frozenset(top for top in tops - sys.stdlib_module_names if not top.startswith(_BUILD_FACTS))


def import_freshly(
    *names: str, folder: Path = ROOT, environment: Mapping[str, str] | None = None
) -> Imported:
    """Imports the modules in a Python of their own; `folder` is searched before the project."""
    path = os.pathsep.join(map(str, dict.fromkeys((folder, ROOT))))
    answer = subprocess.run(
        [sys.executable, "-c", _PROBE, *names],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": path, **(environment or {})},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    values = json.loads(answer.stdout.splitlines()[-1])
    return Imported(frozenset(values.pop("modules")), **values)


def sources(*folders: str) -> list[Path]:
    """Every Python file below the folders, as a path from the root."""
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return sorted(path.relative_to(ROOT) for path in files)


def imports_of(source: Path) -> Iterator[str]:
    """The full name of everything that a file imports, wherever in it."""
    for node in ast.walk(ast.parse((ROOT / source).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{source} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def importers(name: str, *folders: str) -> set[str]:
    """The files that import a package or a part of it."""
    return {
        str(source)
        for source in sources(*folders)
        if any(f"{found}.".startswith(f"{name}.") for found in imports_of(source))
    }
