"""What one article adds to every count, and what is wrong with an article by itself. Pure.

Written anew, not taken from the writer: a recount that shares the writer's arithmetic shares its errors.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from contract.documents import contribution_of, counted_name
from contract.names import ARTICLES, ENTITIES, PUBLICATIONS
from contract.timestamps import is_day
from namewire.recount.findings import Difference
from worker.ledger import Path, Reference

# All that a recount needs of an article; its text stays where it is.
FIELDS: Final = (
    *("publication", "publication_key", "day", "mentions", "entities", "entity_ids", "left_out"),
)


@dataclass(slots=True)
class Share:
    """What an article counts; nothing when it cannot be counted."""

    numbers: list[tuple[Reference, Path, int]] = field(default_factory=list)
    facts: dict[Reference, dict[str, str]] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    mendable: bool = True


def share_of(article_id: str, article: Mapping[str, Any]) -> Share:
    """What the article, as it is stored, adds to the counts; and where it contradicts itself."""
    broken = list(_broken(article_id, article))
    if broken:
        return Share(differences=broken, mendable=False)
    share = Share(differences=list(_contradictions(article_id, article)))
    share.numbers = list(_numbers(article))
    share.facts = _facts(article)
    return share


def mended(article: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that follow from the found entities, as they must be."""
    right: dict[str, Any] = {"mentions": dict(article["mentions"])}
    if isinstance(article.get("entities"), list):
        right["mentions"] = _counted(article)
        if any(_is_mislinked(entity) for entity in article["entities"]):
            right["entities"] = [_linked(entity) for entity in article["entities"]]
    if "entity_ids" not in (article.get("left_out") or ()):
        right["entity_ids"] = sorted(right["mentions"])
    return right


def _is_mislinked(entity: Mapping[str, Any]) -> bool:
    return "entity_id" in entity and entity["entity_id"] != counted_name(entity).id


def _linked(entity: Mapping[str, Any]) -> dict[str, Any]:
    return {**entity, "entity_id": counted_name(entity).id} if _is_mislinked(entity) else dict(entity)


def _broken(article_id: str, article: Mapping[str, Any]) -> Iterator[Difference]:
    """Without these, nobody can say what the article counts, the writer included."""
    for name, is_right in _NEEDED.items():
        value = article.get(name)
        if not is_right(value):
            yield Difference((ARTICLES, article_id), (name,), value, None)


def _is_mentions(value: Any) -> bool:
    return isinstance(value, dict) and all(type(number) is int and number > 0 for number in value.values())


def _is_entities(value: Any) -> bool:
    return value is None or (
        isinstance(value, list)
        and all(
            isinstance(item, dict)
            and _is_text(item.get("text"), item.get("label"), item.get("canonical", item.get("text")))
            for item in value
        )
    )


def _is_text(*values: Any) -> bool:
    return all(isinstance(value, str) and value for value in values)


_NEEDED: Final[dict[str, Callable[[Any], bool]]] = {
    "publication_key": _is_text,
    "day": lambda value: isinstance(value, str) and is_day(value),
    "mentions": _is_mentions,
    "entities": _is_entities,
}


def _contradictions(article_id: str, article: Mapping[str, Any]) -> Iterator[Difference]:
    right, reference = mended(article), (ARTICLES, article_id)
    stored = article["mentions"]
    for eid in sorted(stored.keys() | right["mentions"].keys()):
        if stored.get(eid) != right["mentions"].get(eid):
            yield Difference(reference, ("mentions", eid), stored.get(eid), right["mentions"].get(eid))
    for number, (entity, linked) in enumerate(
        zip(article.get("entities") or (), right.get("entities", ()), strict=False)
    ):
        if entity != linked:
            path = ("entities", str(number), "entity_id")
            yield Difference(reference, path, entity["entity_id"], linked["entity_id"])
    if "entity_ids" in right and article.get("entity_ids") != right["entity_ids"]:
        yield Difference(reference, ("entity_ids",), article.get("entity_ids"), right["entity_ids"])


def _counted(article: Mapping[str, Any]) -> dict[str, int]:
    """The mentions by the entities. A label counts where one of its entities does; which do is a setting."""
    found = Counter[str]()
    labels: dict[str, str] = {}
    for entity in article["entities"]:
        eid = counted_name(entity).id
        found[eid] += 1
        labels[eid] = entity["label"]
    counted = {labels[eid] for eid in article["mentions"] if eid in labels}
    return {eid: times for eid, times in found.items() if labels[eid] in counted}


def _numbers(article: Mapping[str, Any]) -> Iterator[tuple[Reference, Path, int]]:
    part = contribution_of({**article, "entities": article.get("entities") or ()})
    publication = (PUBLICATIONS, part.publication_key)
    for eid, times in part.mentions.items():
        entity = (ENTITIES, eid)
        yield entity, ("articles",), 1
        yield entity, ("mentions",), times
        yield entity, ("publications", part.publication_key), times
        yield entity, ("days", part.day), times
        for form, number in part.forms.get(eid, {}).items():
            yield entity, ("forms", form), number
        for name, number in part.names.get(eid, {}).items():
            yield entity, ("names", name), number
    yield publication, ("articles",), 1
    yield publication, ("mentions",), sum(part.mentions.values())
    yield publication, ("days", part.day), 1


def _facts(article: Mapping[str, Any]) -> dict[Reference, dict[str, str]]:
    facts: dict[Reference, dict[str, str]] = {}
    for entity in article.get("entities") or ():
        name = counted_name(entity)
        if name.id in article["mentions"]:
            facts[ENTITIES, name.id] = {"label": name.label, "key": name.key}
    if _is_text(article.get("publication")):
        facts[PUBLICATIONS, article["publication_key"]] = {"name": article["publication"]}
    return facts
