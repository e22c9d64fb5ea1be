"""What a process has counted, in memory that outlives it: its successor goes on from there."""

import json
import os
import struct
import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from worker.catalogue import BY_NAME, STAGE_TIME, Kind, Metric

Labels = tuple[str, ...]
Key = tuple[Metric, Labels]

_HEAD: Final = struct.Struct("<QQ")  # where what holds begins, and how long it is


@dataclass(slots=True)
class Histogram:
    """How many values fell into each bucket, and their sum."""

    counts: list[int]
    total: float = 0.0


@dataclass(slots=True)
class Totals:
    """Numbers by metric and labels. `began` is when the first of them was counted, Unix time."""

    began: float = field(default_factory=time.time)
    numbers: dict[Key, float] = field(default_factory=dict)
    histograms: dict[Key, Histogram] = field(default_factory=dict)

    def add(self, metric: Metric, number: float = 1, *labels: str) -> None:
        """To a counter; labels in the order in which the metric declares them."""
        key = (metric, labels)
        self.numbers[key] = self.numbers.get(key, 0) + number

    def put(self, metric: Metric, number: float, *labels: str) -> None:
        """Sets a gauge."""
        self.numbers[metric, labels] = number

    def observe(self, metric: Metric, value: float, *labels: str) -> None:
        key = (metric, labels)
        histogram = self.histograms.get(key)
        if histogram is None:
            histogram = self.histograms[key] = Histogram([0] * (len(metric.bounds) + 1))
        histogram.counts[bisect_left(metric.bounds, value)] += 1
        histogram.total += value

    @contextmanager
    def timing(self, stage: str) -> Iterator[None]:
        """Adds the time of the block to a stage."""
        started = time.monotonic()
        try:
            yield
        finally:
            self.add(STAGE_TIME, time.monotonic() - started, stage)

    def as_json(self) -> dict[str, Any]:
        numbers = [[metric.full_name, *labels, value] for (metric, labels), value in self.numbers.items()]
        histograms = [
            [metric.full_name, *labels, each.counts, each.total]
            for (metric, labels), each in self.histograms.items()
        ]
        return {"began": self.began, "numbers": numbers, "histograms": histograms}


def read_totals(value: Any) -> Totals:
    """The totals in JSON, without what this release does not know. Raises ValueError and the like."""
    totals = Totals(began=float(value["began"]))
    for name, *labels, number in value["numbers"]:
        metric = BY_NAME.get(name)
        if metric is not None and metric.kind is not Kind.HISTOGRAM and len(labels) == len(metric.labels):
            totals.numbers[metric, tuple(map(str, labels))] = float(number)
    for name, *labels, counts, total in value["histograms"]:
        metric = BY_NAME.get(name)
        if metric is not None and len(counts) == len(metric.bounds) + 1:
            key = (metric, tuple(map(str, labels)))
            totals.histograms[key] = Histogram([int(count) for count in counts], float(total))
    return totals


@dataclass(slots=True)
class Keepsake:
    """The totals of a slot, for the next process in it. Made before the fork, like a journal.

    What is written goes beside what holds; the head, which says where that is, comes last. A process that
    is killed in between leaves what it wrote before.
    """

    memory: int = field(default_factory=lambda: os.memfd_create("namewire-totals"))
    _holds: tuple[int, int] = field(init=False, default=(_HEAD.size, 0))

    def save(self, totals: Totals) -> None:
        data = json.dumps(totals.as_json()).encode()
        start, size = self._holds
        # Before it, if there is room; else behind it.
        place = _HEAD.size if start >= _HEAD.size + len(data) else start + size
        os.pwrite(self.memory, data, place)
        os.pwrite(self.memory, _HEAD.pack(place, len(data)), 0)
        self._holds = place, len(data)

    def load(self) -> Totals:
        """What the last process left; new ones where there was none."""
        head = os.pread(self.memory, _HEAD.size, 0)
        if len(head) < _HEAD.size:
            return Totals()
        self._holds = _HEAD.unpack(head)
        place, size = self._holds
        return read_totals(json.loads(os.pread(self.memory, size, place)))
