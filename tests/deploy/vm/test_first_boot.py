"""The first boot of a bare machine, and every later one: what it makes, refuses, repeats and leaves alone."""

import hashlib
import os
import pwd
import signal
import stat
from pathlib import Path

import pytest

from tests.deploy.vm.cloud import Cloud
from tests.deploy.vm.conftest import RELEASE, FirstBoot, offer
from tests.deploy.vm.machine import UNITS, Machine, snapshot
from tests.deploy.vm.releases import make_wheel
from tests.polling import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

STAYS = "The release that runs, if any, stays."
MODEL = "gs://test-models/xx_test_model-3.8.0-py3-none-any.whl"


# The real release


def test_a_bare_machine_has_everything_after_its_first_boot(first_boot: FirstBoot) -> None:
    machine, outcome = first_boot.machine, first_boot.outcome
    assert outcome.code == 0, outcome.output
    assert outcome.output.splitlines() == [
        "namewire: adding the user namewire",
        f"namewire: installing {RELEASE}",
        "namewire: writing /etc/namewire/environment",
        f"namewire: switching to release {machine.current}",
        "namewire: writing /etc/systemd/system/namewire-work.service",
        "namewire: writing /etc/systemd/system/namewire-write.service",
        "namewire: writing /etc/systemd/system/namewire-health.service",
        "namewire: writing /etc/systemd/system/namewire-metrics.service",
        "namewire: systemd does not run here; the units start at the next boot",
        f"namewire: release {machine.current} is in place",
    ]
    assert machine.releases == [machine.current]
    assert machine.environment == ["GOOGLE_CLOUD_PROJECT=test", "NAMEWIRE_PROCESSES=2"]


def test_the_units_are_enabled_and_systemd_finds_no_fault(first_boot: FirstBoot) -> None:
    machine = first_boot.machine
    wanted = machine.root / "etc" / "systemd" / "system" / "multi-user.target.wants"
    assert sorted(link.name for link in wanted.glob("namewire-*")) == list(UNITS)
    found = machine.run("systemd-analyze", "verify", *(f"/etc/systemd/system/{unit}" for unit in UNITS))
    assert (found.code, found.output) == (0, "")


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_calls_the_units_hardly_exposed(first_boot: FirstBoot, unit: str) -> None:
    """Of 10, where an unhardened unit has 9.6."""
    found = first_boot.machine.run(
        *("systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager"),
        f"/etc/systemd/system/{unit}",
    )
    assert found.code == 0, found.output


def test_the_program_is_roots_and_the_user_can_change_nothing(first_boot: FirstBoot) -> None:
    root = first_boot.machine.root
    paths = [root / "opt" / "namewire", *(root / "opt" / "namewire").rglob("*")]
    facts = [(path, path.lstat()) for path in paths if not path.is_symlink()]
    assert len(facts) > 5_000
    assert [path for path, fact in facts if (fact.st_uid, fact.st_gid) != (0, 0)] == []
    assert [path for path, fact in facts if fact.st_mode & (stat.S_IWGRP | stat.S_IWOTH)] == []
    passwd = (root / "etc" / "passwd").read_text()
    (user,) = (line.split(":") for line in passwd.splitlines() if line.startswith("namewire:"))
    assert user[5:] == ["/nonexistent", "/usr/sbin/nologin"]
    environment = (root / "etc" / "namewire" / "environment").stat()
    assert (stat.S_IMODE(environment.st_mode), environment.st_uid, environment.st_gid) == (
        0o640,
        0,
        int(user[3]),
    )
    assert int(user[3]) != pwd.getpwnam("root").pw_gid


def test_everything_is_compiled_because_the_user_cannot(first_boot: FirstBoot) -> None:
    folder = first_boot.machine.root / "opt" / "namewire" / str(first_boot.machine.current)
    packages = folder / "lib" / "python3.11" / "site-packages"
    for package in ("spacy", "worker", "namewire", "contract", "google/pubsub_v1"):
        modules = {path.stem for path in (packages / package).glob("*.py")}
        compiled = {path.name.partition(".")[0] for path in (packages / package).glob("__pycache__/*.pyc")}
        assert modules <= compiled, package


def test_a_second_run_changes_nothing(first_boot: FirstBoot) -> None:
    folders = ("opt", "etc", "usr", "var/lib")
    before = snapshot(first_boot.machine.root, *folders)
    outcome = first_boot.machine.start_up(first_boot.cloud)
    assert outcome.code == 0, outcome.output
    after = snapshot(first_boot.machine.root, *folders)
    # Its time alone: the folder for work in progress came and went in it.
    assert before.pop("opt/namewire")[:4] == after.pop("opt/namewire")[:4]
    assert before == after
    assert "writing" not in outcome.output


