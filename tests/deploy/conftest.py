"""Terraform, if it is there. What is missing skips on a laptop, and fails where CI=true."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.terraform import (
    DEFAULT,
    EVERYTHING,
    SOURCE,
    Refused,
    Terraform,
    copied,
    launcher,
    run,
)
from tests.skipping import missing

Make = Callable[..., Terraform]
_NO_TERRAFORM = (
    "Terraform is not installed. Install 1.11 or newer: https://developer.hashicorp.com/terraform/install"
)
_NO_STAND_IN = (
    "There is no stand-in for the Google provider (NAMEWIRE_TF names its launcher), so nothing can be "
    "applied: the real provider would create real resources."
)


@pytest.fixture(scope="session")
def terraform_binary() -> str:
    found = shutil.which("terraform")
    if found is None:
        missing(_NO_TERRAFORM)
    return found


@pytest.fixture(scope="session")
def with_real_provider(terraform_binary: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the configuration that Terraform has fetched the real provider for."""
    folder = copied(tmp_path_factory.mktemp("real") / "terraform")
    try:
        run([terraform_binary, f"-chdir={folder}", "init", "-backend=false", "-input=false"])
    except Refused as error:
        missing(f"{_NO_STAND_IN} And the real provider cannot be fetched: {error}")
    return folder


@pytest.fixture(scope="session")
def terraform(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Makes configurations, each with a state of its own: `terraform(variables, folder=...)`."""
    request.getfixturevalue("terraform_binary")
    if launcher() is None:
        # Who has the real provider has the assertions beside the configuration; who has neither has nothing.
        request.getfixturevalue("with_real_provider")
        pytest.skip(_NO_STAND_IN)

    def make(
        variables: Mapping[str, Any] = DEFAULT, *, folder: Path = SOURCE, **environment: str
    ) -> Terraform:
        return Terraform(tmp_path_factory.mktemp("state"), folder, variables, environment)

    return make


@pytest.fixture(scope="session")
def default(terraform: Make) -> Terraform:
    """Applied with nothing but what is required. Only to be looked at."""
    return _applied(terraform(DEFAULT))


@pytest.fixture(scope="session")
def everything(terraform: Make) -> Terraform:
    """Applied with every option. Only to be looked at."""
    return _applied(terraform(EVERYTHING))


def _applied(configuration: Terraform) -> Terraform:
    configuration.apply()
    return configuration


@pytest.fixture
def checked(request: pytest.FixtureRequest, terraform_binary: str, tmp_path: Path) -> Callable[[str], str]:
    """Runs `validate` or `test`, on the stand-in or on the real provider; creates nothing with either."""
    if launcher() is not None:
        return Terraform(tmp_path / "state").run
    folder: Path = request.getfixturevalue("with_real_provider")
    return lambda command: run([terraform_binary, f"-chdir={folder}", command])
