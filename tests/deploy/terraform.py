"""Terraform against a stand-in for the Google provider: real schema, nothing created, no credentials.

The stand-in's launcher `tf` lies beside the project; NAMEWIRE_TF names another place. Without it, what a
mocked provider can show still runs wherever Terraform can fetch the real one.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
SOURCE: Final = ROOT / "terraform"
_BESIDE: Final = ROOT.parent / "shared" / "tools" / "terraform" / "tf"
_SECONDS: Final = 300
DEFAULT: Final = {"project_id": "demo-project", "region": "europe-west1", "dist": "tests/built"}
EVERYTHING: Final[dict[str, Any]] = {
    **DEFAULT,
    "alert_emails": ["on-call@example.com"],
    "api_keys_version": 1,
    "bigquery": True,
    "billing_account": "012345-6789AB-CDEF01",
    "budget_amount": 500,
    "explore_is_public": True,
    "explore_viewers": ["user:ada@example.com"],
    "internet_egress": True,
    "keep_data": False,
    "model": "gs://my-models/en_core_web_lg-3.8.0-py3-none-any.whl",
    "publish_invokers": ["user:ada@example.com"],
    "publish_is_public": True,
    "runbook_url": "https://wiki.example.com/namewire/runbook",
    "settings": {"NAMEWIRE_STORE_CONTENT": "false"},
    "spot": True,
    "ssh_through_iap": True,
    "trace_share": 0.25,
    "zones": ["europe-west1-b", "europe-west1-d"],
}
SECRET: Final = "correct-horse-battery"


def launcher() -> Path | None:
    """The stand-in's launcher, if there is one."""
    named = os.environ.get("NAMEWIRE_TF", "").strip()
    place = Path(named) if named else _BESIDE
    return place if place.is_file() else None


class Refused(Exception):
    """Terraform said no; the text is what a person would read."""


@dataclass
class Terraform:
    """One configuration with a state of its own."""

    work: Path
    folder: Path = SOURCE
    variables: Mapping[str, Any] = field(default_factory=lambda: DEFAULT)
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, command: str, *arguments: str) -> str:
        """What Terraform printed. Raises Refused."""
        return run(
            [str(launcher()), "--work", str(self.work), command, str(self.folder), *arguments],
            {"TF_VAR_api_keys": SECRET, **self.environment},
        )

    def with_variables(self, command: str) -> str:
        file = self.work / "test.auto.tfvars.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(dict(self.variables)), encoding="utf-8")
        return self.run(command, "-no-color", f"-var-file={file}")

    def apply(self) -> str:
        return self.with_variables("apply")

    def state(self) -> dict[str, Any]:
        """`terraform show -json`: what there is."""
        shown: dict[str, Any] = json.loads(self.run("exec", "show", "-json"))
        return shown

    def resources(self) -> list[dict[str, Any]]:
        module = self.state().get("values", {}).get("root_module", {})
        return [each for each in module.get("resources", []) if each["mode"] == "managed"]


def run(command: list[str], environment: Mapping[str, str] | None = None) -> str:
    """What the command printed. Raises Refused."""
    settings = {name: value for name, value in os.environ.items() if name != "TF_CLI_CONFIG_FILE"}
    done = subprocess.run(
        command,
        env={**settings, "CHECKPOINT_DISABLE": "1", **(environment or {})},
        check=False,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
    )
    # The words of an error are wrapped in lines with a border.
    plain = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
    said = " ".join(line.strip(" │╷╵") for line in plain.splitlines())
    if done.returncode:
        raise Refused(said)
    return done.stdout


def copied(target: Path) -> Path:
    """A copy of the configuration, to be changed."""
    shutil.copytree(SOURCE, target, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"))
    return target
