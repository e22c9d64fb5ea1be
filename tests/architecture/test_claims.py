"""What SECURITY.md and docs/reliability.md refer to exists: tests, files, settings, limits."""

import re
from typing import Final

import pytest

from contract import limits
from publishing.intake import BODY_SECONDS
from publishing.submission import MOST_ARTICLES, MOST_VERSIONS
from tests.architecture.interpreter import ROOT
from worker.serving import CLIENT_SECONDS, MOST_CLIENTS

TEXT: Final = (ROOT / "SECURITY.md").read_text(encoding="utf-8")


both = pytest.mark.parametrize("document", ["SECURITY.md", "docs/reliability.md"])


def _quoted(document: str) -> set[str]:
    return set(re.findall(r"`([^`\n]+)`", (ROOT / document).read_text(encoding="utf-8")))


@both
def test_every_test_that_is_named_exists(document: str) -> None:
    sources = sorted((ROOT / "tests").rglob("*.py"))
    files = {path.name for path in sources}
    everything = "".join(path.read_text(encoding="utf-8") for path in sources)
    named = {name for name in _quoted(document) if re.fullmatch(r"test_\w+(\.py)?", name)}
    assert len(named) > 10
    for name in named:
        assert name in files or f"def {name}(" in everything, name


@both
def test_every_path_that_is_named_exists(document: str) -> None:
    place = ROOT / document
    paths = {
        name for name in _quoted(document) if re.fullmatch(r"(tests|worker|emulator|contract)/[\w/.]+", name)
    }
    assert paths
    links = re.findall(r"\]\(([\w/.-]+)[#)]", place.read_text(encoding="utf-8"))
    assert links
    for path in [*(ROOT / name for name in paths), *(place.parent / link for link in links)]:
        assert path.exists(), path


def test_every_variable_of_terraform_that_is_named_exists() -> None:
    quoted = _quoted("SECURITY.md")
    variables = (ROOT / "terraform" / "variables.tf").read_text(encoding="utf-8")
    for name in (
        "publish_invokers",
        "publish_is_public",
        "publish_max_instances",
        "api_keys_version",
        "explore_viewers",
        "explore_is_public",
    ):
        assert name in quoted
        assert f'variable "{name}"' in variables
    for name in ("ssh_through_iap", "internet_egress", "settings"):
        assert name in quoted
        assert f'variable "{name}"' in variables


def test_the_limits_are_the_ones_of_the_code() -> None:
    for number in (limits.BODY_BYTES, limits.CONTENT_CHARS, MOST_ARTICLES):
        assert f"{number:,}" in TEXT
    assert f"{MOST_VERSIONS} versions" in TEXT
    assert f"after {BODY_SECONDS:g} s" in TEXT
    assert f"{CLIENT_SECONDS:g} s, {MOST_CLIENTS} clients" in TEXT
