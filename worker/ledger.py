"""The arithmetic of the counts: which version of an article holds, and what that changes. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from contract.documents import Contribution, Document, Reading, contribution_of, names_of, newer, reading_of
from contract.messages import EntityMessage
from contract.names import ENTITIES, PUBLICATIONS

Path = tuple[str, ...]
Reference = tuple[str, str]  # collection, document id

CONFIRMATION: Final = ("confirmed_at", "confirmed_by")


@dataclass(frozen=True, slots=True)
class Version:
    """A version of an article as it would be stored, and the message that brought it."""

    document: Document
    message: EntityMessage


@dataclass(slots=True)
class Delta:
    """What a commit adds to one document: numbers by field path, and facts that a new document needs."""

    numbers: dict[Path, int] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    form: str = ""  # how people see an entity of which no form is counted

    @property
    def shrinks(self) -> bool:
        """Whether a number goes down; then it may become zero and has to be removed."""
        return min(self.numbers.values(), default=0) < 0

    def add(self, path: Path, number: int) -> None:
        self.numbers[path] = self.numbers.get(path, 0) + number


@dataclass(frozen=True, slots=True)
class Change:
    """What has to be written for one article."""

    article_id: str
    stored: Mapping[str, Any] | None
    document: Document
    message: EntityMessage | None  # None when only the time of the newest confirmation moves
    before: Contribution | None = None
    after: Contribution | None = None

    @property
    def confirms_only(self) -> bool:
        return self.message is None


def decide(stored: Mapping[str, Any] | None, versions: Sequence[Version]) -> Change | None:
    """What the versions that came in mean for an article; None when nothing changes.

    Of two versions the one published later wins, in whatever order they come. The same version
    again moves only the time at which it was last confirmed: a version published in between, but
    coming in later, must not replace it. Only a later reading of the same version, of a later run or by a
    newer linking, replaces what an earlier one made of it, and never the other way round (ADR 16 and 18).
    """
    current: Mapping[str, Any] | None = stored
    winner: Version | None = None
    for version in sorted(versions, key=_published):
        candidate = version.document
        if current is None:
            current, winner = candidate, version
        elif candidate["version"] == current["version"]:
            latest = candidate if newer(candidate, current) else current
            if reading_of(candidate) > reading_of(current):
                current, winner = {**candidate, **_confirmation(latest)}, version
            elif latest is candidate:
                current = {**current, **_confirmation(latest)}
        elif newer(candidate, current):
            current, winner = candidate, version
    if current is None or current is stored:
        return None
    return _change(versions[0].message.id, stored, dict(current), winner)


def _confirmation(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: document[name] for name in CONFIRMATION}


def _change(
    article_id: str, stored: Mapping[str, Any] | None, document: Document, winner: Version | None
) -> Change:
    # Corrected and corrected back within one batch: only the confirmation moves.
    back = (
        stored is not None
        and stored["version"] == document["version"]
        and reading_of(stored) >= reading_of(document)
    )
    if winner is None or back:
        return Change(article_id, stored, {**(stored or {}), **_confirmation(document)}, None)
    before = None if stored is None else contribution_of(stored)
    return Change(article_id, stored, document, winner.message, before, contribution_of(document))


def deltas(changes: Iterable[Change]) -> dict[Reference, Delta]:
    """Every entity and publication that the changes touch, each once; what comes to nothing is left out."""
    found: dict[Reference, Delta] = {}
    for change in changes:
        if change.before is not None:
            _count(found, change.before, -1)
        if change.after is not None:
            _count(found, change.after, +1)
        if change.message is not None:
            _name(found, change.message)
    for delta in found.values():
        for path in [path for path, number in delta.numbers.items() if not number]:
            del delta.numbers[path]
    return {reference: delta for reference, delta in found.items() if delta.numbers}


def touched(change: Change) -> set[Reference]:
    """The documents besides the article's own that a change may write."""
    sides = [side for side in (change.before, change.after) if side is not None]
    entities = {(ENTITIES, eid) for side in sides for eid in side.mentions}
    return entities | {(PUBLICATIONS, side.publication_key) for side in sides}


def _count(found: dict[Reference, Delta], part: Contribution, sign: int) -> None:
    total = 0
    for eid, mentions in part.mentions.items():
        delta = _delta(found, (ENTITIES, eid))
        delta.add(("mentions",), sign * mentions)
        delta.add(("articles",), sign)
        delta.add(("publications", part.publication_key), sign * mentions)
        delta.add(("days", part.day), sign * mentions)
        for form, times in part.forms.get(eid, {}).items():
            delta.add(("forms", form), sign * times)
        for name, times in part.names.get(eid, {}).items():
            delta.add(("names", name), sign * times)
        total += mentions
    delta = _delta(found, (PUBLICATIONS, part.publication_key))
    delta.add(("articles",), sign)
    delta.add(("mentions",), sign * total)
    delta.add(("days", part.day), sign)


def _delta(found: dict[Reference, Delta], reference: Reference) -> Delta:
    if reference not in found:
        found[reference] = Delta()
    return found[reference]


def _name(found: Mapping[Reference, Delta], message: EntityMessage) -> None:
    for eid, name in names_of(message).items():
        if (ENTITIES, eid) in found:
            delta = found[ENTITIES, eid]
            delta.facts = {"label": name.label, "key": name.key}
            delta.form = name.form
    found[PUBLICATIONS, message.publication_key].facts = {"name": message.publication}


def _published(version: Version) -> tuple[Any, int, str, Reading]:
    by = version.document["confirmed_by"]
    return version.document["confirmed_at"], len(by), by, reading_of(version.document)
