"""The tests of the configuration see what is missing: each grant, each policy, taken away one at a time."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from tests.deploy.grants import EXPECTED_WITH_EVERYTHING, grants
from tests.deploy.terraform import EVERYTHING, SOURCE, Refused, Terraform, copied

pytestmark = pytest.mark.slow

# A top-level block, and what may be cut out of one.
_RESOURCE: Final = re.compile(r'^resource "(\w+_iam_member)" "(\w+)" \{\n.*?^\}\n', re.MULTILINE | re.DOTALL)
_GRANTS: Final = [
    (file.name, f"{match[1]}.{match[2]}")
    for file in sorted(SOURCE.glob("*.tf"))
    for match in _RESOURCE.finditer(file.read_text(encoding="utf-8"))
]
# (file, what is cut out, by what it is replaced)
_CUTS: Final = [
    ("subscriptions.tf", r'  dynamic "dead_letter_policy" \{.*?\n  \}\n', ""),
    ("subscriptions.tf", r"  retry_policy \{.*?\n  \}\n", ""),
    ("subscriptions.tf", r'  dynamic "expiration_policy" \{.*?\n  \}\n', ""),
    ("worker.tf", r"  condition \{.*?\n  \}\n", ""),
    ("build.tf", r"  condition \{.*?\n  \}\n", ""),
    ("publish.tf", r"  member   = each.key\n", ""),
    ("worker.tf", r'\["articles-dead", "entities", "entities-dead"\]', '["articles-dead", "entities"]'),
    ("worker.tf", r'\["articles-ner", "entities-store"\]', '["articles-ner"]'),
    ("publish.tf", r'"allUsers"', '"allAuthenticatedUsers"'),
    ("instances.tf", r"    nic_type   = .*?\n", "    nic_type = null\n    access_config {}\n"),
    ("network.tf", r'resource "google_compute_firewall" "no_egress" \{.*?\n\}\n', ""),
    ("artifacts.tf", r"  public_access_prevention    = .*?\n", ""),
    ("artifacts.tf", r"worker-\$\{substr\(local.release_sha256, 0, 12\)\}", "worker"),
    ("firestore.tf", r"  delete_protection_state = .*?\n", ""),
]


@pytest.mark.parametrize(("file", "address"), _GRANTS, ids=[address for _, address in _GRANTS])
def test_a_missing_grant_is_seen(
    terraform: Callable[..., Terraform], tmp_path: Path, file: str, address: str
) -> None:
    kind, name = address.split(".")
    pattern = rf'^resource "{kind}" "{name}" \{{\n.*?^\}}\n'
    folder = _cut(tmp_path, file, pattern, "", also=rf"^    {re.escape(address)},\n")
    assert _is_seen(terraform, folder)


@pytest.mark.parametrize(("file", "pattern", "by"), _CUTS, ids=[f"{file}: {cut}" for file, cut, _ in _CUTS])
def test_a_weakened_configuration_is_seen(
    terraform: Callable[..., Terraform], tmp_path: Path, file: str, pattern: str, by: str
) -> None:
    assert _is_seen(terraform, _cut(tmp_path, file, pattern, by))


def test_an_unchanged_configuration_passes(terraform: Callable[..., Terraform], tmp_path: Path) -> None:
    assert not _is_seen(terraform, copied(tmp_path / "terraform"))


def _cut(tmp_path: Path, file: str, pattern: str, by: str, *, also: str = "") -> Path:
    folder = copied(tmp_path / "terraform")
    target = folder / file
    text, times = re.subn(
        pattern, lambda _: by, target.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE | re.DOTALL
    )
    assert times == 1, f"{pattern!r} is not in {file} any more"
    target.write_text(text, encoding="utf-8")
    for each in folder.glob("*.tf") if also else ():
        left = re.sub(also, "", each.read_text(encoding="utf-8"), flags=re.MULTILINE)
        # What waited for the grant, and read it.
        each.write_text(left, encoding="utf-8")
    return folder


def _is_seen(terraform: Callable[..., Terraform], folder: Path) -> bool:
    configuration = terraform(EVERYTHING, folder=folder)
    try:
        configuration.apply()
        seen: set[Any] = grants(configuration.resources()) ^ EXPECTED_WITH_EVERYTHING
        if not seen:
            configuration.run("test")
    except Refused:
        return True
    return bool(seen)