def test_the_token_is_used_and_seen_by_nobody(first_boot: FirstBoot) -> None:
    cloud = first_boot.cloud
    assert any(path.startswith("/storage/") for path in cloud.asked)  # which looks at all command lines
    assert cloud.exposed == []
    assert cloud.token not in first_boot.outcome.output
    for folder in ("opt/namewire", "etc", "tmp", "root", "var/log"):
        for file in (first_boot.machine.root / folder).rglob("*"):
            if file.is_file() and not file.is_symlink() and file.stat().st_size < 100_000:
                assert cloud.token.encode() not in file.read_bytes(), file


def test_an_installation_killed_in_the_middle_is_completed_by_the_next_run(
    machine: Machine, first_boot: FirstBoot
) -> None:
    folder = machine.root / "opt" / "namewire"
    with machine.starting_up(first_boot.cloud) as process:
        eventually(lambda: list(folder.glob("*/lib/python3.11/site-packages/spacy")), seconds=120)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert machine.current is None
    assert not list(folder.glob("*/complete"))
    (folder / machine.releases[0] / "left-over").touch()
    outcome = machine.start_up(first_boot.cloud)
    assert outcome.code == 0, outcome.output
    assert machine.current == first_boot.machine.current
    assert (folder / str(machine.current) / "complete").exists()
    assert not (folder / str(machine.current) / "left-over").exists()
    answer = machine.run("/opt/namewire/current/bin/namewire", "--help")
    assert "News in, names out" in answer.output


# Small releases


def test_a_store_that_fails_twice_is_asked_again(machine: Machine, cloud: Cloud) -> None:
    cloud.failures = 2
    outcome = machine.start_up(cloud, retries=2)
    assert outcome.code == 0, outcome.output
    assert machine.run("/opt/namewire/current/bin/namewire").output == "1.0\n"


def test_a_new_release_takes_the_place_of_the_old(
    machine: Machine, cloud: Cloud, next_release: bytes
) -> None:
    machine.start_up(cloud)
    old = machine.current
    offer(cloud, next_release)
    outcome = machine.start_up(cloud)
    assert outcome.code == 0, outcome.output
    assert machine.current != old
    assert machine.releases == [machine.current]
    assert machine.run("/opt/namewire/current/bin/namewire").output == "2.0\n"


def test_wrong_bytes_are_refused_and_the_old_release_stays(
    machine: Machine, cloud: Cloud, next_release: bytes
) -> None:
    machine.start_up(cloud)
    before = snapshot(machine.root, "opt/namewire/current", "etc")
    offer(cloud, next_release)
    promised = cloud.attributes["namewire-release-sha256"]
    cloud.objects[RELEASE] = wrong = next_release[:-1] + b"!"
    outcome = machine.start_up(cloud)
    assert outcome.code == 1
    assert outcome.output.splitlines()[-1] == (
        f"namewire: {RELEASE} has the sha256 {hashlib.sha256(wrong).hexdigest()}, not the promised "
        f"{promised}: it was damaged or replaced. Nothing of it was used. Upload it again, or correct "
        f"namewire-release-sha256. {STAYS}"
    )
    assert snapshot(machine.root, "opt/namewire/current", "etc") == before
    assert machine.run("/opt/namewire/current/bin/namewire").output == "1.0\n"
    cloud.objects[RELEASE] = next_release
    assert machine.start_up(cloud).code == 0
    assert machine.run("/opt/namewire/current/bin/namewire").output == "2.0\n"


def test_a_release_that_is_not_there_is_named_and_the_old_one_stays(machine: Machine, cloud: Cloud) -> None:
    machine.start_up(cloud)
    old = machine.current
    cloud.attributes.update(
        {"namewire-release": "gs://test-releases/none.tar", "namewire-release-sha256": "0"}
    )
    outcome = machine.start_up(cloud)
    assert outcome.code == 1
    assert "cannot fetch gs://test-releases/none.tar. Does it exist, and may this machine's" in outcome.output
    assert machine.current == old


@pytest.mark.parametrize(
    ("attribute", "value", "said"),
    [
        ("namewire-release", "", "'' is neither gs://BUCKET/OBJECT nor https://"),
        ("namewire-release", "/etc/passwd", "'/etc/passwd' is neither gs://BUCKET/OBJECT nor https://"),
        ("namewire-release", "file:///etc/passwd", "is neither gs://BUCKET/OBJECT nor https://"),
        ("namewire-release-sha256", "", "not the promised (none)"),
        ("namewire-model", "en_core_web_sm", "does not end like a wheel, NAME-VERSION-….whl"),
        ("namewire-environment", "GOOGLE_CLOUD_PROJECT=a\nsecret word", "has a line that is not NAME=value"),
    ],
)
def test_what_is_wrong_in_the_metadata_is_named(
    machine: Machine, cloud: Cloud, attribute: str, value: str, said: str
) -> None:
    cloud.attributes[attribute] = value
    outcome = machine.start_up(cloud)
    assert outcome.code == 1
    assert said in outcome.output
    assert outcome.output.endswith(f"{STAYS}\n")
    assert "secret word" not in outcome.output
    assert machine.current is None


