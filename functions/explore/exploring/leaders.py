"""Who leads: rankings that are read from the top of an index, with a bound on what is read.

Firestore keeps no sum over some days. But it keeps a list per day, and a name's sum cannot be larger than
what is left at the ends of these lists: once the last name shown has as much, no other can belong among
them (Fagin's threshold algorithm). The same holds for the list by all mentions.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from contract.names import ENTITIES
from exploring.cursors import decode_ranked, encode
from exploring.firestore import Found, Path, Reader
from exploring.shapes import Leader, Ranking

# Together with the list by all mentions, 400 reads at most.
_DAY_READS: Final = 300
_TOTAL_READS: Final = 100
# One list in which those of other labels are passed over.
_SIFTED_READS: Final = 300
_FACTS: Final[Sequence[Path]] = (
    *(("text",), ("label",), ("mentions",), ("articles",), ("first_seen",), ("last_seen",)),
)
_BY_ALL: Final[Path] = ("mentions",)


def by_mentions(
    reader: Reader, *, limit: int, label: str | None = None, cursor: str | None = None
) -> Ranking:
    """By all mentions ever, page by page."""
    found = reader.query(
        ENTITIES,
        fields=_FACTS,
        limit=limit + 1,
        where=[(("label",), "==", label)] if label else [],
        descending=[_BY_ALL],
        after=decode_ranked(cursor, "mentions") if cursor else None,
    )
    shown = [leader_of(each, _number(each.fields, _BY_ALL)) for each in found[:limit]]
    more = encode(shown[-1].mentions, shown[-1].id) if len(found) > limit else None
    return Ranking(shown, next_cursor=more)


def by_number(reader: Reader, path: Path, *, limit: int, label: str | None = None) -> Ranking:
    """By the mentions on one day or in one publication; with a label those of others are passed over."""
    most = _SIFTED_READS if label else limit
    found = reader.query(ENTITIES, fields=[*_FACTS, path], limit=most, descending=[path])
    leaders = [leader_of(each, _number(each.fields, path)) for each in found]
    fitting = [leader for leader in leaders if leader.mentions > 0 and label in (None, leader.label)]
    return Ranking(fitting[:limit], complete=len(fitting) >= limit or len(found) < most or not label)


def by_days(reader: Reader, days: Sequence[str], *, limit: int, label: str | None = None) -> Ranking:
    """By the mentions on all of the days together."""
    if len(days) == 1:
        return by_number(reader, ("days", days[0]), limit=limit, label=label)
    fields = [*_FACTS, *(("days", day) for day in days)]
    known, bound = _by_total(reader, fields, label)
    ranking = _ranked(known, days, bound, limit=limit, label=label)
    if ranking.complete:
        return ranking
    more, day_bound = _by_day(reader, fields, days)
    return _ranked(known | more, days, min(bound, day_bound), limit=limit, label=label)


def leader_of(found: Found, mentions: int) -> Leader:
    fields = found.fields
    return Leader(
        id=found.id,
        text=str(fields.get("text", "")),
        label=str(fields.get("label", "")),
        mentions=mentions,
        mentions_total=fields.get("mentions", 0),
        articles_total=fields.get("articles", 0),
        first_seen=fields.get("first_seen"),
        last_seen=fields.get("last_seen"),
    )


def _by_total(reader: Reader, fields: Sequence[Path], label: str | None) -> tuple[dict[str, Found], int]:
    where = [(("label",), "==", label)] if label else []
    found = reader.query(ENTITIES, fields=fields, limit=_TOTAL_READS, where=where, descending=[_BY_ALL])
    bound = _number(found[-1].fields, _BY_ALL) if len(found) == _TOTAL_READS else 0
    return {each.id: each for each in found}, bound


def _by_day(reader: Reader, fields: Sequence[Path], days: Sequence[str]) -> tuple[dict[str, Found], int]:
    limit = _DAY_READS // len(days)
    asked = [reader.begin(_list_of(reader, fields, ("days", day), limit)) for day in days]
    known: dict[str, Found] = {}
    bound = 0
    for day, answer in zip(days, asked, strict=True):
        found = answer()
        known.update((each.id, each) for each in found)
        bound += _number(found[-1].fields, ("days", day)) if len(found) == limit else 0
    return known, bound


def _list_of(reader: Reader, fields: Sequence[Path], path: Path, limit: int) -> Callable[[], list[Found]]:
    return lambda: reader.query(ENTITIES, fields=fields, limit=limit, descending=[path])


def _ranked(
    known: Mapping[str, Found], days: Sequence[str], bound: int, *, limit: int, label: str | None
) -> Ranking:
    sums = [
        leader_of(each, sum(_number(each.fields, ("days", day)) for day in days)) for each in known.values()
    ]
    fitting = [each for each in sums if each.mentions > 0 and label in (None, each.label)]
    fitting.sort(key=lambda each: (each.mentions, each.id), reverse=True)
    last = fitting[limit - 1].mentions if len(fitting) >= limit else 0
    return Ranking(fitting[:limit], complete=last >= bound)


def _number(fields: Mapping[str, Any], path: Path) -> int:
    value: Any = fields
    for name in path:
        value = value.get(name, {}) if isinstance(value, Mapping) else 0
    return value if isinstance(value, int) else 0
