"""Everything that stands before the first fault: emulators, proxies, roles, each ended again at the end."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from emulator.chaos.calls import Relay
from emulator.chaos.clock import Clock
from emulator.chaos.disk import small_disk
from emulator.chaos.faults import Injector, Service
from emulator.chaos.outside import Outside
from emulator.chaos.processes import Role
from emulator.chaos.wire import Wire, running_loop
from emulator.errors import FAILED, CannotRun
from emulator.ports import HOST
from emulator.services import firestore_emulator, pubsub_emulator
from emulator.topology import create_topology, read_topology

_ROOT: Final = Path(__file__).resolve().parents[2]
_READY_SECONDS: Final = 90.0
_POLL_SECONDS: Final = 0.1
_CHILDREN: Final = 2
# Two writers, as two machines have: while one is stopped beyond its lease, the other handles what it held.
_MACHINES: Final = {"work": 1, "write": 2}
# Instead of 60: what was on its way to a dead process comes again sooner, as what the worker itself
# leases does, so that a run does not consist of waiting.
ACK_DEADLINE_SECONDS: Final = 20


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where the two emulators answer."""

    pubsub: str
    firestore: str


@dataclass(frozen=True, slots=True)
class Scene:
    """The pipeline under attack."""

    project: str
    hosts: Hosts
    roles: Sequence[Role]
    services: Mapping[str, Service]
    injector: Injector

    def outside(self) -> Outside:
        """A way to the emulators past the proxies; one for each thread."""
        return Outside(self.project, self.hosts.pubsub, self.hosts.firestore)

    def moved_at(self) -> float:
        """When a message was delivered or a commit made for the last time."""
        return max(service.relay.moved_at for service in self.services.values())


@contextmanager
def own_emulators() -> Iterator[Hosts]:
    with pubsub_emulator() as pubsub, firestore_emulator() as firestore:
        yield Hosts(pubsub, firestore)


@contextmanager
def scene(
    folder: Path, hosts: Hosts, project: str, *, source: Path | None, pause: Callable[[float], None]
) -> Iterator[Scene]:
    """Both roles ready behind the proxies; they look for the worker in `source` first. Raises CannotRun."""
    topology = read_topology()
    for policy in topology["subscriptions"].values():
        policy["ack_deadline_seconds"] = ACK_DEADLINE_SECONDS
    create_topology(hosts.pubsub, project, topology=topology)
    with ExitStack() as opened:
        disk = opened.enter_context(small_disk(folder))
        clock = Clock(folder)
        loop = opened.enter_context(running_loop())
        services = {}
        for name, host in (("pubsub", hosts.pubsub), ("firestore", hosts.firestore)):
            relay = Relay(host)
            relay.open()
            opened.callback(relay.close)
            wire = Wire(relay.port, loop)
            wire.open()
            opened.callback(wire.close)
            services[name] = Service(wire, relay)
        environment = {**_environment(project, services, source or _ROOT), **clock.settings}
        roles = {
            name: [_role(name, machine, disk.folder, environment) for machine in range(count)]
            for name, count in _MACHINES.items()
        }
        everyone = [role for some in roles.values() for role in some]
        for role in everyone:
            opened.callback(role.kill)
            role.start()
        _wait_ready(everyone, pause)
        yield Scene(project, hosts, everyone, services, Injector(roles, services, disk, clock))


def _role(name: str, machine: int, disk: Path, environment: Mapping[str, str]) -> Role:
    """On a machine of its own, which has a folder here."""
    folder = disk / f"machine-{machine}"
    folder.mkdir(exist_ok=True)
    return Role(name, (sys.executable, "-m", "worker", name), environment, folder)


def _environment(project: str, services: Mapping[str, Service], source: Path) -> dict[str, str]:
    ours = ("NAMEWIRE_", "GOOGLE_", "PUBSUB_", "FIRESTORE_", "CLOUDSDK_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {
        **kept,
        "GOOGLE_CLOUD_PROJECT": project,
        "PUBSUB_EMULATOR_HOST": f"{HOST}:{services['pubsub'].wire.port}",
        "FIRESTORE_EMULATOR_HOST": f"{HOST}:{services['firestore'].wire.port}",
        "NAMEWIRE_PROCESSES": str(_CHILDREN),
        "PYTHONPATH": os.pathsep.join((str(source), str(_ROOT))),
        "no_proxy": HOST,
        "NO_PROXY": HOST,
    }


def _wait_ready(roles: Sequence[Role], pause: Callable[[float], None]) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while not all(role.ready for role in roles):
        if any(role.ends for role in roles) or time.monotonic() > deadline:
            raise CannotRun(
                "The roles did not become ready before the first fault; their logs say why.", exit_code=FAILED
            )
        pause(_POLL_SECONDS)
