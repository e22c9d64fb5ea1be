"""One error type for everything that comes in from outside and is not what was agreed."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing that is wrong, and where: `field` is the name in the design, `body` for the whole."""

    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message}"


class InvalidMessage(Exception):
    """An article or entity message that can never be accepted as it is, with each reason."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(str(error) for error in self.errors))

    @classmethod
    def of(cls, field: str, message: str) -> "InvalidMessage":
        return cls([FieldError(field, message)])
