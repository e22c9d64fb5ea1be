"""One name: what its document tells, who appears with it, and the articles that mention it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from contract.documents import counted_name
from contract.names import ARTICLES, ENTITIES, PUBLICATIONS
from exploring.errors import NotThere
from exploring.firestore import Found, Path, Reader
from exploring.lists import LINE_FIELDS, dated_cursor, line_of, matching
from exploring.quoting import quote
from exploring.shapes import Companion, Company, Entity, Line, Lines, Quote, Share

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
        shares=[Share(key, str(named.get(key, {}).get("name", key)), publications[key]) for key in leading],
        publications=len(publications),
    )


def company(reader: Reader, name: str) -> Company:
    """The names that are in the most of its latest articles."""
    return _company(reader, name, _sample(reader, name, [("mentions",)], SAMPLE))


def lately(reader: Reader, name: str, *, limit: int) -> tuple[Lines, Company]:
    """The first page of its articles, and who is in them: from one list, as no question costs more."""
    found = _sample(reader, name, [*LINE_FIELDS, ("mentions",)], SAMPLE)
    texts = reader.begin(
        lambda: reader.get_many(ARTICLES, [each.id for each in found[:limit]], [("content",), ("entities",)])
    )
    together = _company(reader, name, found)
    lines = [
        _line(Found(each.id, {**each.fields, **texts().get(each.id, {})}), name) for each in found[:limit]
    ]
    return Lines(lines, dated_cursor(lines[-1]) if len(found) > limit else None), together


def mentioning(reader: Reader, name: str, *, limit: int, cursor: str | None = None) -> Lines:
    """The articles, each with the sentence around the first mention."""
    return matching(
        reader,
        (("entity_ids",), "array_contains", name),
        limit=limit,
        cursor=cursor,
        extra=[("content",), ("entities",), ("mentions", name)],
        line=lambda found: _line(found, name),
    )


def _sample(reader: Reader, name: str, fields: Sequence[Path], limit: int) -> list[Found]:
    return reader.query(
        ARTICLES,
        fields=fields,
        limit=limit,
        where=[(("entity_ids",), "array_contains", name)],
        descending=[("day",), ("received_at",)],
    )


def _company(reader: Reader, name: str, found: Sequence[Found]) -> Company:
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


def _line(found: Found, name: str) -> Line:
    mentions = _numbers(found.fields.get("mentions")).get(name)
    return line_of(found, quote=_first_quote(found.fields, name), mentions=mentions)


def _first_quote(fields: Mapping[str, Any], name: str) -> Quote | None:
    content = fields.get("content")
    if not isinstance(content, str):
        return None
    for entity in fields.get("entities") or ():
        if counted_name(entity).id == name:
            return quote(content, entity["start"], entity["end"])
    return None


def _numbers(value: Any) -> dict[str, int]:
    return {key: number for key, number in value.items() if number} if isinstance(value, dict) else {}
