"""What is not installed skips a test on a laptop and fails it where CI=true."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import pytest

from emulator.errors import COULD_NOT_START, CannotRun


@contextmanager
def or_skip() -> Iterator[None]:
    """Around what raises CannotRun when something is missing."""
    try:
        yield
    except CannotRun as error:
        if error.exit_code == COULD_NOT_START and not _is_ci():
            pytest.skip(str(error))
        raise


def missing(what: str) -> NoReturn:
    """Says what a test would need."""
    if _is_ci():
        pytest.fail(what)
    pytest.skip(what)


def _is_ci() -> bool:
    return os.environ.get("CI", "").strip().lower() in ("true", "1")
