"""Lines that machines and people can read, and what is in none of them."""

import io
import json
import logging
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from telemetry.events import event
from telemetry.logs import formatter, set_up_logging, without_words

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
SECRET = "Ingrid Solhaug told the Gazette"


class Terminal(io.StringIO):
    """A stream that is one."""

    def isatty(self) -> bool:
        return True


def written(
    *,
    form: str = "auto",
    stream: io.StringIO | None = None,
    record: Mapping[str, Any] | None = None,
    **env: str,
) -> str:
    """A line about a batch as it comes out."""
    made = formatter(form, name="work", environment=env, stream=stream or io.StringIO())
    values = {"event": "batch.done", "fields": {"messages": 3}, **(record or {})}
    line = logging.LogRecord("worker.pump", logging.INFO, "pump.py", 1, "batch of %s", (3,), None)
    vars(line).update(values)
    return made.format(line)


def test_json_has_the_fields_that_cloud_logging_knows() -> None:
    fields = {"messages": 3, "traceparent": TRACEPARENT}
    entry = json.loads(written(form="json", GOOGLE_CLOUD_PROJECT="newsroom", record={"fields": fields}))
    assert entry["severity"] == "INFO"
    assert entry["message"] == "batch of 3"
    assert entry["event"] == "batch.done"
    assert entry["messages"] == 3
    assert entry["time"].endswith("Z")
    assert entry["logging.googleapis.com/labels"]["program"] == "work"
    place = "projects/newsroom/traces/0af7651916cd43dd8448eb211c80319c"
    assert entry["logging.googleapis.com/trace"] == place
    assert entry["logging.googleapis.com/spanId"] == "b7ad6b7169203331"
    assert entry["logging.googleapis.com/trace_sampled"] is True
    assert "traceparent" not in entry


def test_a_json_entry_is_one_line_whatever_is_in_it() -> None:
    line = written(form="json", record={"msg": "a\nb\u2028c\x1b[31m%s"})
    assert line.isascii()
    assert "\n" not in line
    assert "\x1b" not in line


def test_a_line_of_a_library_is_an_entry_too() -> None:
    made = formatter("json", name="work", environment={}, stream=io.StringIO())
    record = logging.LogRecord("urllib3", logging.WARNING, "x.py", 1, "retrying", (), None)
    assert json.loads(made.format(record))["event"] == "log"


@pytest.mark.parametrize(
    ("stream", "environment", "is_json"),
    [
        (io.StringIO(), {}, True),  # a VM, a function
        (io.StringIO(), {"PUBSUB_EMULATOR_HOST": "127.0.0.1:1"}, False),  # the files of `namewire up`
        (io.StringIO(), {"FIRESTORE_EMULATOR_HOST": "127.0.0.1:1"}, False),
        (Terminal(), {}, False),
    ],
)
def test_auto_is_json_where_machines_read(
    stream: io.StringIO, environment: dict[str, str], *, is_json: bool
) -> None:
    made = formatter("auto", name="work", environment=environment, stream=stream)
    record = logging.LogRecord("worker", logging.INFO, "x.py", 1, "ready", (), None)
    assert made.format(record).startswith("{") is is_json


def test_only_a_terminal_gets_colours() -> None:
    assert "\x1b[" in written(form="text", stream=Terminal())
    assert "\x1b[" not in written(form="text", stream=io.StringIO())
    assert "\x1b[" not in written(form="text", stream=Terminal(), NO_COLOR="1")


def test_text_is_a_sentence_with_time_program_and_level() -> None:
    line = written(form="text")
    assert line.endswith("INFO batch of 3")
    assert " work[" in line


def test_text_does_nothing_to_a_terminal_whoever_wrote_it() -> None:
    line = written(form="text", record={"msg": "red \x1b[31m and \x9b2J, %s"})
    assert line.endswith(r"red \x1b[31m and \x9b2J, 3")


def fail() -> None:
    try:
        dict[str, str]()[SECRET]
    except KeyError as error:
        raise ValueError(f"cannot read {SECRET}") from error


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_traceback_has_places_and_kinds_and_nobodys_words(form: str) -> None:
    made = formatter(form, name="work", environment={}, stream=io.StringIO())
    record = logging.LogRecord("worker", logging.ERROR, "x.py", 1, "failed", (), None)
    try:
        fail()
    except ValueError:
        record.exc_info = sys.exc_info()
    text = made.format(record)
    assert SECRET not in text
    for part in ("KeyError", "ValueError", "in fail", "test_logs.py"):
        assert part in text


def test_what_the_system_says_is_kept() -> None:
    assert without_words(OSError(28, SECRET)).endswith("builtins.OSError: No space left on device")


def test_what_ends_a_thread_or_the_program_is_an_entry(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    monkeypatch.setattr("sys.excepthook", sys.excepthook)
    monkeypatch.setattr("threading.excepthook", None)
    set_up_logging("info", name="work", form="json", environment={})
    sys.excepthook(ValueError, ValueError(SECRET), None)
    entry = json.loads(capsys.readouterr().err)
    assert (entry["severity"], entry["event"], entry["error"]) == ("CRITICAL", "crashed", "ValueError")
    assert SECRET not in json.dumps(entry)


def test_an_event_is_a_name_with_numbers() -> None:
    assert event("batch.done", messages=3) == {"event": "batch.done", "fields": {"messages": 3}}
