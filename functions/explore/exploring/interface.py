"""The JSON API: the content of the pages for programs, page by page."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass
from datetime import datetime
from typing import Any, Final

import flask

from contract.timestamps import format_time
from exploring import questions
from exploring.answers import JSON, answer
from exploring.errors import BadQuestion
from exploring.explorer import Explorer
from exploring.openapi import DOCUMENT
from exploring.pages import LEADERS, LINES
from exploring.periods import ALL, period_of
from exploring.shapes import Days, Loaded, Ranking
from exploring.tracing import traced

# What an article's document holds besides for the writer alone.
_INNER: Final = (
    "title_terms",
    "version",
    "confirmed_at",
    "confirmed_by",
    "entity_ids",
    "source_message_id",
    "trace",
)


class Interface:
    """Every path below /api/."""

    def __init__(self, explorer: Explorer) -> None:
        self._explorer = explorer

    def overview(self, request: flask.Request) -> flask.Response:
        pulse = self._explorer.pulse()
        value = pulse.value
        body = {
            **asdict(value.totals),
            "minutes": _plain(value.minutes),
            "publications_leading": _plain(value.publications.publications),
            "articles_latest": _plain(value.latest.articles),
        }
        return _send(request, body, pulse)

    def entities(self, request: flask.Request) -> flask.Response:
        """The ranking by any of period, day and publication, as `namewire top` has it."""
        label, limit = questions.label_in(request), questions.limit_in(request, LEADERS)
        day, key = questions.day_in(request), questions.key_in(request)
        period = period_of(questions.text_of(request, "period"))
        cursor = questions.text_of(request, "cursor")
        if sum((day is not None, key is not None, period is not ALL)) > 1:
            raise BadQuestion("period", "cannot be combined: ask for one of period, day and publication")
        if cursor and (day or key or period is not ALL):
            raise BadQuestion("cursor", "goes with the ranking of all time only")
        if day:
            found = self._explorer.ranking_on(day, label, limit=limit)
        elif key:
            found = self._explorer.ranking_in(key, label, limit=limit)
        else:
            found = self._explorer.ranking(period, label, limit=limit, cursor=cursor)
        asked = {"period": period.name, "day": day, "publication": key, "label": label, "limit": limit}
        return _send(request, {**asked, **_ranking(found.value)}, found)

    def entity(self, request: flask.Request, entity_id: str) -> flask.Response:
        found = self._explorer.entity(questions.entity_in(entity_id))
        body = {**_plain(found.value), "days": _days(found.value.days, "mentions")}
        return _send(request, body, found)

    def company(self, request: flask.Request, entity_id: str) -> flask.Response:
        found = self._explorer.company(questions.entity_in(entity_id))
        return _send(request, _plain(found.value), found)

    def mentioning(self, request: flask.Request, entity_id: str) -> flask.Response:
        name, limit = questions.entity_in(entity_id), questions.limit_in(request, LINES)
        found = self._explorer.mentioning(name, limit=limit, cursor=questions.text_of(request, "cursor"))
        return _send(request, _plain(found.value), found)

    def publications(self, request: flask.Request) -> flask.Response:
        found = self._explorer.publications(
            limit=questions.limit_in(request, LEADERS), cursor=questions.text_of(request, "cursor")
        )
        return _send(request, _plain(found.value), found)

    def publication(self, request: flask.Request, key: str) -> flask.Response:
        found = self._explorer.source(key)
        source = found.value
        body = {
            **_plain(source.publication),
            "days": _days(source.days, "articles"),
            "entities": _plain(source.leaders),
        }
        return _send(request, body, found)

    def published_by(self, request: flask.Request, key: str) -> flask.Response:
        found = self._explorer.published_by(
            key, limit=questions.limit_in(request, LINES), cursor=questions.text_of(request, "cursor")
        )
        return _send(request, _plain(found.value), found)

    def articles(self, request: flask.Request) -> flask.Response:
        found = self._explorer.latest(
            limit=questions.limit_in(request, LINES), cursor=questions.text_of(request, "cursor")
        )
        return _send(request, _plain(found.value), found)

    def article(self, request: flask.Request, article_id: str) -> flask.Response:
        found = self._explorer.article(article_id)
        metadata = {name: _plain(value) for name, value in found.value.fields.items() if name not in _INNER}
        body = {
            "id": found.value.id,
            **metadata,
            "content": found.value.content,
            "entities": _plain(found.value.mentions),
        }
        return traced(_send(request, body, found), found.value)

    def search(self, request: flask.Request) -> flask.Response:
        typed = questions.typed_in(request)
        found = self._explorer.search(typed, limit=questions.limit_in(request, LEADERS))
        body = {
            "q": typed,
            "entities": _plain(found.value.names),
            "articles": _plain(found.value.articles),
        }
        return _send(request, body, found)

    def document(self, request: flask.Request) -> flask.Response:
        return answer(request, json.dumps(DOCUMENT, ensure_ascii=False), media_type=JSON)


def _ranking(ranking: Ranking) -> dict[str, Any]:
    return {
        "entities": _plain(ranking.leaders),
        "complete": ranking.complete,
        "next_cursor": ranking.next_cursor,
    }


def _days(days: Days, what: str) -> list[dict[str, Any]]:
    return [{"day": day, what: number} for day, number in days]


def _send(request: flask.Request, body: Mapping[str, Any], found: Loaded) -> flask.Response:
    text = json.dumps({**body, "as_of": format_time(found.as_of)}, ensure_ascii=False) + "\n"
    return answer(request, text, media_type=JSON, reads=found.reads)


def _plain(value: Any) -> Any:
    """As JSON has it; times as RFC 3339."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(each) for each in value]
    return value
