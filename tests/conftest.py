"""What every tier may use: the real emulators, a project of its own for each test, the whole house.

A missing emulator skips a test on a laptop and fails it where CI=true.
"""

import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from emulator.run import Running, run_house
from emulator.services import firestore_emulator as run_firestore
from emulator.services import pubsub_emulator as run_pubsub
from emulator.topology import create_topology
from tests.skipping import or_skip


@pytest.fixture(scope="session")
def pubsub_emulator() -> Iterator[str]:
    """`host:port` of a Pub/Sub emulator, which the environment names too."""
    with or_skip(), _named("PUBSUB_EMULATOR_HOST", run_pubsub()) as host:
        yield host


@pytest.fixture(scope="session")
def firestore_emulator() -> Iterator[str]:
    """`host:port` of a Firestore emulator, which the environment names too."""
    with or_skip(), _named("FIRESTORE_EMULATOR_HOST", run_firestore()) as host:
        yield host


@pytest.fixture
def project(pubsub_emulator: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A project that nobody used before, with topics and subscriptions; the environment names it too."""
    name = f"test-{uuid.uuid4().hex[:12]}"
    create_topology(pubsub_emulator, name)
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", name)
    return name


@pytest.fixture
def stack() -> Iterator[Running]:
    """The whole house, empty: `stack.house` has the addresses, `stack.stack` the processes."""
    with or_skip(), run_house() as running:
        yield running


@contextmanager
def _named(variable: str, service: AbstractContextManager[str]) -> Iterator[str]:
    with service as host, pytest.MonkeyPatch.context() as patch:
        patch.setenv(variable, host)
        yield host
