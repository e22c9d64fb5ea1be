"""One name: what its document tells, who appears with it, and the articles that mention it."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from contract.entities import name_of
from contract.names import ARTICLES, ENTITIES, PUBLICATIONS
from exploring.errors import NotThere
from exploring.firestore import Path, Reader
from exploring.lists import matching
from exploring.quoting import quote
from exploring.shapes import Companion, Company, Entity, Lines, Quote, Share

SHARES: Final = 10
COMPANIONS: Final = 12
# Who appears together is counted in the latest articles, whatever the number of all.
SAMPLE: Final = 100


def entity(reader: Reader, name: str) -> Entity:
    """Raises NotThere."""
    found = reader.get(ENTITIES, name)
    if found is None:
        raise NotThere("There is no such name; it may have been corrected away.")
    fields = found.fields
    publications = _numbers(fields.get("publications"))
    leading = sorted(publications, key=lambda key: (-publications[key], key))[:SHARES]
    named = reader.get_many(PUBLICATIONS, leading, [("name",)])
    return Entity(
        id=found.id,
        text=str(fields.get("text", "")),
        label=str(fields.get("label", "")),
        mentions=fields.get("mentions", 0),
        articles=fields.get("articles", 0),
        first_seen=fields.get("first_seen"),
        last_seen=fields.get("last_seen"),
        days=sorted(_numbers(fields.get("days")).items()),
        shares=[
            Share(key, str(named.get(key, {}).get("name", key)), publications[key]) for key in leading
        ],
        publications=len(publications),
    )


def company(reader: Reader, name: str) -> Company:
    """The names that are in the most of its latest articles."""
    found = reader.query(
        ARTICLES,
        fields=[("mentions",)],
        limit=SAMPLE,
        where=[(("entity_ids",), "array_contains", name)],
        descending=[("day",), ("received_at",)],
    )
    together = Counter[str]()
    for article in found:
        together.update(_numbers(article.fields.get("mentions")).keys())
    del together[name]
    leading = sorted(together, key=lambda each: (-together[each], each))[:COMPANIONS]
    named = reader.get_many(ENTITIES, leading, [("text",), ("label",)])
    companions = [
        Companion(each, str(named[each].get("text", "")), str(named[each].get("label", "")), together[each])
        for each in leading
        if each in named
    ]
    return Company(companions, len(found))


def mentioning(reader: Reader, name: str, *, limit: int, cursor: str | None = None) -> Lines:
    """The articles, each with the sentence around the first mention."""
    extra: list[Path] = [("content",), ("entities",), ("mentions", name)]
    return matching(
        reader,
        (("entity_ids",), "array_contains", name),
        limit=limit,
        cursor=cursor,
        extra=extra,
        quote=lambda fields: _first_quote(fields, name),
        mentions=lambda fields: _numbers(fields.get("mentions")).get(name),
    )


def _first_quote(fields: Mapping[str, Any], name: str) -> Quote | None:
    content = fields.get("content")
    if not isinstance(content, str):
        return None
    for entity in fields.get("entities") or ():
        if name_of(entity["text"], entity["label"]).id == name:
            return quote(content, entity["start"], entity["end"])
    return None


def _numbers(value: Any) -> dict[str, int]:
    return {key: number for key, number in value.items() if number} if isinstance(value, dict) else {}
