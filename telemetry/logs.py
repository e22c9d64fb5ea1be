"""Log lines on standard error: JSON for Cloud Logging, or sentences for people.

Never article text, keys or environment: a traceback is shown without the exception's own words.
"""

import json
import logging
import os
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from copy import copy
from types import TracebackType
from typing import Any, Final, TextIO

from telemetry.context import TRACEPARENT, ids_in
from telemetry.events import EVENT, FIELDS, event

FORMATS: Final = ("auto", "json", "text")
_EMULATORS: Final = ("PUBSUB_EMULATOR_HOST", "FIRESTORE_EMULATOR_HOST")
_GOOGLE: Final = "logging.googleapis.com"
_COLOURS: Final = {"DEBUG": "2", "INFO": "32", "WARNING": "33", "ERROR": "31", "CRITICAL": "1;31"}
# What moves a cursor or colours a screen, should somebody else's words have it.
_TAMED: Final = {n: f"\\x{n:02x}" for n in (*range(9), *range(11, 32), *range(127, 160))}
_OTHERS: Final = "log"  # the event of a line that names none: of a library
_TRACEBACK_CHARS: Final = 16_000  # an entry may have 256 KB
log = logging.getLogger(__name__)


def set_up_logging(level: str, *, name: str, form: str = "auto", environment: Mapping[str, str]) -> None:
    """Everything to standard error, whoever logs; what ends a thread or the program too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(form, name=name, environment=environment, stream=sys.stderr))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    sys.excepthook = _report
    threading.excepthook = lambda thrown: _report(
        thrown.exc_type, thrown.exc_value or thrown.exc_type(), thrown.exc_traceback
    )


def complain(name: str, text: str) -> None:
    """Why a program cannot start: a plain line for people, an entry where machines read."""
    handlers = logging.getLogger().handlers
    if handlers and isinstance(handlers[0].formatter, JsonFormatter):
        log.critical("%s", text, extra=event("cannot_start"))
    else:
        sys.stderr.write(f"namewire {name}: {text}\n")


def formatter(form: str, *, name: str, environment: Mapping[str, str], stream: TextIO) -> logging.Formatter:
    """The formatter for a value of NAMEWIRE_LOG_FORMAT."""
    if form == "auto":
        form = "text" if stream.isatty() or any(map(environment.get, _EMULATORS)) else "json"
    if form == "json":
        return JsonFormatter(name, environment.get("GOOGLE_CLOUD_PROJECT", ""))
    return TextFormatter(name, coloured=stream.isatty() and not environment.get("NO_COLOR"))


class TextFormatter(logging.Formatter):
    """Time, program, level, sentence."""

    def __init__(self, name: str, *, coloured: bool = False) -> None:
        super().__init__(f"%(asctime)sZ {name}[%(process)d] %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S")
        self.converter = time.gmtime
        self._coloured = coloured

    def format(self, record: logging.LogRecord) -> str:
        if record.exc_text:
            record = copy(record)
            record.exc_text = None  # another handler's, with words
        return super().format(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's own name
        return without_words(ei[1])

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        line = super().formatMessage(record).translate(_TAMED)
        if not self._coloured:
            return line
        head, level, rest = line.partition(f" {record.levelname} ")
        return f"\x1b[2m{head}\x1b[0m \x1b[{_COLOURS.get(record.levelname, '0')}m{level[1:-1]}\x1b[0m {rest}"


class JsonFormatter(logging.Formatter):
    """One object a line, with the fields that Cloud Logging knows."""

    def __init__(self, name: str, project: str) -> None:
        super().__init__()
        self._name = name
        self._project = project

    def format(self, record: logging.LogRecord) -> str:
        fields = dict(getattr(record, FIELDS, {}))
        traceparent = fields.pop(TRACEPARENT, None)
        entry = {
            "severity": record.levelname,
            f"{_GOOGLE}/severity": record.levelname,  # the Ops Agent's name for it
            "time": _rfc3339(record.created),
            "message": record.getMessage(),
            "event": getattr(record, EVENT, _OTHERS),
            **fields,
            f"{_GOOGLE}/labels": {"program": self._name, "pid": str(record.process), "logger": record.name},
            **self._trace(traceparent or ""),
        }
        if record.exc_info and record.exc_info[1] is not None:
            entry["stack_trace"] = without_words(record.exc_info[1])
        # ASCII: nothing in it can end the line, or act on a terminal.
        return json.dumps(entry, default=str)

    def _trace(self, traceparent: str) -> dict[str, Any]:
        ids = ids_in(traceparent)
        if ids is None:
            return {}
        place = f"projects/{self._project}/traces/{ids[0]}" if self._project else ids[0]
        return {
            f"{_GOOGLE}/trace": place,
            f"{_GOOGLE}/spanId": ids[1],
            f"{_GOOGLE}/trace_sampled": ids[2],
        }


def without_words(error: BaseException) -> str:
    """Where an exception came from and what kind it is; what it says may be an article's text."""
    lines = []
    for part in _chain(error):
        lines += ["Traceback (most recent call last):\n", *traceback.format_tb(part.__traceback__)]
        lines.append(f"{type(part).__module__}.{type(part).__qualname__}{_number(part)}\n")
    return "".join(lines)[-_TRACEBACK_CHARS:].rstrip("\n")


def _chain(error: BaseException) -> list[BaseException]:
    """The exception and what it came from, the first one first."""
    chain: list[BaseException] = []
    part: BaseException | None = error
    while part is not None and part not in chain:
        chain.append(part)
        part = part.__cause__ or (None if part.__suppress_context__ else part.__context__)
    return chain[::-1]


def _number(error: BaseException) -> str:
    """The system's own name for what went wrong is nobody's text."""
    if isinstance(error, OSError) and error.errno is not None:
        return f": {os.strerror(error.errno)}"
    return ""


def _rfc3339(seconds: float) -> str:
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{whole}.{int(seconds % 1 * 1_000_000):06d}Z"


def _report(kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    if issubclass(kind, SystemExit | KeyboardInterrupt):
        return
    log.critical("crashed: %s", kind.__name__, exc_info=error, extra=event("crashed", error=kind.__name__))
