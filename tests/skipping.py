"""What is not installed skips a test on a laptop and fails it where CI=true."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from emulator.errors import COULD_NOT_START, CannotRun


@contextmanager
def or_skip() -> Iterator[None]:
    """Around what raises CannotRun when something is missing."""
    try:
        yield
    except CannotRun as error:
        is_laptop = os.environ.get("CI", "").strip().lower() not in ("true", "1")
        if error.exit_code == COULD_NOT_START and is_laptop:
            pytest.skip(str(error))
        raise
