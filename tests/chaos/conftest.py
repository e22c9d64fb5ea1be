"""The emulators, shared by the runs; each run has a project of its own."""

import pytest

from emulator.chaos.scene import Hosts


@pytest.fixture(scope="session")
def hosts(pubsub_emulator: str, firestore_emulator: str) -> Hosts:
    return Hosts(pubsub_emulator, firestore_emulator)
