"""Dashboard and alerts ask for metrics that exist, and each alert leads to its section of the runbook."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import pytest

from tests.deploy.terraform import ROOT, Terraform
from worker.catalogue import METRICS, Kind

Made = list[dict[str, Any]]

# Google's own (cloud.google.com/monitoring/api/metrics_gcp), as PromQL names them: with : and _ for /.
GOOGLES: Final = {
    "compute_googleapis_com:instance_group_size",
    "pubsub_googleapis_com:subscription_ack_message_count",
    "pubsub_googleapis_com:subscription_num_undelivered_messages",
    "pubsub_googleapis_com:subscription_oldest_unacked_message_age",
    "pubsub_googleapis_com:topic_send_message_operation_count",
    "run_googleapis_com:container_billable_instance_time",
    "run_googleapis_com:request_count",
    "run_googleapis_com:request_latencies_bucket",
}
KINDS_OF_ALERTS: Final = {"backlog-age", "dead-letters", "no-progress", "restarts", "function-errors"}
RUNBOOK: Final = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
_NAME: Final = re.compile(r"\b(?:namewire_\w+|\w+_googleapis_com:\w+)")
_SELECTOR: Final = re.compile(r"(namewire_\w+)\{([^}]*)\}")


@pytest.fixture(scope="module")
def made(everything: Terraform) -> Made:
    """What an apply makes, with every option."""
    return everything.resources()


def ours() -> set[str]:
    """Every name that a query may use for a metric of ours."""
    names = set()
    for metric in METRICS:
        endings = ("_bucket", "_sum", "_count") if metric.kind is Kind.HISTOGRAM else ("",)
        names |= {metric.prometheus_name + ending for ending in endings}
    return names


def values(made: Made, kind: str) -> list[dict[str, Any]]:
    return [each["values"] for each in made if each["type"] == kind]


def charts(made: Made) -> list[dict[str, Any]]:
    [dashboard] = values(made, "google_monitoring_dashboard")
    tiles = json.loads(dashboard["dashboard_json"])["mosaicLayout"]["tiles"]
    return [tile["widget"] for tile in tiles]


def alerts(made: Made) -> dict[str, dict[str, Any]]:
    """By anchor."""
    policies = values(made, "google_monitoring_alert_policy")
    return {
        policy["documentation"][0]["content"].rpartition("#")[2].rstrip(")"): policy for policy in policies
    }


def queries(made: Made) -> Iterator[str]:
    for chart in charts(made):
        for data in chart["xyChart"]["dataSets"]:
            yield data["timeSeriesQuery"]["prometheusQuery"]
    for policy in alerts(made).values():
        for condition in policy["conditions"]:
            yield condition["condition_prometheus_query_language"][0]["query"]


def test_every_metric_that_is_asked_for_is_emitted_or_googles(made: Made) -> None:
    asked = {name for query in queries(made) for name in _NAME.findall(query)}
    mine = {name for name in asked if name.startswith("namewire_")}
    assert mine
    assert mine <= ours()
    assert asked - mine == GOOGLES


def test_every_label_that_is_asked_for_is_one_of_the_metric(made: Made) -> None:
    labels = {metric.prometheus_name: {*metric.labels, "role", "slot", "le"} for metric in METRICS}
    for query in queries(made):
        for name, selector in _SELECTOR.findall(query):
            plain = re.sub(r"_(bucket|sum|count)$", "", name)
            assert set(re.findall(r"(\w+)[!=]", selector)) <= labels[plain], query


def test_there_is_an_alert_of_each_kind_with_a_section_in_the_runbook(made: Made) -> None:
    found = alerts(made)
    assert set(found) == KINDS_OF_ALERTS
    for anchor, policy in found.items():
        heading = anchor.replace("-", " ")
        section = RUNBOOK.partition(f"\n## {heading.capitalize()}\n")[2].partition("\n## ")[0]
        for part in ("**What it means.**", "**How to look.**", "**What to do.**"):
            assert part in section, (anchor, part)
        assert policy["documentation"][0]["subject"].startswith("Namewire (demo-project): ")


def test_alerts_link_to_the_runbook_and_tell_whom_they_should(made: Made) -> None:
    [channel] = values(made, "google_monitoring_notification_channel")
    assert channel["labels"] == {"email_address": "on-call@example.com"}
    for anchor, policy in alerts(made).items():
        [link] = policy["documentation"][0]["links"]
        assert link["url"] == f"https://wiki.example.com/namewire/runbook#{anchor}"
        assert len(policy["notification_channels"]) == 1


def test_a_policy_may_name_a_metric_that_nobody_has_told_yet(made: Made) -> None:
    """Otherwise the first apply would fail: the VMs that tell it do not exist yet."""
    for policy in alerts(made).values():
        for condition in policy["conditions"]:
            assert condition["condition_prometheus_query_language"][0]["disable_metric_validation"] is True


@pytest.mark.parametrize(
    "topic",
    ["Backlog", "age of the oldest", "Articles a second", "NER", "Latency", "Dead letters", "Cost"],
)
def test_the_dashboard_shows(made: Made, topic: str) -> None:
    assert any(topic in chart["title"] for chart in charts(made))
