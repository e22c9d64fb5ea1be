"""The tests of the configuration see what is missing: each grant, each policy, taken away one at a time."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from tests.deploy.grants import EXPECTED_WITH_EVERYTHING, KINDS, grants
from tests.deploy.terraform import EVERYTHING, SOURCE, Refused, Terraform, copied

pytestmark = [pytest.mark.slow, pytest.mark.longest]

# A top-level block, and what may be cut out of one.
_RESOURCE: Final = re.compile(r'^resource "(\w+_iam_member)" "(\w+)" \{\n.*?^\}\n', re.MULTILINE | re.DOTALL)
_GRANTS: Final = [
    (file.name, f"{match[1]}.{match[2]}")
    for file in sorted(SOURCE.glob("*.tf"))
    for match in _RESOURCE.finditer(file.read_text(encoding="utf-8"))
]
_PUBLIC_OBJECT: Final = """
resource "google_storage_object_access_control" "leak" {
  bucket = google_storage_bucket.artifacts.name
  object = google_storage_bucket_object.release.output_name
  role   = "READER"
  entity = "allUsers"
}
"""
# (file, what is cut out, by what it is replaced)
_CUTS: Final = [
    ("subscriptions.tf", r'  dynamic "dead_letter_policy" \{.*?\n  \}\n', ""),
    ("subscriptions.tf", r'  dynamic "retry_policy" \{.*?\n  \}\n', ""),
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
    ("firestore.tf", r"  deletion_policy = var.keep_data [^\n]*\n\n  index_config", "\n  index_config"),
    ("firestore.tf", r'resource "google_firestore_index" .*?\n\}\n', ""),
    ("instances.tf", r"    email = google_service_account.worker.email\n", ""),
    ("publish.tf", r"    service_account_email  [^\n]*\n", ""),
    ("publish.tf", r"    service_account   [^\n]*\n", ""),
    ("instances.tf", r"  auto_healing_policies \{.*?\n  \}\n", ""),
    ("instances.tf", r"  shielded_instance_config \{.*?\n  \}\n", ""),
    ("instances.tf", r"      enable-oslogin [^\n]*\n", ""),
    ("instances.tf", r"      startup-script [^\n]*\n", ""),
    ("instances.tf", r"    instance_redistribution_type [^\n]*\n", ""),
    ("network.tf", r'    protocol = "tcp"\n    ports    = \[local.health_port\]', '    protocol = "all"'),
    ("network.tf", r'resource "google_dns_record_set" "any_api" .*?\n\}\n', ""),
    ("network.tf", r'"private.googleapis.com."\n', '"restricted.googleapis.com."\n'),
    ("artifacts.tf", r"\Z", _PUBLIC_OBJECT),
]


@pytest.mark.parametrize(("file", "address"), _GRANTS, ids=[address for _, address in _GRANTS])
def test_a_missing_grant_is_seen(
    terraform: Callable[..., Terraform], tmp_path: Path, file: str, address: str
) -> None:
    kind, name = address.split(".")
    pattern = rf'^resource "{kind}" "{name}" \{{\n.*?^\}}\n'
    folder = _cut(
        tmp_path,
        file,
        pattern,
        "",
        also=rf"^ +(\w+ += (join\(\"\", )?)?{re.escape(address)}(\[.*)?(\.id)?,?\n",
    )
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
        resources = configuration.resources()
        seen: set[Any] = grants(resources) ^ EXPECTED_WITH_EVERYTHING
        seen |= {each["type"] for each in resources if "_iam_" not in each["type"]} ^ KINDS
        if not seen:
            # What the refusals are about is not cut out here.
            configuration.run(
                "test", *(f"-filter=tests/{name}.tftest.hcl" for name in ("default", "everything"))
            )
    except Refused:
        return True
    return bool(seen)
