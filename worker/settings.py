"""Every setting of the worker, read from the environment in one place and checked before anything starts."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from contract import limits
from contract.entities import UNCOUNTED_LABELS
from telemetry.logs import FORMATS
from worker.exits import CannotStart

T = TypeVar("T")

# Cloud Run, systemd and the instance group all give at least 30 s after TERM.
DRAIN_SECONDS: Final = 25.0
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says; `HELP` lists the names."""

    project: str
    processes: int
    model: str
    models: Mapping[str, str]
    other_languages: str
    engine: str
    batch_words: int
    batch_messages: int
    batch_seconds: float
    commit_writes: int
    commit_seconds: float
    content_chars: int
    message_content: bool
    store_content: bool
    uncounted_labels: frozenset[str]
    child_megabytes: int
    stall_seconds: float
    run_dir: str
    log_level: str
    log_format: str


HELP: Final = """\
GOOGLE_CLOUD_PROJECT        the project (required)
PUBSUB_EMULATOR_HOST, FIRESTORE_EMULATOR_HOST
                            host:port of the emulators, instead of the cloud
NAMEWIRE_PROCESSES          NER processes (one per core)
NAMEWIRE_MODEL              spaCy package or path (the embedded pipeline)
NAMEWIRE_MODELS             pipelines by language, "en=,de=de_core_news_md"; blank is the embedded one (none:
                            NAMEWIRE_MODEL reads all). What an article does not declare is detected
NAMEWIRE_OTHER_LANGUAGES    articles in other languages: default (read by NAMEWIRE_MODEL) or dead (default)
NAMEWIRE_ENGINE             auto: the fast engine where it knows the pipeline, else spaCy; fast; spacy (auto)
NAMEWIRE_BATCH_WORDS        words in a batch of the role work (8000)
NAMEWIRE_BATCH_MESSAGES     messages in a batch of the role work (16)
NAMEWIRE_BATCH_SECONDS      longest wait for a batch to fill (0.02)
NAMEWIRE_COMMIT_WRITES      document writes in a commit (500)
NAMEWIRE_COMMIT_SECONDS     longest wait for a commit to fill while articles flow (1)
NAMEWIRE_MAX_CONTENT_CHARS  longest content accepted (100000)
NAMEWIRE_MESSAGE_CONTENT    whether entity messages carry the content (true)
NAMEWIRE_STORE_CONTENT      whether article documents carry the content (true)
NAMEWIRE_UNCOUNTED_LABELS   labels found but not counted (DATE,TIME,MONEY,...)
NAMEWIRE_CHILD_MEGABYTES    resident size at which a child is replaced (600)
NAMEWIRE_STALL_SECONDS      longest time without progress before a child is replaced (180); below 60 it meets
                            those that wait for an answer of Google's
NAMEWIRE_RUN_DIR            folder for status files (none are written without it)
NAMEWIRE_LOG_LEVEL          debug, info, warning or error (info)
NAMEWIRE_LOG_FORMAT         json: an object a line, as Cloud Logging reads it; text: for people, coloured on a
                            terminal; auto: text on a terminal and where an emulator is set, else json (auto)
OTEL_TRACES_EXPORTER, OTEL_METRICS_EXPORTER
                            otlp, gcp (Google Cloud's OTLP address), console or none (none; otlp where
                            OTEL_EXPORTER_OTLP_ENDPOINT is set); the other OTEL_* variables of OpenTelemetry
"""


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings, with defaults. Raises CannotStart naming the variable that is wrong."""
    read = _Reader(environment)
    return Settings(
        project=read.required("GOOGLE_CLOUD_PROJECT"),
        processes=read.number("NAMEWIRE_PROCESSES", os.cpu_count() or 1, low=1, high=512),
        model=read.text("NAMEWIRE_MODEL", ""),
        models=read.models("NAMEWIRE_MODELS"),
        other_languages=read.choice("NAMEWIRE_OTHER_LANGUAGES", "default", ("default", "dead")),
        engine=read.choice("NAMEWIRE_ENGINE", "auto", ("auto", "fast", "spacy")),
        batch_words=read.number("NAMEWIRE_BATCH_WORDS", 8_000, low=1, high=1_000_000),
        batch_messages=read.number("NAMEWIRE_BATCH_MESSAGES", 16, low=1, high=1_000),
        batch_seconds=read.seconds("NAMEWIRE_BATCH_SECONDS", 0.02, high=10),
        commit_writes=read.number("NAMEWIRE_COMMIT_WRITES", 500, low=1, high=5_000),
        commit_seconds=read.seconds("NAMEWIRE_COMMIT_SECONDS", 1.0, high=20),
        content_chars=read.number(
            "NAMEWIRE_MAX_CONTENT_CHARS", limits.CONTENT_CHARS, low=1, high=limits.MESSAGE_BYTES
        ),
        message_content=read.truth("NAMEWIRE_MESSAGE_CONTENT", default=True),
        store_content=read.truth("NAMEWIRE_STORE_CONTENT", default=True),
        uncounted_labels=read.labels("NAMEWIRE_UNCOUNTED_LABELS", UNCOUNTED_LABELS),
        child_megabytes=read.number("NAMEWIRE_CHILD_MEGABYTES", 600, low=100, high=1_000_000),
        stall_seconds=read.seconds("NAMEWIRE_STALL_SECONDS", 180.0, low=1, high=3_600),
        run_dir=read.text("NAMEWIRE_RUN_DIR", ""),
        log_level=read.choice("NAMEWIRE_LOG_LEVEL", "info", ("debug", "info", "warning", "error")),
        log_format=read.choice("NAMEWIRE_LOG_FORMAT", "auto", FORMATS),
    )


class _Reader:
    """Typed look-ups; a blank variable counts as not set, except where blank has a meaning."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def text(self, name: str, default: str) -> str:
        return self._environment.get(name, "").strip() or default

    def required(self, name: str) -> str:
        value = self.text(name, "")
        if not value:
            raise CannotStart(
                f"{name} is not set. Set it to the Google Cloud project (any name for emulators)."
            )
        return value

    def number(self, name: str, default: int, *, low: int, high: int) -> int:
        return self._bounded(name, default, int, low=low, high=high, what="a whole number")

    def seconds(self, name: str, default: float, *, low: float = 0.0, high: float) -> float:
        return self._bounded(name, default, float, low=low, high=high, what="a number of seconds")

    def truth(self, name: str, *, default: bool) -> bool:
        words = ("true", "1", "yes", "on", "false", "0", "no", "off")
        return self.choice(name, "true" if default else "false", words) in words[:4]

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name, default).lower()
        if value not in allowed:
            raise CannotStart(f"{name} is {value!r}; it must be one of {', '.join(allowed)}.")
        return value

    def labels(self, name: str, default: frozenset[str]) -> frozenset[str]:
        """A comma-separated list; set but empty means that every label counts."""
        value = self._environment.get(name)
        if value is None:
            return default
        return frozenset(label.strip() for label in value.split(",") if label.strip())

    def models(self, name: str) -> dict[str, str]:
        """`LANGUAGE=PIPELINE` separated by commas; the language in lower case, the pipeline may be blank."""
        found: dict[str, str] = {}
        for item in self.text(name, "").split(","):
            language, equals, pipeline = (part.strip() for part in item.partition("="))
            if not item.strip():
                continue
            if not equals or _LANGUAGE.fullmatch(language) is None or language.lower() in found:
                raise CannotStart(
                    f"{name} holds {item.strip()!r}; it must be language tags with pipelines, each once, "
                    'such as "en=en_core_web_md,de=/models/de".'
                )
            found[language.lower()] = pipeline
        return found

    def _bounded(self, name: str, default: T, parse: Callable[[str], T], *, low: T, high: T, what: str) -> T:
        text = self.text(name, "")
        if not text:
            return default
        try:
            value = parse(text)
        except ValueError:
            value = None
        # `not low <= value` instead of `value < low`, so that NaN is refused.
        if value is None or not low <= value <= high:  # type: ignore[operator]
            raise CannotStart(f"{name} is {text!r}; it must be {what} from {low} to {high}.")
        return value
