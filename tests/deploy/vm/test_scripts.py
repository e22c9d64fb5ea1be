"""What can be said of scripts and units by reading them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.vm.debian import find_mirror
from worker.metrics import PORT
from worker.settings import DRAIN_SECONDS, read_settings
from worker.supervisor import Supervisor, executing

ROOT = Path(__file__).parents[3]
UNITS = ROOT / "terraform" / "vm" / "systemd"
NOT_OURS = (".venv", "node_modules", "build", "dist")

HARDENED = {
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "ProtectClock": "yes",
    "ProtectControlGroups": "yes",
    "ProtectHostname": "yes",
    "ProtectKernelLogs": "yes",
    "ProtectKernelModules": "yes",
    "ProtectKernelTunables": "yes",
    "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
    "RestrictNamespaces": "yes",
    "RestrictRealtime": "yes",
    "RestrictSUIDSGID": "yes",
    "LockPersonality": "yes",
    "MemoryDenyWriteExecute": "yes",
    "SystemCallArchitectures": "native",
    "SystemCallFilter": "@system-service",
    "UMask": "0077",
}
SHARED = {
    "User": "namewire",
    "EnvironmentFile": "/etc/namewire/environment",
    "Environment": "NAMEWIRE_RUN_DIR=/run/namewire",
    "RuntimeDirectory": "namewire",
    "RuntimeDirectoryPreserve": "yes",
    "Restart": "always",
    "RestartSec": "5",
    "KillMode": "mixed",
    "TimeoutStopSec": "35",
    "OOMPolicy": "continue",
    "StandardOutput": "journal",
    "StandardError": "journal",
}
OWN = {
    "work": {"ExecStart": "/opt/namewire/current/bin/namewire work", "MemoryMax": "80%"},
    "write": {"ExecStart": "/opt/namewire/current/bin/namewire write", "MemoryMax": "15%"},
    "health": {
        "ExecStart": "/opt/namewire/current/bin/python -m worker.health "
        "--host 0.0.0.0 --port 8086 --folder /run/namewire",
        "MemoryMax": "64M",
    },
    "metrics": {
        "ExecStart": "/opt/namewire/current/bin/python -m worker.metrics "
        "--host 127.0.0.1 --port 9464 --folder /run/namewire",
        "MemoryMax": "64M",
    },
}


def read_unit(name: str) -> dict[str, dict[str, str]]:
    """Sections of keys and values; a key that comes twice is not for us."""
    sections: dict[str, dict[str, str]] = {}
    for line in (UNITS / f"namewire-{name}.service").read_text().splitlines():
        if line.startswith("["):
            section = sections.setdefault(line.strip("[]"), {})
        elif line and not line.startswith("#"):
            key, value = line.split("=", 1)
            assert key not in section, key
            section[key] = value
    return sections


@pytest.mark.parametrize("name", OWN)
def test_a_unit_says_what_was_promised(name: str) -> None:
    unit = read_unit(name)
    promised = {**HARDENED, **SHARED, **OWN[name], "SyslogIdentifier": f"namewire-{name}"}
    assert {key: unit["Service"].get(key) for key in promised} == promised
    assert unit["Install"] == {"WantedBy": "multi-user.target"}
    assert unit["Unit"]["StartLimitIntervalSec"] == "0"
    assert unit["Unit"]["Wants"] == unit["Unit"]["After"] == "network-online.target"


def test_the_units_differ_only_where_they_must() -> None:
    units = [read_unit(name)["Service"] for name in OWN]
    own = {"ExecStart", "MemoryMax", "SyslogIdentifier", "ProcSubset", "IPAddressDeny", "IPAddressAllow"}
    shared = [{key: value for key, value in unit.items() if key not in own} for unit in units]
    assert all(each == shared[0] for each in shared)


@pytest.mark.parametrize("name", ["work", "write"])
def test_the_count_of_kills_for_memory_is_not_hidden_from_a_role(name: str) -> None:
    assert "ProcSubset" not in read_unit(name)["Service"]


def test_the_health_check_asks_where_the_unit_answers() -> None:
    asked = re.search(r"health_port = (\d+)", (ROOT / "terraform" / "instances.tf").read_text())
    assert asked is not None
    assert f"--port {asked[1]} " in OWN["health"]["ExecStart"]
    network = (ROOT / "terraform" / "network.tf").read_text()
    allowed = read_unit("health")["Service"]["IPAddressAllow"].split()
    assert allowed[0] == "localhost"
    assert all(f'"{checkers}"' in network for checkers in allowed[1:])


def test_the_agent_asks_where_the_metrics_are() -> None:
    script = (ROOT / "terraform" / "vm" / "startup.sh").read_text()
    assert f"localhost:{PORT}" in script
    assert f"--port {PORT} " in OWN["metrics"]["ExecStart"]
    assert read_unit("metrics")["Service"]["IPAddressAllow"] == "localhost"


def test_systemd_waits_longer_than_the_drain() -> None:
    assert float(SHARED["TimeoutStopSec"]) > DRAIN_SECONDS


def test_progress_is_looked_for_between_the_longest_call_and_the_stall_limit() -> None:
    """Of Firestore, whose calls are the longest; a child speaks between them."""
    from worker.firestore import _CALL_SECONDS

    stall_seconds = read_settings({"GOOGLE_CLOUD_PROJECT": "news"}).stall_seconds
    supervisor = Supervisor(
        start=executing(lambda *_: []), count=1, drain_seconds=1.0, stall_seconds=stall_seconds
    )
    assert _CALL_SECONDS < supervisor.progress_seconds < stall_seconds


def test_shellcheck_finds_nothing() -> None:
    scripts = [
        path
        for path in (*ROOT.rglob("*.sh"), ROOT / ".ci" / "run")
        if not set(path.relative_to(ROOT).parts) & set(NOT_OURS)
    ]
    assert ROOT / "terraform" / "vm" / "startup.sh" in scripts
    checker = Path(sys.executable).with_name("shellcheck")
    found = subprocess.run([checker, *scripts], capture_output=True, text=True, timeout=60, check=False)
    assert (found.returncode, found.stdout + found.stderr) == (0, "")


ONE_LINE = """
# deb http://no.test/debian bookworm main
deb-src http://no.test/debian bookworm main
deb http://m.test/debian bookworm main
"""
WITH_OPTIONS = "deb [arch=amd64 signed-by=/k] http://m.test/debian bookworm main contrib"
DEB822 = """
Types: deb
URIs: http://no.test/security
Suites: bookworm-security
Components: main

Types: deb
# URIs: http://no.test/debian
URIs: http://m.test/debian
Suites: bookworm bookworm-updates
Components: main
"""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("sources.list", ONE_LINE),
        ("sources.list.d/a.list", WITH_OPTIONS),
        ("sources.list.d/a.sources", DEB822),
    ],
)
def test_the_mirror_is_the_one_that_apt_uses(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / name).write_text(content)
    assert find_mirror(tmp_path) == "http://m.test/debian"


def test_another_system_has_no_mirror_of_this_debian(tmp_path: Path) -> None:
    (tmp_path / "sources.list").write_text("deb http://m.test/ubuntu noble main\n")
    assert find_mirror(tmp_path) is None
