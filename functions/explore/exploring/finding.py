"""Search: names by the beginning of any word of any of their spellings, articles by those of their title."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from contract.names import ARTICLES, ENTITIES
from contract.search import fits, terms_for, words_of
from exploring.firestore import Found, Reader
from exploring.leaders import leader_of
from exploring.lists import LINE_FIELDS, line_of
from exploring.shapes import Leader, Line

TYPED_CHARS: Final = 100
# The names that most people look for are among the most mentioned ones; these are kept at hand.
_AT_HAND: Final = 300
_NAMES_READ: Final = 40
_ARTICLES_READ: Final = 30
_NAME_FIELDS: Final = tuple(
    (name,) for name in ("text", "label", "key", "terms", "mentions", "articles", "first_seen", "last_seen")
)


@dataclass(frozen=True, slots=True)
class Matches:
    """The most mentioned of the names that fit, and the latest of the articles."""

    names: Sequence[Leader]
    articles: Sequence[Line]


def search(reader: Reader, typed: str, *, limit: int) -> Matches:
    """What fits; nothing for less than two letters. At most 280 documents are read."""
    terms = terms_for(typed)
    names = [reader.begin(lambda term=term: _names(reader, term)) for term in terms]  # type: ignore[misc]
    articles = [reader.begin(lambda term=term: _articles(reader, term)) for term in terms]  # type: ignore[misc]
    leaders = {
        each.id: leader_of(each, each.fields.get("mentions", 0))
        for answer in names
        for each in answer()
        if fits(typed, _words(each))
    }
    lines = {
        each.id: line_of(each)
        for answer in articles
        for each in answer()
        if fits(typed, words_of(str(each.fields.get("title", ""))))
    }
    ranked = sorted(leaders.values(), key=lambda leader: (-leader.mentions, leader.id))
    newest = sorted(lines.values(), key=lambda line: (line.day, line.received_at), reverse=True)
    return Matches(ranked[:limit], newest[:limit])


def at_hand(reader: Reader) -> list[Found]:
    """The most mentioned names of all."""
    return reader.query(ENTITIES, fields=_NAME_FIELDS, limit=_AT_HAND, descending=[("mentions",)])


def suggest(names: Sequence[Found], typed: str, *, limit: int) -> tuple[list[Leader], bool]:
    """Those of the names at hand that fit, and whether there can be no better ones.

    All others are mentioned less, so that a full list is the right one.
    """
    found = [leader_of(each, each.fields.get("mentions", 0)) for each in names if fits(typed, _words(each))]
    return found[:limit], len(found) >= limit or len(names) < _AT_HAND


def _words(entity: Found) -> Collection[str]:
    """Those of the full name and of its spellings; of the name alone where no terms are stored."""
    return entity.fields.get("terms") or words_of(str(entity.fields.get("key", "")).partition(":")[2])


def _names(reader: Reader, term: str) -> list[Found]:
    where = [(("terms",), "array_contains", term)]
    return reader.query(
        ENTITIES, fields=_NAME_FIELDS, limit=_NAMES_READ, where=where, descending=[("mentions",)]
    )


def _articles(reader: Reader, term: str) -> list[Found]:
    where = [(("title_terms",), "array_contains", term)]
    return reader.query(
        ARTICLES,
        fields=LINE_FIELDS,
        limit=_ARTICLES_READ,
        where=where,
        descending=[("day",), ("received_at",)],
    )
