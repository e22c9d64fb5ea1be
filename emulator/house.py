"""The whole house on one machine: which parts it has, and the environment that leads to it."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from emulator.errors import CannotRun
from emulator.ports import HOST, answers, choose_port
from emulator.services import firestore_part, pubsub_part
from emulator.stack import Part
from emulator.topology import create_topology, read_topology

PROJECT: Final = "namewire-local"
_ROOT: Final = Path(__file__).resolve().parent.parent
# A role drains within 25 s of being asked.
_ROLE_GRACE_SECONDS: Final = 27.0
_FUNCTION_GRACE_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports that somebody insists on; None is any free one."""

    pubsub: int | None = None
    firestore: int | None = None
    publish: int | None = None
    explore: int | None = None
    metrics: int | None = None


@dataclass(frozen=True, slots=True)
class House:
    """Where everything will answer, and what has to be started for that."""

    project: str
    pubsub_host: str
    firestore_host: str
    publish_url: str
    explore_url: str
    metrics_url: str
    run_dir: Path
    parts: tuple[Part, ...] = field(default=(), repr=False)

    @property
    def settings(self) -> dict[str, str]:
        """The environment that makes our programs, Google's libraries and gcloud talk to this house."""
        return {
            **_settings(self.project, self.pubsub_host, self.firestore_host, self.run_dir),
            "NAMEWIRE_PUBLISH_URL": self.publish_url,
            "NAMEWIRE_EXPLORE_URL": self.explore_url,
            "CLOUDSDK_CORE_PROJECT": self.project,
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_PUBSUB": f"http://{self.pubsub_host}/",
            "CLOUDSDK_AUTH_DISABLE_CREDENTIALS": "true",
        }


def plan_house(
    run_dir: Path,
    *,
    ports: Ports | None = None,
    project: str = PROJECT,
    environment: Mapping[str, str] = os.environ,
) -> House:
    """Chooses ports and finds everything that will be needed. Raises CannotRun; starts nothing."""
    pubsub, firestore, publish, explore, metrics = _choose_ports(ports or Ports())
    settings = _settings(project, f"{HOST}:{pubsub}", f"{HOST}:{firestore}", run_dir)
    publish_url = f"http://{HOST}:{publish}/"
    topology = read_topology()
    parts = (
        firestore_part(firestore, environment),
        pubsub_part(
            pubsub, environment, then=lambda: create_topology(f"{HOST}:{pubsub}", project, topology=topology)
        ),
        _role("write", settings, run_dir, after=("pubsub", "firestore")),
        _role("work", settings, run_dir, after=("pubsub",)),
        _function("publish", publish, settings),
        _function("explore", explore, {**settings, "NAMEWIRE_PUBLISH_URL": publish_url}),
        _metrics(metrics, settings),
    )
    return House(
        project=project,
        pubsub_host=f"{HOST}:{pubsub}",
        firestore_host=f"{HOST}:{firestore}",
        publish_url=publish_url,
        explore_url=f"http://{HOST}:{explore}/",
        metrics_url=f"http://{HOST}:{metrics}/metrics",
        run_dir=run_dir,
        parts=parts,
    )


def _choose_ports(wanted: Ports) -> tuple[int, ...]:
    chosen: list[int] = []
    for port, what, option in (
        (wanted.pubsub, "the Pub/Sub emulator", "--port-pubsub"),
        (wanted.firestore, "the Firestore emulator", "--port-firestore"),
        (wanted.publish, "the publish function", "--port-publish"),
        (wanted.explore, "the explorer", "--port-explore"),
        (wanted.metrics, "the metrics", "--port-metrics"),
    ):
        chosen.append(choose_port(port, what=what, option=option, besides=chosen))
    return tuple(chosen)


def _settings(project: str, pubsub_host: str, firestore_host: str, run_dir: Path) -> dict[str, str]:
    return {
        "GOOGLE_CLOUD_PROJECT": project,
        "PUBSUB_EMULATOR_HOST": pubsub_host,
        "FIRESTORE_EMULATOR_HOST": firestore_host,
        "NAMEWIRE_RUN_DIR": str(run_dir),
    }


def _role(name: str, settings: Mapping[str, str], run_dir: Path, *, after: tuple[str, ...]) -> Part:
    return Part(
        name=name,
        command=(sys.executable, "-m", "worker", name),
        environment={**settings, "PYTHONPATH": str(_ROOT), **_no_proxy()},
        ready=(run_dir / f"{name}.ready").exists,
        after=after,
        grace_seconds=_ROLE_GRACE_SECONDS,
    )


def _metrics(port: int, settings: Mapping[str, str]) -> Part:
    """What the processes of both roles have counted, on one port."""
    return Part(
        name="metrics",
        command=(sys.executable, "-m", "worker.metrics", "--host", HOST, "--port", str(port)),
        environment={**settings, "PYTHONPATH": str(_ROOT), **_no_proxy()},
        ready=lambda: answers(port, "/metrics"),
    )


def _function(name: str, port: int, settings: Mapping[str, str]) -> Part:
    """A function under the framework's own server, as the cloud runs it."""
    source = _ROOT / "functions" / name / "main.py"
    if not source.is_file():
        raise CannotRun(
            f"The function {name} is missing; it should be at {source}. "
            "Functions come with the repository, not with the installed package: run from a checkout."
        )
    where = ("--source", str(source), "--target", name, "--host", HOST, "--port", str(port))
    return Part(
        name=name,
        command=(sys.executable, "-m", "functions_framework", *where),
        environment={**settings, "PYTHONPATH": str(_ROOT), **_no_proxy()},
        ready=lambda: answers(port, "/healthz"),
        grace_seconds=_FUNCTION_GRACE_SECONDS,
    )


def _no_proxy() -> dict[str, str]:
    """gRPC would otherwise go through a proxy even to this machine."""
    return {name: f"{os.environ.get(name, '')},{HOST}".lstrip(",") for name in ("no_proxy", "NO_PROXY")}
