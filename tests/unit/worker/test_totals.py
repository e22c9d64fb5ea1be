"""Totals add up, outlive the process that counted them, and can be read by Prometheus and OpenTelemetry."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from worker.catalogue import AGE, ARTICLES_IN, DEAD, ENTITIES, RESTARTS, STAGE_TIME
from worker.exits import OUT_OF_MEMORY, RECYCLE, STALLED, why
from worker.exposition import prometheus_text, read_totals_of
from worker.pushing import metrics_data
from worker.status import Status
from worker.totals import Keepsake, Totals, read_totals


def make_totals() -> Totals:
    totals = Totals(began=1_000.0)
    totals.add(ARTICLES_IN, 3)
    totals.add(ARTICLES_IN, 2)
    totals.add(ENTITIES, 7, "PERSON")
    totals.add(DEAD, 1, "decode", "content")
    for age in (0.05, 0.1, 0.2, 4_000.0):
        totals.observe(AGE, age)
    return totals


def test_numbers_add_up_by_label_and_values_fall_into_buckets() -> None:
    totals = make_totals()
    assert totals.numbers[ARTICLES_IN, ()] == 5
    assert totals.numbers[ENTITIES, ("PERSON",)] == 7
    age = totals.histograms[AGE, ()]
    assert age.counts == [2, 1, *[0] * (len(AGE.bounds) - 2), 1]  # an upper end belongs to its bucket
    assert age.total == pytest.approx(4_000.35)


def test_the_time_of_a_block_is_counted_even_if_it_fails() -> None:
    totals = Totals()
    with pytest.raises(ZeroDivisionError), totals.timing("ner"):
        time.sleep(0.001 / 0)
    assert totals.numbers[STAGE_TIME, ("ner",)] > 0


def test_totals_survive_being_written_down() -> None:
    totals = make_totals()
    assert read_totals(json.loads(json.dumps(totals.as_json()))) == totals


@pytest.mark.parametrize(
    "numbers",
    [
        [["namewire.of_another_release", 1]],
        [["namewire.entities", 1]],  # without its label
        [["namewire.message.age", 1]],  # a histogram by now
    ],
)
def test_what_another_release_called_differently_is_left_out(numbers: list[list[Any]]) -> None:
    assert read_totals({"began": 1.0, "numbers": numbers, "histograms": []}) == Totals(began=1.0)


def test_the_successor_of_a_killed_process_goes_on() -> None:
    keepsake = Keepsake()
    for _ in range(3):
        pid = os.fork()
        if pid == 0:
            totals = keepsake.load()
            for _ in range(200):
                totals.add(ARTICLES_IN, 1)
                keepsake.save(totals)
            os.kill(os.getpid(), 9)
        os.waitpid(pid, 0)
    assert keepsake.load().numbers[ARTICLES_IN, ()] == 600
    assert os.fstat(keepsake.memory).st_size < 1_000  # it does not grow


def test_a_process_that_dies_while_it_writes_leaves_what_was_there_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keepsake, totals = Keepsake(), make_totals()
    keepsake.save(totals)
    writes: list[int] = []

    def dying(memory: int, data: bytes, place: int) -> int:
        writes.append(place)
        if len(writes) == 2:
            raise RuntimeError("killed before the head was written")
        return real(memory, data, place)

    real = os.pwrite
    monkeypatch.setattr("os.pwrite", dying)
    totals.add(ARTICLES_IN, 1_000)
    with pytest.raises(RuntimeError, match="killed"):
        keepsake.save(totals)
    assert Keepsake(keepsake.memory).load() == make_totals()


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        *((RECYCLE, "memory_limit"), (OUT_OF_MEMORY, "out_of_memory"), (STALLED, "stalled")),
        *((-9, "killed"), (-11, "crashed"), (1, "crashed"), (0, "ended")),
    ],
)
def test_a_replacement_counts_why_there_is_one(code: int, reason: str) -> None:
    status = Status("work", 0, "", Keepsake())
    status.inherit(None)
    assert {number for (metric, _), number in status.counts.totals.numbers.items() if metric is RESTARTS} == {
        0
    }
    Status("work", 0, "", status.keepsake).inherit(code)
    assert status.keepsake is not None
    assert status.keepsake.load().numbers[RESTARTS, (reason,)] == 1
    assert why(code) == reason


def show(folder: Path, role: str, slot: int, totals: Totals) -> None:
    status = Status(role, slot, str(folder))
    status.counts.totals = totals
    status.show(now=True)


def test_prometheus_gets_every_process_by_role_and_slot(tmp_path: Path) -> None:
    show(tmp_path, "work", 0, make_totals())
    show(tmp_path, "work", 1, make_totals())
    show(tmp_path, "write", 0, Totals())
    for stranger in ("backlog.json", "a-b.json", "work-2.json", "work.ready"):
        (tmp_path / stranger).write_text('{"role": "work"')
    lines = prometheus_text(read_totals_of(tmp_path)).splitlines()
    assert 'namewire_articles_in_total{role="work",slot="1"} 5.0' in lines
    assert 'namewire_entities_total{role="work",slot="0",label="PERSON"} 7.0' in lines
    assert 'namewire_message_age_seconds_bucket{role="work",slot="0",le="0.25"} 3' in lines
    assert 'namewire_message_age_seconds_bucket{role="work",slot="0",le="+Inf"} 4' in lines
    assert 'namewire_message_age_seconds_count{role="work",slot="0"} 4' in lines
    assert "# TYPE namewire_message_age_seconds histogram" in lines
    assert len([line for line in lines if line.startswith("# TYPE namewire_articles_in_total ")]) == 1
    assert any(line.startswith('namewire_process_memory_bytes{role="write",slot="0"} ') for line in lines)


def test_opentelemetry_gets_the_same(tmp_path: Path) -> None:
    from opentelemetry.sdk.resources import Resource

    show(tmp_path, "work", 0, make_totals())
    data = metrics_data(read_totals_of(tmp_path), Resource.create({}), 2_000_000_000_000)
    metrics: dict[str, Any] = {each.name: each for each in data.resource_metrics[0].scope_metrics[0].metrics}
    [point] = metrics["namewire.articles.in"].data.data_points
    assert (point.value, point.start_time_unix_nano) == (5.0, 1_000_000_000_000)
    assert point.attributes == {"role": "work", "slot": "0"}
    [age] = metrics["namewire.message.age"].data.data_points
    assert (age.count, sum(age.bucket_counts), age.explicit_bounds) == (4, 4, AGE.bounds)
    assert metrics["namewire.message.age"].unit == "s"
