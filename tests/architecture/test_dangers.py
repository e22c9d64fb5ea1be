"""Nothing that comes in can become code: no pickle, no eval, no shell; and few start programs at all."""

import ast
from collections.abc import Iterator
from typing import Final

import pytest

from tests.architecture.interpreter import ROOT, importers, imports_of, sources

SHIPPED: Final = ("contract", "delivery", "emulator", "functions", "model", "namewire", "telemetry", "worker")
# Each turns bytes into code, or a line of text into a program.
MODULES: Final = (
    *("pickle", "_pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "jsonpickle"),
    *("code", "codeop", "runpy", "imp", "pty", "commands", "telnetlib", "xml", "lxml"),
)
CALLS: Final = frozenset({"eval", "exec", "compile", "__import__", "execfile"})
METHODS: Final = frozenset(
    {"system", "popen", "getoutput", "getstatusoutput", "spawnl", "spawnlp", "spawnv", "spawnvp"}
)
LOADERS: Final = frozenset({"load", "load_all", "full_load", "unsafe_load"})  # of yaml: safe_load it must be


def _dangers(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in CALLS:
            yield f"line {node.lineno}: {node.func.id}()"
        if isinstance(node.func, ast.Attribute):
            yield from _dangerous_method(node, node.func)
        for keyword in node.keywords:
            is_off = isinstance(keyword.value, ast.Constant) and keyword.value.value is False
            if keyword.arg in ("shell", "allow_pickle") and not is_off:
                yield f"line {node.lineno}: {keyword.arg}="


def _dangerous_method(node: ast.Call, method: ast.Attribute) -> Iterator[str]:
    owner = method.value.id if isinstance(method.value, ast.Name) else ""
    if (owner in ("os", "subprocess", "posix") and method.attr in METHODS) or (
        owner == "yaml" and method.attr in LOADERS
    ):
        yield f"line {node.lineno}: {owner}.{method.attr}()"


def test_no_file_makes_code_of_data() -> None:
    for source in sources(*SHIPPED):
        assert list(_dangers((ROOT / source).read_text(encoding="utf-8"))) == [], source


def test_nobody_imports_what_makes_code_of_data() -> None:
    found = {
        f"{source} imports {name}"
        for source in sources(*SHIPPED)
        for name in imports_of(source)
        if name.partition(".")[0] in MODULES
    }
    assert found == set()


def test_who_may_start_programs() -> None:
    """None of them faces what people send: emulators, build tools, and the supervisor's own children."""
    assert importers("subprocess", *SHIPPED) == {
        *("delivery/release.py", "emulator/guard.py", "emulator/process.py", "emulator/tools.py"),
        *("emulator/chaos/clock.py", "emulator/chaos/disk.py"),
        *("model/recipe/__main__.py", "worker/supervisor.py"),
    }


def test_the_model_that_is_shipped_holds_no_pickle() -> None:
    """spaCy reads msgpack and JSON; a component could bring a pickle along."""
    files = [path for path in (ROOT / "model" / "en_namewire_news").rglob("*") if path.is_file()]
    assert files
    for path in files:
        start = path.read_bytes()[:2]
        assert start[:1] != b"\x80" or start[1:2] not in (b"\x02", b"\x03", b"\x04", b"\x05"), path
        assert path.suffix not in (".pkl", ".pickle", ".pt", ".npy", ".joblib")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "eval(body)",
            "exec(body)",
            "os.system(line)",
            "os.popen(line)",
            "yaml.load(text)",
            "compile(a, b, c)",
        ),
        *(
            "subprocess.run(line, shell=True)",
            "subprocess.run(line, shell=wish)",
            "subprocess.getoutput(line)",
        ),
        "np.load(file, allow_pickle=True)",
    ],
)
def test_each_danger_is_seen(text: str) -> None:
    """Otherwise the tests above prove nothing."""
    assert list(_dangers(text))