def test_without_a_metadata_server_it_says_what_is_missing(machine: Machine, cloud: Cloud) -> None:
    nowhere = Cloud(url="http://127.0.0.1:9")
    outcome = machine.start_up(nowhere)
    assert outcome.code == 1
    assert "the metadata server does not answer" in outcome.output


def test_a_changed_environment_is_written_and_nothing_else(machine: Machine, cloud: Cloud) -> None:
    machine.start_up(cloud)
    cloud.attributes["namewire-environment"] = "GOOGLE_CLOUD_PROJECT=other\n# why\n\nNAMEWIRE_LOG_LEVEL=debug"
    outcome = machine.start_up(cloud)
    assert [line for line in outcome.output.splitlines() if "writing" in line] == [
        "namewire: writing /etc/namewire/environment"
    ]
    assert machine.environment == ["GOOGLE_CLOUD_PROJECT=other", "# why", "", "NAMEWIRE_LOG_LEVEL=debug"]


# Models


@pytest.fixture
def model(cloud: Cloud) -> bytes:
    """A pipeline's package in the store, and in the metadata."""
    name, content = make_wheel(
        "xx_test_model", "3.8.0", {"xx_test_model/__init__.py": "FOUND = 'the model'\n"}
    )
    assert MODEL.endswith(name)
    cloud.objects[MODEL] = content
    cloud.attributes["namewire-model"] = f"{MODEL}#sha256={hashlib.sha256(content).hexdigest()}"
    return content


def test_a_model_is_installed_and_named_in_the_environment(
    machine: Machine, cloud: Cloud, model: bytes
) -> None:
    assert model
    cloud.attributes["namewire-environment"] += "\nNAMEWIRE_MODEL=overruled"
    outcome = machine.start_up(cloud)
    assert outcome.code == 0, outcome.output
    assert "warning" not in outcome.output
    assert machine.environment[-1] == "NAMEWIRE_MODEL=xx_test_model"
    assert "NAMEWIRE_MODEL=overruled" not in machine.environment
    script = "import xx_test_model; print(xx_test_model.FOUND)"
    assert machine.run("/opt/namewire/current/bin/python", "-c", script).output == "the model\n"


def test_a_model_without_a_hash_is_trusted_and_that_is_said(
    machine: Machine, cloud: Cloud, model: bytes
) -> None:
    assert model
    cloud.attributes["namewire-model"] = MODEL
    outcome = machine.start_up(cloud)
    assert outcome.code == 0, outcome.output
    assert "warning: namewire-model has no #sha256=" in outcome.output


def test_another_model_is_another_release(machine: Machine, cloud: Cloud, model: bytes) -> None:
    assert model
    machine.start_up(cloud)
    old = machine.current
    cloud.attributes["namewire-model"] = ""
    outcome = machine.start_up(cloud)
    assert outcome.code == 0, outcome.output
    assert machine.releases == [machine.current] != [old]
    assert not [line for line in machine.environment if "NAMEWIRE_MODEL" in line]
    assert machine.run("/opt/namewire/current/bin/python", "-c", "import xx_test_model").code == 1


def test_a_model_with_wrong_bytes_is_refused(machine: Machine, cloud: Cloud, model: bytes) -> None:
    cloud.objects[MODEL] = model + b"!"
    outcome = machine.start_up(cloud)
    assert outcome.code == 1
    assert f"{MODEL} has the sha256 " in outcome.output
    assert "or correct namewire-model." in outcome.output
    assert machine.current is None


# The Ops Agent


def test_an_agent_that_cannot_be_had_is_a_warning(machine: Machine, cloud: Cloud) -> None:
    cloud.attributes["namewire-logging"] = "cloud"
    outcome = machine.start_up(cloud)
    assert outcome.code == 0, outcome.output
    assert "namewire: installing the Ops Agent" in outcome.output
    assert (
        "warning: the Ops Agent is not set up, so the log stays in this machine's journal" in outcome.output
    )
    assert "the next boot tries again" in outcome.output
    assert machine.current is not None


def test_the_script_is_the_only_thing_left_to_trust() -> None:
    """Nothing may be fetched over plain HTTP except from the host itself."""
    script = Path(__file__).parents[3] / "terraform" / "vm" / "startup.sh"
    plain = [line for line in script.read_text().splitlines() if "http://" in line]
    assert all("metadata.google.internal" in line for line in plain)
