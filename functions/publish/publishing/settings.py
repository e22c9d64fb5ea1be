"""What the publish function takes from its environment, and a clear sentence for what is wrong with it."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from contract import limits
from telemetry.logs import FORMATS
from telemetry.tracing import TelemetryError, check

PUBLISH_TIMEOUT_SECONDS: Final = 10.0
# For the framework's THREADS. Its own default, four a core, is for work on the CPU; ours mostly waits for
# Pub/Sub, and while one half waits for a call the other reads what the next one carries. More only queue
# for the interpreter's lock: with 32 a request costs a tenth more CPU.
THREADS: Final = 16
# A caller that waits longer than this has been cut off by the platform already.
_LONGEST_TIMEOUT_SECONDS: Final = 300.0
# A message cannot hold more, whatever the setting says.
_MOST_CONTENT_CHARS: Final = limits.MESSAGE_BYTES
_LEVELS: Final = ("debug", "info", "warning", "error")
_PROJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:_-]*")


class SettingsError(Exception):
    """The function cannot start as it is configured."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs between one deployment and another."""

    project: str
    emulator: str | None = None
    content_chars: int = limits.CONTENT_CHARS
    publish_timeout: float = PUBLISH_TIMEOUT_SECONDS
    api_keys: tuple[str, ...] = field(default=(), repr=False)
    log_level: str = "info"
    log_format: str = "auto"


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings in the environment; a blank one counts as not set. Raises SettingsError."""
    try:
        check(environ)
    except TelemetryError as error:
        raise SettingsError(str(error).rstrip(".")) from error
    return Settings(
        project=_project(environ),
        emulator=_text(environ, "PUBSUB_EMULATOR_HOST"),
        content_chars=_content_chars(environ),
        publish_timeout=_publish_timeout(environ),
        api_keys=_api_keys(environ),
        log_level=_choice(environ, "NAMEWIRE_LOG_LEVEL", "info", _LEVELS),
        log_format=_choice(environ, "NAMEWIRE_LOG_FORMAT", "auto", FORMATS),
    )


def _text(environ: Mapping[str, str], name: str) -> str | None:
    return environ.get(name, "").strip() or None


def _choice(environ: Mapping[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
    text = (_text(environ, name) or default).lower()
    if text not in allowed:
        raise SettingsError(f"{name} is {text!r}; it must be one of {', '.join(allowed)}")
    return text


def _project(environ: Mapping[str, str]) -> str:
    text = _text(environ, "GOOGLE_CLOUD_PROJECT")
    if text is None:
        raise SettingsError(
            "GOOGLE_CLOUD_PROJECT is not set; set it to the project that holds the articles topic"
        )
    if _PROJECT.fullmatch(text) is None:
        raise SettingsError(f"GOOGLE_CLOUD_PROJECT is {text!r}, which is not a project id")
    return text


def _content_chars(environ: Mapping[str, str]) -> int:
    name = "NAMEWIRE_MAX_CONTENT_CHARS"
    text = _text(environ, name)
    if text is None:
        return limits.CONTENT_CHARS
    if re.fullmatch(r"[0-9]{1,9}", text) is None or not 1 <= int(text) <= _MOST_CONTENT_CHARS:
        raise SettingsError(f"{name} is {text!r}; it must be a whole number from 1 to {_MOST_CONTENT_CHARS}")
    return int(text)


def _publish_timeout(environ: Mapping[str, str]) -> float:
    name = "NAMEWIRE_PUBLISH_TIMEOUT"
    text = _text(environ, name)
    if text is None:
        return PUBLISH_TIMEOUT_SECONDS
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= _LONGEST_TIMEOUT_SECONDS:
        raise SettingsError(
            f"{name} is {text!r}; it must be seconds, more than 0 and at most {_LONGEST_TIMEOUT_SECONDS:g}"
        )
    return seconds


def _api_keys(environ: Mapping[str, str]) -> tuple[str, ...]:
    text = _text(environ, "NAMEWIRE_API_KEYS")
    if text is None:
        return ()
    keys = tuple(key for key in (part.strip() for part in text.split(",")) if key)
    if not keys:
        # Commas only: somebody meant to close the door, so it does not stay open.
        raise SettingsError("NAMEWIRE_API_KEYS holds no key; separate keys by commas, or leave it unset")
    return keys
