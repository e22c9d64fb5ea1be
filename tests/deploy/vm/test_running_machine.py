"""The units under a real systemd, with all that they forbid the program, against the emulators."""

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from google.cloud import firestore

from contract.article import read_article
from contract.wire import encode_article
from tests.acceptance.ledger import publishing, stored_contents
from tests.deploy.vm.cloud import Cloud
from tests.deploy.vm.conftest import FirstBoot
from tests.deploy.vm.machine import Machine, properties
from tests.polling import eventually
from tests.skipping import or_skip
from worker import pubsub

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

HEALTH = "http://127.0.0.1:8086/healthz"
METRICS = "http://127.0.0.1:9464/metrics"
READY_SECONDS = 120.0


@pytest.fixture
def cloud(first_boot: FirstBoot, pubsub_emulator: str, firestore_emulator: str, project: str) -> Cloud:
    """The real release and settings that lead to the emulators."""
    attributes = dict(first_boot.cloud.attributes)
    attributes["namewire-environment"] = (
        f"GOOGLE_CLOUD_PROJECT={project}\nPUBSUB_EMULATOR_HOST={pubsub_emulator}\n"
        f"FIRESTORE_EMULATOR_HOST={firestore_emulator}\nNAMEWIRE_PROCESSES=2"
    )
    return Cloud(attributes, first_boot.cloud.objects, url=first_boot.cloud.url)


@pytest.fixture
def machine(first_boot: FirstBoot, cloud: Cloud, tmp_path: Path) -> Iterator[Machine]:
    """Installed, booted, and well."""
    machine = Machine.like(first_boot.machine, tmp_path / "root")
    tell(first_boot, cloud)
    installed = machine.start_up(first_boot.cloud)
    assert installed.code == 0, installed.output
    with or_skip(), machine.booted():
        outcome = machine.start_up(first_boot.cloud)
        assert outcome.code == 0, outcome.output
        eventually(lambda: status() == 200, seconds=READY_SECONDS, pause=0.5)
        yield machine
    machine.remove()


@pytest.fixture
def client(project: str, firestore_emulator: str) -> Iterator[firestore.Client]:
    assert firestore_emulator
    client = firestore.Client(project=project)
    yield client
    client.close()


def tell(first_boot: FirstBoot, cloud: Cloud) -> None:
    first_boot.cloud.attributes = cloud.attributes


def status() -> int:
    try:
        return httpx.get(HEALTH, timeout=5, trust_env=False).status_code
    except httpx.TransportError:
        return 0


def received() -> float:
    """Messages that the roles tell to have received."""
    lines = httpx.get(METRICS, timeout=5, trust_env=False).text.splitlines()
    return sum(
        float(line.split()[-1]) for line in lines if line.startswith("namewire_messages_received_total")
    )


def publish(project: str, content: str) -> None:
    article = read_article({"content": content, "publication": "Gazette"}, content_chars=1_000)
    with publishing(project) as topic:
        topic.publish([pubsub.Outgoing(encode_article(article), {})])


def test_an_article_reaches_the_database_and_term_ends_everything_well(
    machine: Machine, project: str, client: firestore.Client
) -> None:
    publish(project, "Angela Merkel met Emmanuel Macron in Paris.")
    eventually(lambda: stored_contents(client), seconds=60, pause=0.5)
    assert list(stored_contents(client).values()) == ["Angela Merkel met Emmanuel Macron in Paris."]
    assert_confined(machine)
    eventually(lambda: received() > 0, seconds=30, pause=0.5)  # a role tells its numbers once a second
    machine.systemctl("stop", "namewire-work", "namewire-write")
    assert status() == 503
    machine.systemctl("stop", "namewire-health", "namewire-metrics")
    for unit in ("work", "write", "health", "metrics"):
        names = ("Result", "ExecMainStatus", "ExecMainCode", "NRestarts")
        ended = properties(
            machine.systemctl("show", *(f"--property={name}" for name in names), f"namewire-{unit}")
        )
        # Code 1: it exited, and no signal ended it.
        assert ended == {"Result": "success", "ExecMainStatus": "0", "ExecMainCode": "1", "NRestarts": "0"}
    assert machine.run("ls", "/run/namewire").output == ""


def assert_confined(machine: Machine) -> None:
    """The rules are in force, the count of kills for memory can be read all the same."""
    for unit in ("namewire-work", "namewire-write", "namewire-health", "namewire-metrics"):
        pid = machine.main_pid(unit)
        text = machine.run("cat", f"/proc/{pid}/status").output
        facts = dict(line.split(":\t", 1) for line in text.splitlines())
        assert (facts["CapEff"], facts["CapBnd"]) == ("0" * 16, "0" * 16)
        assert (facts["NoNewPrivs"], facts["Seccomp"]) == ("1", "2")
        assert facts["Uid"].split("\t")[0] != "0"
    view = ("nsenter", f"--target={machine.main_pid('namewire-work')}", "--mount")
    assert "oom_kill " in machine.run(*view, "cat", "/proc/vmstat").output
    assert machine.run(*view, "touch", "/opt/namewire/touched").code != 0


def test_units_are_restarted_for_a_change_and_left_alone_without_one(
    machine: Machine, first_boot: FirstBoot, cloud: Cloud
) -> None:
    before = machine.main_pid("namewire-write")
    assert machine.start_up(first_boot.cloud).code == 0
    assert machine.main_pid("namewire-write") == before
    cloud.attributes["namewire-environment"] += "\nNAMEWIRE_LOG_LEVEL=debug"
    outcome = machine.start_up(first_boot.cloud)
    assert outcome.code == 0, outcome.output
    assert machine.main_pid("namewire-write") not in (0, before)
    eventually(lambda: status() == 200, seconds=READY_SECONDS, pause=0.5)


def test_a_killed_role_comes_back_and_a_stopped_one_is_started_by_the_next_run(
    machine: Machine, first_boot: FirstBoot
) -> None:
    before = machine.main_pid("namewire-write")
    machine.systemctl("kill", "--signal=KILL", "--kill-whom=main", "namewire-write")
    eventually(lambda: machine.main_pid("namewire-write") not in (0, before), seconds=30, pause=0.5)
    other = machine.main_pid("namewire-work")
    machine.systemctl("stop", "namewire-write")
    assert machine.start_up(first_boot.cloud).code == 0
    assert machine.main_pid("namewire-write") != 0
    assert machine.main_pid("namewire-work") == other
    eventually(lambda: status() == 200, seconds=READY_SECONDS, pause=0.5)


def test_a_role_that_cannot_start_is_tried_again_without_end(
    machine: Machine, first_boot: FirstBoot, cloud: Cloud
) -> None:
    """As before a new project's grants have arrived."""
    cloud.attributes["namewire-environment"] += "\nNAMEWIRE_PROCESSES=none"
    assert machine.start_up(first_boot.cloud).code == 0
    show = ("show", "--value", "--property=NRestarts", "namewire-work")
    eventually(lambda: int(machine.systemctl(*show)) >= 2, seconds=60, pause=0.5)
    assert status() == 503
    assert "NAMEWIRE_PROCESSES is 'none'" in machine.journal()
    cloud.attributes["namewire-environment"] += "\nNAMEWIRE_PROCESSES=1"
    assert machine.start_up(first_boot.cloud).code == 0
    eventually(lambda: status() == 200, seconds=READY_SECONDS, pause=0.5)


def test_it_is_this_system_that_is_asked() -> None:
    """Otherwise a machine left over from another run would answer for this one."""
    assert os.environ.get("NAMEWIRE_RUN_DIR") is None
    assert status() == 0
