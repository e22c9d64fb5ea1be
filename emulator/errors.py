"""Why the local house cannot run, in sentences that say what to install or to change."""

from typing import Final

FAILED: Final = 1
# As the worker uses it: starting again would not help, something has to be installed or changed first.
COULD_NOT_START: Final = 78


class CannotRun(Exception):
    """Raised when the house cannot start, or cannot go on; the text is for the person at the terminal."""

    def __init__(self, message: str, *, exit_code: int = COULD_NOT_START) -> None:
        super().__init__(message)
        self.exit_code = exit_code
