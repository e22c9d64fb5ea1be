"""Counts anew, and compares what is there with what was published. Knows nothing of how the writer counts."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from contract.entities import name_of
from contract.letters import REASON
from contract.names import ENTITIES, PUBLICATIONS
from emulator.chaos.articles import Plan
from emulator.chaos.outside import Letter

Documents = Mapping[str, Mapping[str, Any]]
_Numbers = Counter[tuple[str, ...]]  # collection, document, field, key

_NUMBERS: Final = {
    ENTITIES: ("mentions", "articles", "publications", "days", "forms"),
    PUBLICATIONS: ("mentions", "articles", "days"),
}
# What Pub/Sub itself writes on a message that it gives up: how often it was delivered.
_BY_PUBSUB: Final = "CloudPubSubDeadLetterSourceDeliveryCount"
_SHOWN: Final = 10


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
    plan: Plan, articles: Documents, entities: Documents, publications: Documents, letters: Sequence[Letter]
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
    _compare(findings, articles, {ENTITIES: entities, PUBLICATIONS: publications})
    return findings


def recount(articles: Documents) -> _Numbers:
    """Every number that `entities` and `publications` must hold, from the articles' own entities."""
    numbers: _Numbers = Counter()
    for article in articles.values():
        day, key = article["day"], article["publication_key"]
        names = [name_of(entity["text"], entity["label"]) for entity in article["entities"]]
        counted = [name for name in names if name.id in article["mentions"]]
        for name in counted:
            entity = (ENTITIES, name.id)
            numbers[(*entity, "mentions")] += 1
            numbers[(*entity, "publications", key)] += 1
            numbers[(*entity, "days", day)] += 1
            numbers[(*entity, "forms", name.form)] += 1
        for eid in {name.id for name in counted}:
            numbers[(ENTITIES, eid, "articles")] += 1
        numbers[(PUBLICATIONS, key, "mentions")] += len(counted)
        numbers[(PUBLICATIONS, key, "articles")] += 1
        numbers[(PUBLICATIONS, key, "days", day)] += 1
    return numbers


def _compare(findings: Findings, articles: Documents, collections: Mapping[str, Documents]) -> None:
    expected, stored = recount(articles), _stored(collections)
    for place in sorted(expected.keys() | stored.keys()):
        surplus = stored[place] - expected[place]
        if surplus:
            findings.differences.append(f"{'/'.join(place)} is {stored[place]}, not {expected[place]}")
            findings.counted_twice += max(0, surplus)
            findings.not_counted += max(0, -surplus)
    for article_id, article in articles.items():
        for entity in article["entities"]:
            if article["content"][entity["start"] : entity["end"]] != entity["text"]:
                findings.differences.append(f"articles/{article_id}: offsets miss {entity['text']!r}")
    for collection, documents in collections.items():
        for name, document in documents.items():
            span = (document.get("first_seen"), document.get("last_seen"))
            if span != (min(document["days"], default=None), max(document["days"], default=None)):
                findings.differences.append(f"{collection}/{name}: first and last day are {span}")


def _stored(collections: Mapping[str, Documents]) -> _Numbers:
    numbers: _Numbers = Counter()
    for collection, documents in collections.items():
        for name, document in documents.items():
            for number in _NUMBERS[collection]:
                value = document.get(number, 0)
                if isinstance(value, Mapping):
                    numbers.update({(collection, name, number, key): times for key, times in value.items()})
                else:
                    numbers[collection, name, number] = value
    return numbers


def _buried(letters: Iterable[Letter], plan: Plan) -> set[str]:
    """Articles of which a version is in the dead letters, as it was sent or as an entity message."""
    found = set()
    for letter in letters:
        if letter.data not in plan.hopeless:
            found.add(str(json.loads(letter.data)["id"]))
    return found


def _explained(letter: Letter) -> bool:
    return bool(letter.attributes.get(REASON) or letter.attributes.get(_BY_PUBSUB))


def _told(what: str, cases: Sequence[str]) -> str:
    if not cases:
        return ""
    more = f" and {len(cases) - _SHOWN} more" if len(cases) > _SHOWN else ""
    return f"{len(cases)} {what}: {'; '.join(cases[:_SHOWN])}{more}"
