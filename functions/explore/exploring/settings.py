"""What the explorer takes from its environment, and a clear sentence for what is wrong with it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from telemetry.logs import FORMATS
from telemetry.tracing import TelemetryError, check

# For the framework's THREADS: as many requests at once as Terraform lets in. They wait for Firestore, mostly.
THREADS: Final = 16
_LEVELS: Final = ("debug", "info", "warning", "error")
_PROJECT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:_-]*")
_URL: Final = re.compile(r"https?://[^\s'\"\\<>]+")


class SettingsError(Exception):
    """The function cannot start as it is configured."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs between one deployment and another."""

    project: str
    publish_url: str | None = None  # shown to those who have no articles yet
    log_level: str = "info"
    log_format: str = "auto"


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings in the environment; a blank one counts as not set. Raises SettingsError."""
    project = _text(environ, "GOOGLE_CLOUD_PROJECT")
    if project is None:
        raise SettingsError("GOOGLE_CLOUD_PROJECT is not set; set it to the project that holds the database")
    if _PROJECT.fullmatch(project) is None:
        raise SettingsError(f"GOOGLE_CLOUD_PROJECT is {project!r}, which is not a project id")
    try:
        check(environ)
    except TelemetryError as error:
        raise SettingsError(str(error).rstrip(".")) from error
    return Settings(
        project,
        _publish_url(environ),
        log_level=_choice(environ, "NAMEWIRE_LOG_LEVEL", "info", _LEVELS),
        log_format=_choice(environ, "NAMEWIRE_LOG_FORMAT", "auto", FORMATS),
    )


def _publish_url(environ: Mapping[str, str]) -> str | None:
    text = _text(environ, "NAMEWIRE_PUBLISH_URL")
    if text is not None and _URL.fullmatch(text) is None:
        raise SettingsError(f"NAMEWIRE_PUBLISH_URL is {text!r}, which is no address that begins with http")
    return text


def _choice(environ: Mapping[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
    text = (_text(environ, name) or default).lower()
    if text not in allowed:
        raise SettingsError(f"{name} is {text!r}; it must be one of {', '.join(allowed)}")
    return text


def _text(environ: Mapping[str, str], name: str) -> str | None:
    return environ.get(name, "").strip() or None
