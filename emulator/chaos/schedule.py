"""Which fault happens when: decided by the seed before anything starts, so that a run can be repeated."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

# A lease of the worker lasts 20 s: who is stopped for longer has lost what it holds.
_BEYOND_THE_LEASE: Final = (21.0, 25.0)
_MOMENT: Final = (0.0, 0.0)
# The first fault waits for articles to be on their way, the last ones leave time to see them recover.
_QUIET_SHARE: Final = 0.04

# Every kind, and how many seconds it lasts.
KINDS: Final[Mapping[str, tuple[float, float]]] = {
    "work child killed": _MOMENT,
    "work child told to end": _MOMENT,
    "work child stopped beyond its lease": _BEYOND_THE_LEASE,
    "work killed": _MOMENT,
    "work told to end": _MOMENT,
    "work killed after its publish": _MOMENT,
    "write child killed": _MOMENT,
    "write child told to end": _MOMENT,
    "write child stopped beyond its lease": _BEYOND_THE_LEASE,
    "write killed": _MOMENT,
    "write told to end": _MOMENT,
    "write killed before its commit": _MOMENT,
    "write machine gone before its commit": _MOMENT,
    "write killed between commit and ack": _MOMENT,
    "pubsub cut": _MOMENT,
    "pubsub reset": _MOMENT,
    "pubsub delayed": (1.5, 3.0),
    "pubsub half-open": (1.5, 4.0),
    "pubsub publish times out and arrives": _MOMENT,
    "pubsub ack answers unavailable": _MOMENT,
    "pubsub pull is lost": _MOMENT,
    "firestore cut": _MOMENT,
    "firestore reset": _MOMENT,
    "firestore delayed": (1.5, 3.0),
    "firestore half-open": (1.5, 4.0),
    "firestore aborted after writing": _MOMENT,
    "firestore unavailable after writing": _MOMENT,
    "firestore deadline after writing": _MOMENT,
    "firestore unavailable before writing": _MOMENT,
    "firestore read unavailable": _MOMENT,
    "disk full": (2.0, 5.0),
    "clock jumps": _MOMENT,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `choice` picks among what is there at the time, `times` says how many calls it meets."""

    at: float  # seconds after the first article
    kind: str
    seconds: float
    choice: int
    times: int


def make_schedule(seed: int, seconds: float, *, count: int, kinds: Sequence[str] = ()) -> list[Fault]:
    """So many faults in so many seconds; every kind before any comes again."""
    choice = random.Random(f"faults {seed}")
    chosen = _in_rounds(choice, list(kinds or KINDS), count)
    moments = sorted(choice.uniform(_QUIET_SHARE, 1 - _QUIET_SHARE) * seconds for _ in chosen)
    return [
        Fault(
            at=round(moment, 2),
            kind=kind,
            seconds=round(choice.uniform(*KINDS[kind]), 2),
            choice=choice.randrange(1_000),
            times=choice.randint(1, 3),
        )
        for moment, kind in zip(moments, chosen, strict=True)
    ]


def _in_rounds(choice: random.Random, kinds: list[str], count: int) -> list[str]:
    chosen: list[str] = []
    while len(chosen) < count:
        chosen += choice.sample(kinds, len(kinds))
    return chosen[:count]
