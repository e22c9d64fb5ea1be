"""The OpenAPI document of /api/: what programs may rely on."""

from typing import Any, Final

_LIMIT: Final = {
    "name": "limit",
    "in": "query",
    "description": "How many, from 1 to 100.",
    "schema": {"type": "integer", "minimum": 1, "maximum": 100},
}
_CURSOR: Final = {
    "name": "cursor",
    "in": "query",
    "description": "Where to go on: next_cursor of the page before.",
    "schema": {"type": "string", "maxLength": 600},
}
_LABEL: Final = {
    "name": "label",
    "in": "query",
    "description": "Only this kind of names: PERSON, ORG, GPE, …",
    "schema": {"type": "string", "maxLength": 64},
}
_ENTITY: Final = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "The id of a name.",
    "schema": {"type": "string", "pattern": "^[0-9a-f]{24}$"},
}
_KEY: Final = {
    "name": "key",
    "in": "path",
    "required": True,
    "description": "The key of a publication.",
    "schema": {"type": "string"},
}
_ARTICLE: Final = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "The id of an article.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._:-]{1,128}$"},
}


def _query(name: str, description: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": {"type": "string", **schema}}


def _path(
    operation: str, summary: str, schema: str, *parameters: Any, description: str = ""
) -> dict[str, Any]:
    problems = {"400": "BadQuestion", "503": "Unreachable"}
    if any(each["in"] == "path" for each in parameters):
        problems["404"] = "NotThere"
    return {
        "get": {
            "operationId": operation,
            "summary": summary,
            "description": description,
            "parameters": list(parameters),
            "responses": {
                "200": {
                    "description": summary,
                    "headers": {"Namewire-Reads": {"$ref": "#/components/headers/Reads"}},
                    "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
                },
                **{
                    status: {"$ref": f"#/components/responses/{name}"}
                    for status, name in sorted(problems.items())
                },
            },
        }
    }


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def _list(schema: str) -> dict[str, Any]:
    return {"type": "array", "items": _ref(schema)}


def _ref(schema: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{schema}"}


def _problem(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/problem+json": {"schema": _ref("Problem")}},
    }


_TEXT: Final = {"type": "string"}
_MAYBE: Final = {"type": ["string", "null"]}
_NUMBER: Final = {"type": "integer", "minimum": 0}
_TIME: Final = {"type": "string", "format": "date-time"}
_YES: Final = {"type": "boolean"}
_AS_OF: Final = {"as_of": {**_TIME, "description": "When this was read; at most 15 seconds ago."}}
_NEXT: Final = {"next_cursor": {**_MAYBE, "description": "null on the last page"}}
_COUNTS: Final = {"articles": _NUMBER, "mentions": _NUMBER, "first_seen": _MAYBE, "last_seen": _MAYBE}
_SOURCE: Final = {"key": _TEXT, "name": _TEXT, **_COUNTS}

_SCHEMAS: Final = {
    "Overview": _object(
        articles=_NUMBER,
        entities=_NUMBER,
        publications=_NUMBER,
        entities_is_exact={**_YES, "description": "false: there are at least so many names"},
        minutes={"type": "array", "items": _object(minute=_TIME, articles=_NUMBER)},
        publications_leading=_list("Publication"),
        articles_latest=_list("Line"),
        **_AS_OF,
    ),
    "Leader": _object(
        id=_TEXT,
        text=_TEXT,
        label=_TEXT,
        mentions={**_NUMBER, "description": "those that the question is about"},
        mentions_total=_NUMBER,
        articles_total=_NUMBER,
        first_seen=_MAYBE,
        last_seen=_MAYBE,
    ),
    "Ranking": _object(
        period=_TEXT,
        day=_MAYBE,
        publication=_MAYBE,
        label=_MAYBE,
        limit=_NUMBER,
        entities=_list("Leader"),
        complete={**_YES, "description": "false: a name that was not read might belong among these"},
        **_NEXT,
        **_AS_OF,
    ),
    "Entity": _object(
        id=_TEXT,
        text=_TEXT,
        label=_TEXT,
        **_COUNTS,
        days={"type": "array", "items": _object(day=_TEXT, mentions=_NUMBER)},
        shares={"type": "array", "items": _object(key=_TEXT, name=_TEXT, mentions=_NUMBER)},
        publications={**_NUMBER, "description": "in how many publications"},
        **_AS_OF,
    ),
    "Company": _object(
        companions={
            "type": "array",
            "items": _object(id=_TEXT, text=_TEXT, label=_TEXT, articles=_NUMBER),
        },
        looked_at={**_NUMBER, "description": "in how many of its latest articles"},
        **_AS_OF,
    ),
    "Publication": _object(**_SOURCE),
    "Publications": _object(publications=_list("Publication"), **_NEXT, **_AS_OF),
    "Source": _object(
        **_SOURCE,
        days={"type": "array", "items": _object(day=_TEXT, articles=_NUMBER)},
        entities={**_list("Leader"), "description": "its 200 leading names"},
        **_AS_OF,
    ),
    "Line": _object(
        id=_TEXT,
        title=_MAYBE,
        publication=_TEXT,
        publication_key=_TEXT,
        day=_TEXT,
        received_at=_TIME,
        words=_NUMBER,
        mentions={"type": ["integer", "null"]},
        quote={
            "anyOf": [{"type": "null"}, _object(before=_TEXT, mention=_TEXT, after=_TEXT)],
            "description": "the sentence around the first mention",
        },
    ),
    "Lines": _object(articles=_list("Line"), **_NEXT, **_AS_OF),
    "Article": {
        **_object(
            id=_TEXT,
            publication=_TEXT,
            publication_key=_TEXT,
            title=_MAYBE,
            content=_MAYBE,
            day=_TEXT,
            words=_NUMBER,
            received_at=_TIME,
            processed_at=_TIME,
            model=_object(name=_TEXT, version=_TEXT),
            entities={
                "type": "array",
                "items": _object(
                    text=_TEXT,
                    label=_TEXT,
                    start=_NUMBER,
                    end=_NUMBER,
                    entity_id=_TEXT,
                    canonical={**_TEXT, "description": "the full name of whom it counts for"},
                    is_counted=_YES,
                ),
            },
            **_AS_OF,
        ),
        "description": "Offsets are code points into content. Further metadata where the article has it.",
    },
    "Matches": _object(q=_TEXT, entities=_list("Leader"), articles=_list("Line"), **_AS_OF),
    "Problem": {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": _TEXT,
            "title": _TEXT,
            "status": {"type": "integer"},
            "detail": _TEXT,
            "errors": {"type": "array", "items": _object(field=_TEXT, message=_TEXT)},
        },
    },
}

DOCUMENT: Final[dict[str, Any]] = {
    "openapi": "3.1.0",
    "info": {
        "title": "Namewire explorer",
        "version": "1",
        "description": "Who is in the news, where, and since when. Read only; answers are at most 15 seconds "
        "old. Lists are paged: send next_cursor as cursor until it is null. Errors are RFC 9457 problem "
        "documents.",
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    },
    "servers": [{"url": "/"}],
    "paths": {
        "/api/overview": _path("overview", "How much there is, and what comes in", "Overview"),
        "/api/entities": _path(
            "entities",
            "The leading names",
            "Ranking",
            _query(
                "period",
                "today, 7d, 30d or all; days are those of the articles.",
                enum=["today", "7d", "30d", "all"],
            ),
            _query("day", "Only mentions on this UTC day.", pattern=r"^\d{4}-\d{2}-\d{2}$"),
            _query("publication", "Only mentions in the publication with this key."),
            _LABEL,
            _LIMIT,
            _CURSOR,
            description="At most one of period, day and publication. A cursor goes with all time only.",
        ),
        "/api/entities/{id}": _path("entity", "A name, its days and its publications", "Entity", _ENTITY),
        "/api/entities/{id}/company": _path(
            "company", "The names that appear with it in its latest 100 articles", "Company", _ENTITY
        ),
        "/api/entities/{id}/articles": _path(
            "mentioning", "The articles that mention it, the latest first", "Lines", _ENTITY, _LIMIT, _CURSOR
        ),
        "/api/publications": _path(
            "publications", "The publications with the most articles", "Publications", _LIMIT, _CURSOR
        ),
        "/api/publications/{key}": _path(
            "publication", "A publication, its days and its leading names", "Source", _KEY
        ),
        "/api/publications/{key}/articles": _path(
            "published_by", "Its articles, the latest first", "Lines", _KEY, _LIMIT, _CURSOR
        ),
        "/api/articles": _path("articles", "Articles, what came last first", "Lines", _LIMIT, _CURSOR),
        "/api/articles/{id}": _path(
            "article", "An article, what was found in it, and what of that counts", "Article", _ARTICLE
        ),
        "/api/search": _path(
            "search",
            "Names, in any of their spellings, and titles by the beginning of any of their words",
            "Matches",
            _query("q", "What is looked for, two letters or more.", maxLength=100),
            _LIMIT,
        ),
    },
    "components": {
        "schemas": _SCHEMAS,
        "headers": {
            "Reads": {
                "description": "The document reads that Firestore bills for what the answer shows.",
                "schema": {"type": "integer"},
            }
        },
        "responses": {
            "BadQuestion": _problem(
                "The address asks for something that does not exist; `errors` says what does."
            ),
            "NotThere": _problem("There is no such name, publication or article."),
            "Unreachable": _problem("Firestore does not answer now; try again after `Retry-After` seconds."),
        },
    },
}
