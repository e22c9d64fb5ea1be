"""The explorer cannot write: no call in it has the name of one that does."""

import ast
from typing import Final

from tests.architecture.interpreter import ROOT, sources

_WRITES: Final = frozenset(
    {
        "create",
        "set",
        "update",
        "delete",
        "commit",
        "batch",
        "bulk_writer",
        "transaction",
        "add",
        "write",
        "publish",
    }
)


def test_the_gate_of_the_explorer_calls_nothing_that_writes() -> None:
    source = ROOT / "functions" / "explore" / "exploring" / "firestore.py"
    called = {
        node.func.attr
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert called & _WRITES == set()


def test_only_the_gate_has_the_client_in_hand() -> None:
    for source in sources("functions/explore"):
        text = (ROOT / source).read_text(encoding="utf-8")
        assert ".client()" not in text or source.name == "firestore.py", source
