"""Machines: a bare one, one that has booted once with the real release, and copies of both."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from delivery.release import build_wheel, pack
from tests.deploy.vm.cloud import Cloud, serving
from tests.deploy.vm.debian import make_debian
from tests.deploy.vm.machine import Machine, Outcome
from tests.deploy.vm.releases import pip_of, small_release
from tests.skipping import or_skip

RELEASE = "gs://test-releases/namewire/release 1.tar"  # a name that needs care in an address


@dataclass
class FirstBoot:
    """A machine after its first boot, and how that went."""

    machine: Machine
    cloud: Cloud
    outcome: Outcome


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Debian and nothing of ours."""
    machine = Machine(tmp_path_factory.mktemp("bare") / "root")
    with or_skip():
        make_debian(machine.root)
    yield machine
    machine.remove()


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The real one, made from this working copy."""
    folder = tmp_path_factory.mktemp("release")
    target = folder / "release.tar"
    pack(target, wheel=build_wheel(folder))
    return target.read_bytes()


@pytest.fixture(scope="session")
def first_boot(
    bare: Machine, release: bytes, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FirstBoot]:
    """Only to look at, or to run again as it is."""
    machine = Machine.like(bare, tmp_path_factory.mktemp("first") / "root")
    with serving(Cloud()) as cloud:
        offer(cloud, release)
        yield FirstBoot(machine, cloud, machine.start_up(cloud))
    machine.remove()


@pytest.fixture
def machine(bare: Machine, tmp_path: Path) -> Iterator[Machine]:
    """A bare machine for one test."""
    machine = Machine.like(bare, tmp_path / "root")
    yield machine
    machine.remove()


@pytest.fixture
def cloud(release: bytes) -> Iterator[Cloud]:
    """A cloud that offers a small release, which installs in seconds."""
    with serving(Cloud()) as cloud:
        offer(cloud, small_release("1.0", pip_of(release)))
        yield cloud


@pytest.fixture
def next_release(release: bytes) -> bytes:
    """Another small one."""
    return small_release("2.0", pip_of(release))


def offer(cloud: Cloud, release: bytes, address: str = RELEASE) -> None:
    """Names the release in the metadata and puts it where they say."""
    cloud.objects[address] = release
    cloud.attributes.update(
        {
            "namewire-release": address,
            "namewire-release-sha256": hashlib.sha256(release).hexdigest(),
            "namewire-model": cloud.attributes.get("namewire-model", ""),
            "namewire-environment": "GOOGLE_CLOUD_PROJECT=test\nNAMEWIRE_PROCESSES=2",
            "namewire-logging": "journal",
        }
    )
