"""Google's two emulators, one at a time: what tests need, and the first two parts of the whole house."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from emulator import tools
from emulator.ports import HOST, answers, choose_port
from emulator.stack import Part, Stack

GRACE_SECONDS: Final = 5.0  # emulators keep everything in memory: there is nothing to save


def pubsub_part(
    port: int, environment: Mapping[str, str] = os.environ, *, then: Callable[[], None] = lambda: None
) -> Part:
    """Google's Pub/Sub emulator on this port. Raises CannotRun when something is not installed."""
    launcher = _launcher(tools.PUBSUB, environment)
    part = _part("pubsub", (launcher, f"--host={HOST}", f"--port={port}"), port)
    return replace(part, then=then)


def firestore_part(port: int, environment: Mapping[str, str] = os.environ) -> Part:
    """Google's Firestore emulator on this port. Raises CannotRun when something is not installed."""
    launcher = _launcher(tools.FIRESTORE, environment)
    java = str(tools.find_java(environment))
    # Its script takes Java from this variable, and knows no JAVA_HOME.
    return _part("firestore", (launcher, "start", f"--host={HOST}", f"--port={port}"), port, {"JAVA": java})


@contextmanager
def pubsub_emulator(port: int | None = None) -> Iterator[str]:
    """A running Pub/Sub emulator; its `host:port`. Raises CannotRun."""
    with _alone(pubsub_part(chosen := choose_port(port, what="Pub/Sub", option="another port"))):
        yield f"{HOST}:{chosen}"


@contextmanager
def firestore_emulator(port: int | None = None) -> Iterator[str]:
    """A running Firestore emulator; its `host:port`. Raises CannotRun."""
    with _alone(firestore_part(chosen := choose_port(port, what="Firestore", option="another port"))):
        yield f"{HOST}:{chosen}"


@contextmanager
def _alone(part: Part) -> Iterator[None]:
    with (
        tempfile.TemporaryDirectory(prefix="namewire-") as folder,
        Stack([part], run_dir=Path(folder), environment=os.environ),
    ):
        yield


def _launcher(emulator: tools.Emulator, environment: Mapping[str, str]) -> str:
    tools.find_java(environment)
    return str(tools.find_launcher(emulator, environment))


def _part(
    name: str, command: tuple[str, ...], port: int, environment: Mapping[str, str] | None = None
) -> Part:
    return Part(
        name=name,
        command=command,
        environment=environment or {},
        ready=lambda: answers(port),
        grace_seconds=GRACE_SECONDS,
        whole_group=True,
        shows_warnings=False,  # they complain about Java, and about being probed
    )
