"""The processes' totals, read from their status files, in the text format of Prometheus."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Final

from worker.catalogue import COMMON, METRICS, STATUS_AGE, Kind, Metric
from worker.totals import Histogram, Labels, Totals, read_totals

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one process has told."""

    role: str
    slot: str
    totals: Totals


@dataclass(frozen=True, slots=True)
class Series:
    """One number or histogram, with all its labels."""

    labels: tuple[tuple[str, str], ...]
    value: float | Histogram
    began: float


def read_totals_of(folder: Path, clock: Callable[[], float] = time.time) -> list[Reading]:
    """Of every process whose file can be read; others are being written, or are not ours."""
    found = []
    for path in sorted(folder.glob("*-*.json")):
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
            reading = Reading(str(value["role"]), str(int(value["slot"])), read_totals(value["totals"]))
            reading.totals.put(STATUS_AGE, max(0.0, clock() - float(value["at"])))
        except (OSError, ValueError, KeyError, TypeError):
            continue
        found.append(reading)
    return found


def series_of(metric: Metric, readings: Sequence[Reading]) -> Iterator[Series]:
    """Every series of a metric, of every process."""
    for reading in readings:
        values = reading.totals.histograms if metric.kind is Kind.HISTOGRAM else reading.totals.numbers
        own = (reading.role, reading.slot)
        for (of, labels), value in values.items():
            if of is metric:
                yield Series(_named(metric, own, labels), value, reading.totals.began)


def _named(metric: Metric, own: tuple[str, str], labels: Labels) -> tuple[tuple[str, str], ...]:
    return tuple(zip((*COMMON, *metric.labels), (*own, *labels), strict=True))


def prometheus_text(readings: Sequence[Reading]) -> str:
    """All metrics that there is anything of, in the catalogue's order."""
    return "".join(line for metric in METRICS for line in _lines(metric, readings))


def _lines(metric: Metric, readings: Sequence[Reading]) -> Iterator[str]:
    name = metric.prometheus_name
    head = f"# HELP {name} {metric.about}\n# TYPE {name} {metric.kind}\n"
    for series in series_of(metric, readings):
        yield head
        head = ""
        if isinstance(series.value, Histogram):
            yield from _histogram(name, metric, series.labels, series.value)
        else:
            yield _line(name, series.labels, series.value)


def _histogram(
    name: str, metric: Metric, labels: tuple[tuple[str, str], ...], value: Histogram
) -> Iterator[str]:
    ends = (*(f"{bound:g}" for bound in metric.bounds), "+Inf")
    counts = list(accumulate(value.counts))
    for end, count in zip(ends, counts, strict=True):
        yield _line(f"{name}_bucket", (*labels, ("le", end)), count)
    yield _line(f"{name}_sum", labels, value.total)
    yield _line(f"{name}_count", labels, counts[-1])


def _line(name: str, labels: tuple[tuple[str, str], ...], value: float) -> str:
    pairs = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels)
    return f"{name}{{{pairs}}} {value!r}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
