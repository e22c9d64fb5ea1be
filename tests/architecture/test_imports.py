"""The rules of the house about who may import what: heavy things late, nothing across the rooms."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture.interpreter import ROOT, import_freshly, importers, imports_of, sources

OURS = ("contract", "emulator", "functions", "model", "namewire", "telemetry", "worker")
HEAVY = {"spacy", "thinc", "numpy", "grpc", "google"}
CONTRACT = [".".join(source.with_suffix("").parts) for source in sources("contract")]
# Packages that pydantic is made of.
PYDANTIC = {"annotated_types", "pydantic", "pydantic_core", "typing_extensions", "typing_inspection"}


def test_the_supervisor_knows_the_standard_library_only() -> None:
    """What it does not import cannot leak, hold a channel over a fork, or die of a foreign bug."""
    imported = import_freshly("worker.supervisor")
    assert imported.packages == {"worker"}
    ours = {name for name in imported.modules if name.startswith("worker")}
    assert ours == {"worker", "worker.exits", "worker.supervisor"}
    assert imported.threads == 1


def test_the_parent_of_the_worker_stays_light() -> None:
    imported = import_freshly("worker.__main__")
    assert not imported.packages & HEAVY
    assert (imported.threads, imported.sockets, imported.channels) == (1, 0, 0)


def test_what_shows_the_metrics_is_light_too() -> None:
    """It runs beside the roles on every VM, within 64 MB."""
    imported = import_freshly("worker.metrics")
    assert imported.packages == {"telemetry", "worker"}
    assert (imported.threads, imported.sockets) == (1, 0)


def test_telemetry_brings_nothing_along() -> None:
    """OpenTelemetry is imported by those who want to be traced, when they start."""
    modules = [".".join(source.with_suffix("").parts) for source in sources("telemetry")]
    assert import_freshly(*modules).packages == {"telemetry"}
    assert importers("opentelemetry", *OURS) == {
        *("functions/explore/exploring/tracing.py", "functions/publish/publishing/tracing.py"),
        *("telemetry/tracing.py", "telemetry/web.py"),
        *("worker/pushing.py", "worker/tracing.py"),
    }


@pytest.mark.parametrize("role", ["work", "write"])
def test_what_is_loaded_before_the_fork_starts_no_thread_and_opens_no_connection(role: str) -> None:
    """A forked copy of either would hang or be shared; the kernel's own list of threads is asked."""
    script = (
        "import os, psutil\n"
        "from worker.__main__ import _load\n"
        "from worker.settings import read_settings\n"
        f"_load({role!r}, read_settings({{'GOOGLE_CLOUD_PROJECT': 'test'}}), count=2)\n"
        "process = psutil.Process()\n"
        "print(process.num_threads(), len(process.net_connections()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.split() == ["1", "0"]


@pytest.mark.parametrize("function", ["explore", "publish"])
def test_a_function_opens_nothing_before_its_first_request(function: str) -> None:
    """The server imports it once and forks afterwards; a channel from before would hang the children."""
    imported = import_freshly(
        "main",
        folder=ROOT / "functions" / function,
        environment={
            "GOOGLE_CLOUD_PROJECT": "test",
            "FIRESTORE_EMULATOR_HOST": "127.0.0.1:9",
            "PUBSUB_EMULATOR_HOST": "127.0.0.1:9",
        },
    )
    assert not imported.packages & {"spacy", "thinc", "worker", "emulator", "namewire", "tests"}
    assert (imported.threads, imported.sockets, imported.channels) == (1, 0, 0)


def test_the_contract_is_pure() -> None:
    """Every program carries it, so that it may bring nothing but pydantic."""
    imported = import_freshly(*CONTRACT)
    assert imported.packages <= {"contract", *PYDANTIC}
    for source in sources("contract"):
        tops = {name.partition(".")[0] for name in imports_of(source)}
        assert tops - sys.stdlib_module_names <= {"contract", "pydantic", "pydantic_core"}, source


def test_the_contract_reads_no_environment_and_writes_no_log() -> None:
    for module in ("os", "sys", "logging", "socket", "threading", "subprocess", "pathlib", "time"):
        assert not importers(module, "contract"), module


@pytest.mark.parametrize(
    ("room", "may_be_imported_by"),
    [
        ("tests", {"tests"}),
        ("namewire", {"namewire", "tests"}),
        ("emulator", {"emulator", "namewire", "tests"}),
        ("exploring", {"functions", "tests"}),
        ("publishing", {"functions", "tests"}),
        ("telemetry", {"functions", "telemetry", "tests", "worker"}),
        ("worker", {"worker", "namewire", "tests"}),
    ],
)
def test_nobody_reaches_into_another_room(room: str, may_be_imported_by: set[str]) -> None:
    tops = {Path(source).parts[0] for source in importers(room, *OURS, "tests")}
    assert tops <= may_be_imported_by


@pytest.mark.parametrize(
    ("foreign", "gate"),
    [
        ("spacy", "worker/recognizer.py"),
        ("thinc", "worker/recognizer.py"),
        ("google.pubsub_v1", "worker/pubsub.py"),
        ("google.cloud.pubsub_v1", "worker/pubsub.py"),
        ("google.cloud.firestore_v1", "worker/firestore.py"),
        ("google.cloud.firestore", "worker/firestore.py"),
    ],
)
def test_each_foreign_giant_enters_the_worker_through_one_module(foreign: str, gate: str) -> None:
    assert importers(foreign, "worker") <= {gate}


def test_firestore_enters_the_explorer_through_one_module() -> None:
    assert importers("google", "functions/explore") == {"functions/explore/exploring/firestore.py"}


def test_the_rules_of_pyproject_are_kept() -> None:
    """import-linter also sees what goes through a helper."""
    answer = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=ROOT,
        env={"PYTHONPATH": ":".join(map(str, (ROOT, *(ROOT / "functions").iterdir())))},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_the_probe_sees_what_it_looks_for(tmp_path: Path, write_module: Callable[[str], str]) -> None:
    """Otherwise the tests above prove nothing."""
    name = write_module(
        "import threading, time, socket, grpc\n"
        "threading.Thread(target=time.sleep, args=(30,), daemon=True).start()\n"
        "open_socket = socket.create_server(('127.0.0.1', 0))\n"
        "channel = grpc.insecure_channel('127.0.0.1:9')\n"
    )
    imported = import_freshly(name, folder=tmp_path)
    assert imported.packages >= {"grpc", name}
    assert imported.threads > 1
    assert imported.sockets >= 1
    assert imported.channels == 1


@pytest.fixture
def write_module(tmp_path: Path) -> Callable[[str], str]:
    def write(text: str) -> str:
        (tmp_path / "careless.py").write_text(text, encoding="utf-8")
        return "careless"

    return write
