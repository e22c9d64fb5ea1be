"""What `terraform apply` would do, from its files to its state; nothing is created anywhere."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any, Final

import pytest

from tests.deploy.grants import EXPECTED, EXPECTED_WITH_EVERYTHING, KINDS, grants
from tests.deploy.terraform import DEFAULT, EVERYTHING, ROOT, SECRET, SOURCE, Refused, Terraform, run

Make = Callable[..., Terraform]

_GROUP: Final = "google_compute_region_instance_group_manager.worker"
_TEMPLATE: Final = "google_compute_region_instance_template.worker"
_PRIMITIVE: Final = {"roles/owner", "roles/editor", "roles/viewer"}


def test_the_files_are_formatted(terraform_binary: str) -> None:
    run([terraform_binary, "fmt", "-check", "-recursive", str(SOURCE)])


def test_the_configuration_is_valid(checked: Callable[[str], str]) -> None:
    assert "valid" in checked("validate")


@pytest.mark.slow
def test_the_assertions_beside_the_configuration_hold(checked: Callable[[str], str]) -> None:
    said = checked("test")
    assert re.search(r"(\d{2,}) passed, 0 failed", said), said


@pytest.mark.parametrize("name", ["default", "everything"])
def test_a_second_apply_changes_nothing(name: str, request: pytest.FixtureRequest) -> None:
    configuration: Terraform = request.getfixturevalue(name)
    assert len(configuration.resources()) > 60
    assert "No changes" in configuration.with_variables("plan")


def test_the_grants_are_these_and_no_others(default: Terraform) -> None:
    assert grants(default.resources()) == EXPECTED


def test_with_everything_the_grants_are_these_and_no_others(everything: Terraform) -> None:
    found = grants(everything.resources())
    assert found == EXPECTED_WITH_EVERYTHING
    assert not {role for _, role, _, _ in found} & _PRIMITIVE


def test_an_account_has_no_key_and_the_state_no_secret(everything: Terraform) -> None:
    state = json.dumps(everything.state())
    assert SECRET not in state
    assert SECRET not in everything.with_variables("plan")
    assert "google_service_account_key" not in state
    for resource in everything.resources():
        # Either would take away what others granted.
        assert not resource["type"].endswith(("_iam_policy", "_iam_binding"))


def test_nothing_is_made_that_was_not_looked_at(everything: Terraform) -> None:
    kinds = {resource["type"] for resource in everything.resources()}
    assert {kind for kind in kinds if "_iam_" not in kind} == KINDS


def test_traces_are_off_unless_a_share_is_wanted(default: Terraform, everything: Terraform) -> None:
    for configuration, wanted in ((default, None), (everything, "gcp")):
        values = {resource["type"]: resource["values"] for resource in configuration.resources()}
        service = values["google_cloudfunctions2_function"]["service_config"][0]
        assert service["environment_variables"].get("OTEL_TRACES_EXPORTER") == wanted
        metadata = values["google_compute_region_instance_template"]["metadata"]
        assert ("OTEL_TRACES_SAMPLER_ARG=0.25" in metadata["namewire-environment"]) is bool(wanted)


def test_no_machine_has_a_public_address(everything: Terraform) -> None:
    of_type: dict[str, list[dict[str, Any]]] = {}
    for resource in everything.resources():
        of_type.setdefault(resource["type"], []).append(resource["values"])
    [template] = of_type["google_compute_region_instance_template"]
    assert all(not interface["access_config"] for interface in template["network_interface"])
    inward = [rule for rule in of_type["google_compute_firewall"] if rule["direction"] == "INGRESS"]
    assert {each for rule in inward for each in rule["source_ranges"]} == {
        "35.191.0.0/16",  # Google's health checks
        "130.211.0.0/22",
        "35.235.240.0/20",  # Google's Identity-Aware Proxy
    }


@pytest.mark.slow
def test_an_apply_that_stopped_half_way_is_finished_by_the_next_and_all_goes_again(terraform: Make) -> None:
    configuration = terraform()
    arguments = [f"-var={name}={value}" for name, value in DEFAULT.items()]
    configuration.run(
        "apply", *arguments, "-target=google_pubsub_subscription.this", "-target=google_compute_network.this"
    )
    partial = len(configuration.resources())
    configuration.apply()
    whole = configuration.resources()
    assert 0 < partial < len(whole)
    assert grants(whole) == EXPECTED
    configuration.with_variables("destroy")
    assert configuration.resources() == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("option", "replaced"),
    [
        ({"bigquery": True}, set()),
        ({"api_keys_version": 1}, {"time_sleep.grants_for_publish"}),
        ({"internet_egress": True}, set()),
        ({"model": "gs://demo-project-namewire/en_x-1.0-py3-none-any.whl"}, {_TEMPLATE}),
        ({"model": "gs://my-models/en_x-1.0-py3-none-any.whl"}, {_TEMPLATE}),
        ({"min_vms": 2, "max_vms": 9}, set()),
        ({"settings": {"NAMEWIRE_UNCOUNTED_LABELS": "DATE,GPE"}}, {_TEMPLATE}),
        ({"zones": ["europe-west1-b"]}, {"google_compute_region_autoscaler.worker", _GROUP}),
    ],
    ids=["bigquery", "keys", "egress", "model in our bucket", "model elsewhere", "VMs", "labels", "zones"],
)
def test_an_option_comes_and_goes_without_touching_the_rest(
    terraform: Make, option: dict[str, Any], replaced: set[str]
) -> None:
    """Least of all the grants, without which nothing moves."""
    configuration = terraform(DEFAULT)
    configuration.apply()
    before = _addresses(configuration)
    configuration.variables = {**DEFAULT, **option}
    assert _gone(configuration.with_variables("plan")) == replaced
    configuration.apply()
    added = _addresses(configuration) - before
    configuration.variables = DEFAULT
    assert _gone(configuration.with_variables("plan")) - added <= replaced
    configuration.apply()
    assert _addresses(configuration) == before
    assert grants(configuration.resources()) == EXPECTED
    assert "No changes" in configuration.with_variables("plan")


def _addresses(configuration: Terraform) -> set[str]:
    return {resource["address"] for resource in configuration.resources()}


def _gone(plan: str) -> set[str]:
    return set(re.findall(r"# (\S+) (?:will be destroyed|must be replaced|will be replaced)", plan))


@pytest.mark.slow
def test_everything_goes_again_too(terraform: Make) -> None:
    configuration = terraform(EVERYTHING)
    configuration.apply()
    configuration.with_variables("destroy")
    assert configuration.resources() == []


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"dist": "tests/nothing"}, "Run `make dist`"),
        ({"machine_type": "c3d-standard-17"}, "c3d has 4, 8, 16"),
    ],
)
def test_bad_input_is_told_before_anything_is_created(
    terraform: Make, variables: dict[str, Any], words: str
) -> None:
    configuration = terraform({**DEFAULT, **variables})
    with pytest.raises(Refused, match=re.escape(words)):
        configuration.apply()
    assert configuration.resources() == []


def test_the_example_is_a_valid_beginning(terraform: Make) -> None:
    configuration = terraform()
    example = (SOURCE / "example.tfvars").read_text(encoding="utf-8")
    options = re.sub(r"^# (\w+ +=)", r"\1", example, flags=re.MULTILINE)
    for number, text in enumerate((example, options)):
        file = configuration.work.parent / f"{number}.tfvars"
        file.write_text(text, encoding="utf-8")
        configuration.run("plan", f"-var-file={file}", "-var=dist=tests/built")
    declared = set(re.findall(r'^variable "(\w+)"', (SOURCE / "variables.tf").read_text(), re.MULTILINE))
    assert set(re.findall(r"^#? ?(\w+) +=", example, re.MULTILINE)) <= declared


def test_the_commands_of_the_output_exist(default: Terraform) -> None:
    commands = default.state()["values"]["outputs"]["commands"]["value"]
    used = set(re.findall(r"^\s*\.venv/bin/namewire (\w+)", commands, re.MULTILINE))
    assert {"submit", "top", "article", "status"} <= used
    for name in used:
        subprocess.run([sys.executable, "-m", "namewire", name, "--help"], cwd=ROOT, check=True, stdout=-3)
    subprocess.run(["bash", "-n"], input=commands, text=True, check=True)
