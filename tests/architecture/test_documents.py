"""Every log line names its event, and the pages that list metrics and events are what the code says."""

import re

from tests.architecture.documents import (
    EVENTS_PAGE,
    METRICS_PAGE,
    events_table,
    log_calls,
    metrics_table,
    with_table,
)
from tests.architecture.interpreter import ROOT
from worker.catalogue import METRICS

_AGAIN = "run `python -m tests.architecture.documents`"
_QUOTED = re.compile(r"\"([a-z_.]+)\"")


def test_every_log_line_names_its_event() -> None:
    calls = list(log_calls())
    assert len(calls) > 30
    assert [call for call in calls if call.event is None] == []
    for call in calls:
        assert re.fullmatch(r"[a-z_]+(\.[a-z_]+)?", str(call.event)), call


def test_the_page_of_metrics_is_what_the_catalogue_says() -> None:
    assert METRICS_PAGE.read_text(encoding="utf-8") == with_table(METRICS_PAGE, metrics_table()), _AGAIN


def test_the_page_of_events_is_what_the_code_says() -> None:
    assert EVENTS_PAGE.read_text(encoding="utf-8") == with_table(EVENTS_PAGE, events_table()), _AGAIN


def test_names_of_metrics_are_ones_that_prometheus_takes() -> None:
    names = [metric.prometheus_name for metric in METRICS]
    assert len(set(names)) == len(names)
    for name in names:
        assert re.fullmatch(r"namewire_[a-z_]+", name), name


def test_the_runbook_names_events_that_there_are() -> None:
    """Whoever is called at night looks for these words."""
    text = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    events = {str(call.event) for call in log_calls()}
    families = {name.partition(".")[0] for name in events if "." in name}
    named = set(re.findall(r"[`\"]([a-z_]+\.[a-z_]+)[`\"]", text))
    asked = {
        name for part in re.findall(r"jsonPayload\.event=([^']+)'", text) for name in _QUOTED.findall(part)
    }
    assert len(named | asked) > 10
    assert {name for name in named if name.partition(".")[0] in families} | asked <= events
