"""Where a list goes on: the values of its last line, opaque to callers, not trusted when they come back."""

import base64
import binascii
import json
from datetime import datetime
from typing import Any, Final

from contract.timestamps import is_day
from exploring.errors import BadQuestion

_CHARS: Final = 600
_BAD: Final = "is none that a list of this API gave; begin anew without it"


def encode(*values: str | int | datetime) -> str:
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def decode_ranked(text: str, field: str) -> dict[str, Any]:
    """After a document with this number. Raises BadQuestion."""
    number, name = _values(text, (int, str))
    return {field: number, "__name__": _id(name)}


def decode_dated(text: str) -> dict[str, Any]:
    """After an article of this day, received then. Raises BadQuestion."""
    day, received, name = _values(text, (str, str, str))
    if not is_day(day):
        raise BadQuestion("cursor", _BAD)
    return {"day": day, "received_at": _moment(received), "__name__": _id(name)}


def decode_received(text: str) -> dict[str, Any]:
    """After an article received then. Raises BadQuestion."""
    received, name = _values(text, (str, str))
    return {"received_at": _moment(received), "__name__": _id(name)}


def _values(text: str, kinds: tuple[type, ...]) -> list[Any]:
    if len(text) > _CHARS:
        raise BadQuestion("cursor", _BAD)
    try:
        values = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise BadQuestion("cursor", _BAD) from error
    if not isinstance(values, list) or [type(value) for value in values] != list(kinds):
        raise BadQuestion("cursor", _BAD)
    return values


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadQuestion("cursor", _BAD) from error
    if moment.tzinfo is None:
        raise BadQuestion("cursor", _BAD)
    return moment


def _id(name: str) -> str:
    if not name or "/" in name or name in (".", "..") or name.startswith("__") or len(name.encode()) > 1_500:
        raise BadQuestion("cursor", _BAD)
    return name
