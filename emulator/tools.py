"""Finds Java and Google's emulators, or says what to install."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from emulator.errors import CannotRun

_ASK_GCLOUD_SECONDS: Final = 30.0
_NO_JAVA: Final = (
    "Java is missing, which the emulators of Pub/Sub and Firestore run on. "
    "Install it (on Debian and Ubuntu: apt-get install default-jre-headless), or set JAVA_HOME to its folder."
)
_NO_GCLOUD: Final = (
    "The Google Cloud CLI (gcloud) is missing, which the emulators of Pub/Sub and Firestore come with. "
    "Install it as https://cloud.google.com/sdk/docs/install says, and put gcloud on the PATH."
)


@dataclass(frozen=True, slots=True)
class Emulator:
    """One of Google's emulators."""

    name: str
    launcher: str  # below the SDK's root
    component: str  # for gcloud components install
    package: str  # where the SDK came as a system package


PUBSUB: Final = Emulator(
    "Pub/Sub",
    "platform/pubsub-emulator/bin/cloud-pubsub-emulator",
    "pubsub-emulator",
    "google-cloud-cli-pubsub-emulator",
)
FIRESTORE: Final = Emulator(
    "Firestore",
    "platform/cloud-firestore-emulator/cloud_firestore_emulator",
    "cloud-firestore-emulator",
    "google-cloud-cli-firestore-emulator",
)


def find_java(environment: Mapping[str, str] = os.environ) -> Path:
    """The `java` that the emulators will use. Raises CannotRun."""
    home = environment.get("JAVA_HOME", "").strip()
    if home:
        java = Path(home, "bin", "java")
        if not os.access(java, os.X_OK):
            raise CannotRun(f"JAVA_HOME is {home}, but there is no {java}. Correct it, or unset it.")
        return java
    found = shutil.which("java", path=environment.get("PATH"))
    if found is None:
        raise CannotRun(_NO_JAVA)
    return Path(found)


def find_launcher(emulator: Emulator, environment: Mapping[str, str] = os.environ) -> Path:
    """The emulator's own start script. Raises CannotRun."""
    gcloud = shutil.which("gcloud", path=environment.get("PATH"))
    if gcloud is None:
        raise CannotRun(_NO_GCLOUD)
    for root in _sdk_roots(gcloud, environment):
        launcher = root / emulator.launcher
        if os.access(launcher, os.X_OK):
            return launcher
    raise CannotRun(
        f"The {emulator.name} emulator is missing from the Google Cloud CLI. Install it with "
        f"`gcloud components install {emulator.component}`, or, where gcloud came as a system package, "
        f"`apt-get install {emulator.package}`."
    )


def _sdk_roots(gcloud: str, environment: Mapping[str, str]) -> Iterator[Path]:
    """Where the SDK may be, the quick guess first; asking gcloud itself takes a second."""
    yield Path(gcloud).resolve().parent.parent
    try:
        answer = subprocess.run(
            [gcloud, "info", "--format=value(installation.sdk_root)"],
            env=dict(environment),
            capture_output=True,
            text=True,
            timeout=_ASK_GCLOUD_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return
    if answer.stdout.strip():
        yield Path(answer.stdout.strip())
