"""What a command tells the person at the terminal instead of a traceback."""

from typing import Final

FAILED: Final = 1
USAGE: Final = 2


class Trouble(Exception):
    """Raised with a whole sentence that says what is wrong and what to do about it."""

    def __init__(self, message: str, *, exit_code: int = FAILED) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class Interrupted(Exception):
    """Raised between two steps of a command after a signal has asked it to stop."""

    def __init__(self, number: int) -> None:
        super().__init__(f"stopped by signal {number}")
        self.number = number

    @property
    def exit_code(self) -> int:
        """As shells count it: 130 after Ctrl-C, 143 after TERM."""
        return 128 + self.number
