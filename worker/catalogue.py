"""Every metric that the worker emits: the single source of their names. `docs/metrics.md` is made from it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

PREFIX: Final = "namewire"
# Every series has these; `slot` counts the processes of a role from 0.
COMMON: Final = ("role", "slot")


class Kind(StrEnum):
    """What may be done with it: a counter only grows, and is read as a rate."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True, eq=False)  # each is itself; comparing by value would cost at every count
class Metric:
    """A metric under its OpenTelemetry name. `labels` come besides the common ones."""

    name: str
    kind: Kind
    unit: str
    about: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()  # upper ends of a histogram's buckets; one without end follows

    @property
    def full_name(self) -> str:
        return f"{PREFIX}.{self.name}"

    @property
    def prometheus_name(self) -> str:
        """As Prometheus wants it: underscores, the unit, and what kind of number it is."""
        unit = _UNITS.get(self.unit, "")
        name = f"{PREFIX}_{self.name.replace('.', '_')}{f'_{unit}' if unit else ''}"
        return f"{name}_total" if self.kind is Kind.COUNTER else name


_UNITS: Final = {"s": "seconds", "By": "bytes"}
_SIZES: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0)
_WRITES: Final = (10.0, 50.0, 100.0, 200.0, 300.0, 400.0, 500.0, 1_000.0)
# The sum of two is the time from publishing to Firestore; ten minutes are an alert.
_AGES: Final = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0, 3_600.0)
_COMMITS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

_COUNT, _GAUGE, _HIST = Kind.COUNTER, Kind.GAUGE, Kind.HISTOGRAM

RECEIVED: Final = Metric("messages.received", _COUNT, "{message}", "Messages taken to be handled.")
REDELIVERED: Final = Metric(
    "messages.redelivered", _COUNT, "{message}", "Of those, the ones that Pub/Sub had delivered before."
)
INHERITED: Final = Metric(
    "messages.inherited", _COUNT, "{message}", "Messages taken over from a process that died."
)
SETTLED: Final = Metric(
    "messages.settled",
    _COUNT,
    "{message}",
    "Messages that left: `acknowledged`, or `released` to be delivered again.",
    ("outcome",),
)
DEAD: Final = Metric(
    "dead_letters",
    _COUNT,
    "{message}",
    "Messages that can never be handled, by stage and field.",
    ("stage", "field"),
)
ARTICLES_IN: Final = Metric("articles.in", _COUNT, "{article}", "Articles that could be read.")
ARTICLES_OUT: Final = Metric(
    "articles.out",
    _COUNT,
    "{article}",
    "Articles done: their entity message published (work), or committed (write).",
)
WORDS_IN: Final = Metric("words.in", _COUNT, "{word}", "Words of the articles that could be read.")
WORDS_OUT: Final = Metric("words.out", _COUNT, "{word}", "Words of the articles done.")
STORED: Final = Metric(
    "articles.stored",
    _COUNT,
    "{message}",
    "What each message about an article came to: `new`, `correction`, `rereading` of the same version, or "
    "`repeat`, which changes no count.",
    ("outcome",),
)
ENTITIES: Final = Metric("entities", _COUNT, "{entity}", "Entities found, by label.", ("label",))
BATCH_SIZE: Final = Metric("batch.size", _HIST, "{message}", "Messages in a batch.", bounds=_SIZES)
AGE: Final = Metric(
    "message.age", _HIST, "s", "From the publishing of a message to its acknowledgement.", bounds=_AGES
)
STAGE_TIME: Final = Metric(
    "stage.time",
    _COUNT,
    "s",
    "Time on the clock by stage: `decode`, `ner`, `link`, `publish` (work); `decode`, `read`, `commit` "
    "(write); `settle`, `bury` (both).",
    ("stage",),
)
NER_CPU: Final = Metric(
    "ner.cpu", _COUNT, "s", "CPU time in the search for entities; as a rate, the utilisation of a process."
)
CPU: Final = Metric("process.cpu", _COUNT, "s", "CPU time of a process, all of it.")
COMMIT_SIZE: Final = Metric("commit.size", _HIST, "{write}", "Document writes in a commit.", bounds=_WRITES)
COMMIT_TIME: Final = Metric(
    "commit.duration", _HIST, "s", "From the first try of a commit to its end.", bounds=_COMMITS
)
WRITES: Final = Metric("writes", _COUNT, "{write}", "Document writes, for which Firestore bills.")
RESTARTS: Final = Metric(
    "restarts",
    _COUNT,
    "{restart}",
    "Processes that took another one's place, by its end: `memory_limit`, `out_of_memory`, `stalled`, "
    "`killed`, `crashed`, `ended`.",
    ("reason",),
)
RESIDENT: Final = Metric("process.memory", _GAUGE, "By", "Resident size of a process.")
STATUS_AGE: Final = Metric(
    "status.age", _GAUGE, "s", "Since a process last wrote its status; it does so each second."
)

METRICS: Final = (
    *(RECEIVED, REDELIVERED, INHERITED, SETTLED, DEAD),
    *(ARTICLES_IN, ARTICLES_OUT, WORDS_IN, WORDS_OUT, STORED, ENTITIES),
    *(BATCH_SIZE, AGE, STAGE_TIME, NER_CPU, CPU),
    *(COMMIT_SIZE, COMMIT_TIME, WRITES),
    *(RESTARTS, RESIDENT, STATUS_AGE),
)
BY_NAME: Final = {metric.full_name: metric for metric in METRICS}
