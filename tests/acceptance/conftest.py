"""A database client and the two roles, on the emulators."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from google.cloud import firestore

from tests.acceptance.roles import Role, running


@pytest.fixture
def client(project: str, firestore_emulator: str) -> Iterator[firestore.Client]:
    assert firestore_emulator  # named by the environment, where the client looks
    client = firestore.Client(project=project)
    yield client
    client.close()


@pytest.fixture
def roles(project: str, firestore_emulator: str, tmp_path: Path) -> Iterator[tuple[Role, Role]]:
    assert [project, firestore_emulator]  # both must be there first
    with running("work", tmp_path) as work, running("write", tmp_path) as write:
        for role in (work, write):
            role.wait_ready()
        yield work, write
