"""Compares what is there with what was published, and tells what a recount says of the numbers."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from contract.letters import PUBSUB_ATTEMPTS, REASON
from emulator.chaos.articles import Plan
from emulator.chaos.outside import Letter

Documents = Mapping[str, Mapping[str, Any]]

_SHOWN: Final = 10


class Difference(Protocol):
    """A value that is not as a recount says. Without a field it is the document; None is "not there"."""

    @property
    def reference(self) -> tuple[str, str]: ...
    @property
    def field(self) -> tuple[str, ...]: ...
    @property
    def stored(self) -> Any: ...
    @property
    def right(self) -> Any: ...


# Project and address of Firestore → everything that differs. Who starts a run brings it along.
Recount = Callable[[str, str], Iterable[Difference]]


@dataclass(slots=True)
class Findings:
    """What is not as it should be, by what that means; everything empty is a clean run."""

    lost: list[str] = field(default_factory=list)  # neither stored nor in the dead letters
    stale: list[str] = field(default_factory=list)  # stored, but not the version published last
    strange: list[str] = field(default_factory=list)  # stored, and never published
    unexplained: int = 0  # dead letters without a reason
    counted_twice: int = 0  # how much too high numbers are, all together
    not_counted: int = 0  # and how much too low
    differences: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)  # messages, processes, exit codes
    buried: int = 0  # articles in the dead letters that could have been handled: allowed, and told

    @property
    def problems(self) -> list[str]:
        """A sentence for each kind; none when all is well."""
        told = [
            _told("articles are neither stored nor in the dead letters", self.lost),
            _told("articles are not stored as they were published last", self.stale),
            _told("articles are stored that nobody published", self.strange),
            _told("numbers differ from a recount", self.differences),
        ]
        if self.unexplained:
            told.append(f"{self.unexplained} dead letters give no reason")
        return [line for line in told if line] + self.others


def examine(
    plan: Plan, articles: Documents, letters: Sequence[Letter], differences: Iterable[Difference]
) -> Findings:
    """Every article that was accepted has to be where it belongs, and every number has to be right."""
    findings = Findings()
    buried = _buried(letters, plan)
    for name, content in plan.contents.items():
        if name in articles and articles[name].get("content") == content:
            continue
        if name in buried:
            findings.buried += 1
        elif name in articles:
            findings.stale.append(name)
        else:
            findings.lost.append(name)
    seen = {letter.data for letter in letters}
    findings.lost += [f"what cannot be handled: {body[:60]!r}" for body in plan.hopeless if body not in seen]
    findings.strange = sorted(articles.keys() - plan.contents.keys())
    findings.unexplained = sum(not _explained(letter) for letter in letters)
    for difference in differences:
        _add(findings, difference)
    findings.differences += _misplaced(articles)
    return findings


def _add(findings: Findings, difference: Difference) -> None:
    place = "/".join((*difference.reference, *difference.field))
    findings.differences.append(f"{place} is {difference.stored}, not {difference.right}")
    surplus = _sum(difference.stored) - _sum(difference.right)
    findings.counted_twice += max(0, surplus)
    findings.not_counted += max(0, -surplus)


def _sum(value: Any) -> int:
    """Of a document that should not be there, or is missing, its numbers together; texts count nothing."""
    if isinstance(value, Mapping):
        return sum(_sum(part) for part in value.values())
    return value if isinstance(value, int) else 0


def _misplaced(articles: Documents) -> list[str]:
    return [
        f"articles/{name}: offsets miss {entity['text']!r}"
        for name, article in articles.items()
        for entity in article["entities"]
        if article["content"][entity["start"] : entity["end"]] != entity["text"]
    ]


def _buried(letters: Iterable[Letter], plan: Plan) -> set[str]:
    """Articles of which a version is in the dead letters, as it was sent or as an entity message."""
    found = set()
    for letter in letters:
        if letter.data not in plan.hopeless:
            found.add(str(json.loads(letter.data)["id"]))
    return found


def _explained(letter: Letter) -> bool:
    return bool(letter.attributes.get(REASON) or letter.attributes.get(PUBSUB_ATTEMPTS))


def _told(what: str, cases: Sequence[str]) -> str:
    if not cases:
        return ""
    more = f" and {len(cases) - _SHOWN} more" if len(cases) > _SHOWN else ""
    return f"{len(cases)} {what}: {'; '.join(cases[:_SHOWN])}{more}"
