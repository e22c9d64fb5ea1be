"""What waits: the house's own count, Monitoring's answers, and what is not known."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from namewire.backlog import Backlog, ask_monitoring, read_backlog
from namewire.settings import Settings

UNKNOWN = {"articles-ner": Backlog(), "entities-store": Backlog()}


def test_a_house_tells_by_its_file(tmp_path: Path) -> None:
    settings = Settings(project="p", pubsub_emulator="127.0.0.1:1", run_dir=tmp_path)
    assert read_backlog(settings) == UNKNOWN
    counted = {
        "articles-ner": {"waiting": 7, "oldest_s": 1.5},
        "entities-store": {"waiting": 0, "oldest_s": 0.0},
    }
    (tmp_path / "backlog.json").write_text(json.dumps(counted), encoding="utf-8")
    assert read_backlog(settings) == {"articles-ner": Backlog(7, 1.5), "entities-store": Backlog(0, 0.0)}


@pytest.mark.parametrize("broken", ["", "[]", "{}", '{"articles-ner": 1}'])
def test_a_broken_file_is_not_known(tmp_path: Path, broken: str) -> None:
    (tmp_path / "backlog.json").write_text(broken, encoding="utf-8")
    settings = Settings(project="p", pubsub_emulator="127.0.0.1:1", run_dir=tmp_path)
    assert read_backlog(settings) == UNKNOWN


def test_monitoring_is_asked_for_both_subscriptions_and_the_newest_point_counts() -> None:
    asked: list[tuple[str, Mapping[str, str]]] = []

    def get(address: str, parameters: Mapping[str, str]) -> Mapping[str, Any]:
        asked.append((address, parameters))
        if "num_undelivered_messages" in parameters["filter"]:
            return {"timeSeries": [_series("articles-ner", 12, 900), _series("entities-store", 0)]}
        return {"timeSeries": [_series("articles-ner", 31), _series("entities-store")]}

    assert ask_monitoring(get, "news") == {
        "articles-ner": Backlog(12, 31),
        "entities-store": Backlog(0, None),
    }
    assert {address for address, _ in asked} == {
        "https://monitoring.googleapis.com/v3/projects/news/timeSeries"
    }
    assert all("articles-ner" in sent["filter"] and "entities-store" in sent["filter"] for _, sent in asked)


def test_a_subscription_without_figures_is_not_known() -> None:
    assert ask_monitoring(lambda _address, _parameters: {}, "news") == UNKNOWN


def _series(name: str, *values: int) -> dict[str, Any]:
    """As the REST interface writes it: 64-bit integers are texts."""
    return {
        "resource": {"type": "pubsub_subscription", "labels": {"subscription_id": name}},
        "points": [{"value": {"int64Value": str(value)}} for value in values],
    }
