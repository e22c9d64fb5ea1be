"""What schemathesis has to be told about the publish function besides its document."""

import gzip
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import jsonschema
import schemathesis
from hypothesis import strategies as st

from contract.article import ALIASES, FIELDS

_GZIP: Final = ("gzip", "x-gzip")
_NDJSON: Final = (
    "application/x-ndjson",
    "application/ndjson",
    "application/jsonl",
    "application/x-jsonlines",
)
_WORDS: Final = st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=60
).filter(str.strip)
_LINES: Final = st.lists(
    st.fixed_dictionaries(
        {"content": _WORDS, "publication": _WORDS}, optional={"title": _WORDS, "url": _WORDS, "other": _WORDS}
    ),
    min_size=1,
    max_size=5,
)


def _in_lines(articles: list[dict[str, str]]) -> bytes:
    return b"\n\n".join(json.dumps(article).encode() for article in articles)


def _packed(context: schemathesis.SerializationContext, data: bytes) -> bytes:
    coding = dict(context.case.headers or {}).get("Content-Encoding")
    return gzip.compress(data, 1) if coding in _GZIP else data


# First, because it brings a serializer of its own.
for _name in _NDJSON:
    schemathesis.openapi.media_type(_name, _LINES.map(_in_lines))


@schemathesis.serializer("application/json")
def as_json(context: schemathesis.SerializationContext, value: Any) -> bytes:
    """Packed where the header says so, which no schema can tell."""
    return _packed(context, value if isinstance(value, bytes) else json.dumps(value).encode())


@schemathesis.serializer(*_NDJSON)
def as_lines(context: schemathesis.SerializationContext, value: Any) -> bytes:
    return _packed(context, value if isinstance(value, bytes) else str(value).encode(errors="surrogatepass"))


@schemathesis.check
def only_what_fits_is_accepted(
    context: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case[Any]
) -> None:
    """An article in Pub/Sub is one that the document allows, once the names that do not count are dropped.

    The built-in check would call a batch accepted although some of its articles were rejected, and an
    article of which an alias is wrong that nobody reads.
    """
    if response.status_code != 202:
        return
    articles = list(_articles(response.request))
    answer = response.json()
    accepted = [item["index"] for item in answer["accepted"]] if "accepted" in answer else [0]
    rejected = [item["index"] for item in answer.get("rejected", ())]
    assert sorted([*accepted, *rejected]) == list(range(len(articles))), "an article is not accounted for"
    schema = {
        "$ref": "#/components/schemas/Article",
        "components": case.operation.schema.raw_schema["components"],
    }
    for index in accepted:
        error = jsonschema.Draft202012Validator(schema).iter_errors(_as_read(articles[index]))
        assert (first := next(error, None)) is None, f"accepted, but {first.message[:500]}"


def _articles(request: Any) -> Iterator[Any]:
    data = request.body if isinstance(request.body, bytes) else request.body.encode()
    if request.headers.get("Content-Encoding", "") in _GZIP:
        data = gzip.decompress(data)
    if request.headers["Content-Type"] in _NDJSON:
        yield from (json.loads(line) for line in data.split(b"\n") if line.strip())
        return
    value = json.loads(data)
    yield from value if isinstance(value, list) else [value]


def _as_read(article: Mapping[str, Any]) -> dict[str, Any]:
    """Of several names the first that is filled; text without needless white space."""
    kept = {}
    for name in FIELDS:
        names = [key for key in (name, *ALIASES.get(name, ())) if _is_filled(article.get(key))]
        if names:
            value = article[names[0]]
            is_line = isinstance(value, str) and name != "content"
            kept[names[0]] = " ".join(value.split()) if is_line else value
    return kept


def _is_filled(value: object) -> bool:
    return value is not None and not (isinstance(value, str) and not value.strip())
