"""What an address asks for: its parameters, checked. Raises BadQuestion for what cannot be meant."""

import re
from typing import Final

import flask

from contract.timestamps import is_day
from exploring.errors import BadQuestion, NotThere
from exploring.finding import TYPED_CHARS
from exploring.sources import is_key

_LABEL: Final = re.compile(r"[^\W\d_][\w.-]{0,63}")
_ENTITY: Final = re.compile(r"[0-9a-f]{24}", re.ASCII)
MOST: Final = 100


def text_of(request: flask.Request, name: str) -> str | None:
    """None where it is not there, or blank."""
    return request.args.get(name, "").strip() or None


def label_in(request: flask.Request) -> str | None:
    text = text_of(request, "label")
    if text is not None and not _LABEL.fullmatch(text):
        raise BadQuestion("label", "must be a kind of names, such as PERSON")
    return text.upper() if text else None


def day_in(request: flask.Request) -> str | None:
    text = text_of(request, "day")
    if text is not None and not is_day(text):
        raise BadQuestion("day", "must be a UTC date such as 2026-11-24")
    return text


def key_in(request: flask.Request) -> str | None:
    text = text_of(request, "publication")
    if text is not None and not is_key(text):
        raise BadQuestion("publication", "must be the key of a publication, such as daily-planet")
    return text


def limit_in(request: flask.Request, default: int) -> int:
    return _whole(request, "limit", default, MOST)


def part_in(request: flask.Request) -> int:
    return _whole(request, "part", 1, 10_000)


def typed_in(request: flask.Request) -> str:
    """What is looked for, cut where nobody types on."""
    return " ".join(request.args.get("q", "")[:TYPED_CHARS].split())


def entity_in(path: str) -> str:
    """Raises NotThere for what cannot be the id of a name."""
    if not _ENTITY.fullmatch(path):
        raise NotThere("There is no such name: an id has 24 hexadecimal digits.")
    return path


def _whole(request: flask.Request, name: str, default: int, most: int) -> int:
    text = text_of(request, name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most):
        raise BadQuestion(name, f"must be a whole number from 1 to {most:,}")
    return int(text)
