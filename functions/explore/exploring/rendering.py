"""Templates, which escape everything, and the few ways in which values are written for people."""

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import jinja2

from exploring.assets import asset_path
from exploring.labels import KNOWN, label_of
from exploring.periods import PERIODS

_TITLE_CHARS: Final = 180
_NAME_CHARS: Final = 80
_SCHEMES: Final = frozenset({"http", "https"})


def make_environment() -> jinja2.Environment:
    """Everything is escaped, whatever the file is called; a misspelt name is an error, not an empty place."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("exploring"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(
        number=number,
        day=day_text,
        clock=clock_text,
        iso=iso_text,
        short=shorten,
        short_name=lambda text: shorten(visible(text), _NAME_CHARS),
        visible=visible,
        label=label_of,
        web=web_address,
        host=host_of,
        segment=segment,
        percent=lambda part, whole: f"{100 * part / whole:.1f}" if whole else "0",
    )
    environment.globals.update(
        asset=asset_path, known_labels=KNOWN, periods=list(PERIODS.values()), link=link
    )
    return environment


def number(value: int) -> str:
    return f"{value:,}"


def day_text(value: str | None) -> str:
    if not value:
        return "–"
    moment = date.fromisoformat(value)
    return f"{moment.day} {moment:%b} {moment.year:04}"


def clock_text(value: datetime) -> str:
    return f"{value:%H:%M:%S} UTC"


def iso_text(value: datetime) -> str:
    return value.isoformat(timespec="seconds").replace("+00:00", "Z")


def shorten(text: str, most: int = _TITLE_CHARS) -> str:
    """Cut with a mark at the end; the whole text stands on the article's own page."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def visible(text: str) -> str:
    """The text; where nothing of it can be seen, such as a joiner alone, its code points."""
    if any(not unicodedata.category(char).startswith(("C", "Z", "M")) for char in text):
        return text
    return " ".join(f"U+{ord(char):04X}" for char in text[:_NAME_CHARS]) or "–"


def web_address(url: Any) -> str | None:
    """The address if a browser may follow it: http or https, with a host; never `javascript:`."""
    if not isinstance(url, str) or any(char <= " " or char == "\x7f" for char in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme.lower() in _SCHEMES and parts.netloc else None


def host_of(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]


def segment(text: str) -> str:
    """A part of a path."""
    return quote(text, safe="")


def link(path: str, **parameters: Any) -> str:
    """An address with those parameters that say something."""
    said: Mapping[str, Any] = {key: value for key, value in parameters.items() if value not in (None, "")}
    return f"{path}?{urlencode(said)}" if said else path
