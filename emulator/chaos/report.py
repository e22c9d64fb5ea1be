"""What a run did and found: for people as a table, for scripts as JSON."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from emulator.chaos.faults import Injected, Outcome
from emulator.chaos.ledger import Findings
from emulator.chaos.pulse import Pulse


@dataclass(frozen=True, slots=True)
class KindReport:
    """One kind of fault; seconds until more articles were finished than before it was over."""

    kind: str
    injected: int
    missed: int
    impossible: int
    recovered_s: list[float]
    median_s: float | None
    worst_s: float | None


@dataclass(slots=True)
class Report:
    """Everything that is known of a run."""

    seed: int
    articles: int
    duplicates: int
    corrections: int
    hopeless: int  # published, and right only in the dead letters
    dead_letters: int = 0
    kinds: list[KindReport] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)
    drain_s: float = (
        0.0  # from the last fault until nothing moved any more, the wait to see that not included
    )
    took_s: float = 0.0
    slowest_end_s: float = 0.0  # of a role, from TERM
    logs: str = ""  # the folder, of a run that is not clean

    @property
    def clean(self) -> bool:
        return not self.findings.problems

    def as_json(self) -> dict[str, Any]:
        findings = self.findings
        return {
            "seed": self.seed,
            "clean": self.clean,
            "articles": self.articles,
            "duplicates": self.duplicates,
            "corrections": self.corrections,
            "hopeless": self.hopeless,
            "dead_letters": self.dead_letters,
            "lost": len(findings.lost),
            "stale": len(findings.stale),
            "counted_twice": findings.counted_twice,
            "not_counted": findings.not_counted,
            "buried": findings.buried,
            "faults": sum(kind.injected for kind in self.kinds),
            "kinds": [{name: getattr(kind, name) for name in KindReport.__slots__} for kind in self.kinds],
            "problems": findings.problems,
            "slowest_end_s": round(self.slowest_end_s, 1),
            "drain_s": round(self.drain_s, 1),
            "took_s": round(self.took_s, 1),
            "logs": self.logs,
        }


def by_kind(injected: Sequence[Injected], pulse: Pulse) -> list[KindReport]:
    kinds: dict[str, list[Injected]] = {}
    for one in injected:
        kinds.setdefault(one.fault.kind, []).append(one)
    return [_of_kind(kind, kinds[kind], pulse) for kind in sorted(kinds)]


def _of_kind(kind: str, some: Sequence[Injected], pulse: Pulse) -> KindReport:
    outcomes = [one.outcome for one in some]
    waits = [
        round(wait, 2)
        for one in some
        if one.outcome is Outcome.DONE and (wait := pulse.recovered(one.over_at)) is not None
    ]
    return KindReport(
        kind,
        injected=outcomes.count(Outcome.DONE),
        missed=outcomes.count(Outcome.MISSED),
        impossible=outcomes.count(Outcome.IMPOSSIBLE),
        recovered_s=waits,
        median_s=round(statistics.median(waits), 2) if waits else None,
        worst_s=max(waits, default=None),
    )
