"""What is published: short articles full of the same few names, again, corrected, and some that are none."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

# Everybody writes about the first few: their documents are touched by nearly every commit.
_PEOPLE: Final = (
    *("Ingrid Solhaug", "Amara Okafor", "Tomás Herrera", "Priya Raman", "Jonas Lindqvist", "Leila Haddad"),
    *("Daniel Kovács", "Grace Wanjiru", "Mateo Alvarez", "Hannah Fischer", "Kenji Nakamura", "Olga Petrova"),
    *("Samuel Mensah", "Claire Dubois", "Rashid Khan", "Elena Marino", "Peter Novak", "Nora Byrne"),
)
_PLACES: Final = (
    "Lisbon",
    "Oslo",
    "Nairobi",
    "Paris",
    "Lagos",
    "Tokyo",
    "Kenya",
    "Norway",
    "Brazil",
    "Berlin",
)
_HOUSES: Final = ("Reuters", "Toyota", "the European Union", "the World Bank", "Siemens", "UNESCO", "Airbus")
_PUBLICATIONS: Final = (
    *("The Harbour Gazette", "Meridian Wire", "Delta Ledger", "North Tide", "Southern Cross Review"),
    *("The Evening Compass", "Lantern Post", "Atlas Daily"),
)
_SENTENCES: Final = (
    "{person} met {other} in {place} to settle the future of the harbour.",
    "{house} said on Monday that it would open an office in {place} next year.",
    "In {place}, {person} told reporters that {house} had kept its word.",
    "{other} of {house} will travel to {place} before the vote.",
    "Nobody in {place} had expected {person} to agree with {other}.",
    "The plan of {house} was read aloud in {place} by {other}.",
)
_DAYS: Final = 12
_EPOCH: Final = datetime(2026, 11, 1, tzinfo=UTC)
_DUPLICATES: Final = 0.12
_CORRECTIONS: Final = 0.06
_BACK: Final = 0.2  # of the corrections are taken back
_NEVER: Final = 0.005


class Kind(StrEnum):
    """Why something is published."""

    FIRST = "first"
    DUPLICATE = "duplicate"
    CORRECTION = "correction"
    NEVER = "never"  # it can only become a dead letter


@dataclass(frozen=True, slots=True)
class Send:
    """One publish. `content` is what must stand in Firestore if nothing is published after it."""

    at: float
    kind: Kind
    article: str
    body: bytes
    content: str


@dataclass(slots=True)
class Plan:
    """Everything that will be published, in order, and what must be there in the end."""

    sends: list[Send]
    contents: dict[str, str] = field(default_factory=dict)  # by article: the version published last
    hopeless: set[bytes] = field(default_factory=set)

    def count(self, kind: Kind) -> int:
        return sum(send.kind is kind for send in self.sends)


def make_plan(seed: int, articles: int, seconds: float) -> Plan:
    """Articles spread over the time, what comes again or corrected at any time after them."""
    choice = random.Random(f"articles {seed}")
    sends: list[Send] = []
    for number in range(articles):
        sends += _story(choice, number, seconds)
    for number in range(round(articles * _NEVER)):
        sends.append(_never(choice, number, seconds))
    sends.sort(key=lambda send: send.at)
    plan = Plan(sends)
    for send in sends:
        if send.kind is Kind.NEVER:
            plan.hopeless.add(send.body)
        else:
            plan.contents[send.article] = send.content
    return plan


def requests(sends: Sequence[Send], most: int) -> Iterator[list[Send]]:
    """Cut so that no article is twice in a request: there, all would have the same publish time."""
    part: list[Send] = []
    for send in sends:
        if len(part) == most or any(send.article == other.article for other in part):
            yield part
            part = []
        part.append(send)
    if part:
        yield part


def _story(choice: random.Random, number: int, seconds: float) -> list[Send]:
    """One article, with what follows it."""
    name = f"chaos-{number}"
    fields = _fields(choice, name)
    at = choice.uniform(0.0, seconds)
    sends = [_send(at, Kind.FIRST, fields)]
    if choice.random() < _DUPLICATES:
        # Half of them at once, as from a sender whose first try timed out.
        later = at if choice.random() < 0.5 else choice.uniform(at, seconds)
        sends.append(_send(later, Kind.DUPLICATE, fields))
    if choice.random() < _CORRECTIONS:
        later = choice.uniform(at, seconds)
        sends.append(_send(later, Kind.CORRECTION, _corrected(choice, fields)))
        if choice.random() < _BACK:
            sends.append(_send(choice.uniform(later, seconds), Kind.CORRECTION, fields))
    return sends


def _fields(choice: random.Random, name: str) -> dict[str, Any]:
    day = _EPOCH + timedelta(days=choice.randrange(_DAYS), minutes=choice.randrange(1_440))
    return {
        "id": name,
        "publication": choice.choice(_PUBLICATIONS),
        "published_at": day.isoformat(),
        "content": f"{_text(choice)} This is story {name}.",
    }


def _corrected(choice: random.Random, fields: dict[str, Any]) -> dict[str, Any]:
    """Other names, and now and then another day or publication too."""
    changed = {**_fields(choice, fields["id"]), "content": f"Corrected. {_text(choice)}"}
    kept = ("publication", "published_at") if choice.random() < 0.7 else ()
    return {**changed, **{name: fields[name] for name in kept}}


def _text(choice: random.Random) -> str:
    return " ".join(
        sentence.format(
            person=_often(choice, _PEOPLE),
            other=_often(choice, _PEOPLE),
            place=_often(choice, _PLACES),
            house=_often(choice, _HOUSES),
        )
        for sentence in choice.sample(_SENTENCES, 3)
    )


def _often(choice: random.Random, names: Sequence[str]) -> str:
    """The earlier a name, the likelier."""
    return names[min(choice.randrange(len(names)), choice.randrange(len(names)))]


def _send(at: float, kind: Kind, fields: dict[str, Any]) -> Send:
    return Send(at, kind, fields["id"], json.dumps(fields).encode(), fields["content"])


def _never(choice: random.Random, number: int, seconds: float) -> Send:
    """No publication, or no JSON."""
    text = f"{_text(choice)} Hopeless {number}."
    body = json.dumps({"content": text}) if number % 2 else '{"content": ' + text
    return Send(choice.uniform(0.0, seconds), Kind.NEVER, f"hopeless-{number}", body.encode(), "")
