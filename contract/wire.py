"""Articles on Pub/Sub: how we write them, and how we read what anyone may have published."""

import json
from collections.abc import Mapping
from typing import Any, Final, NoReturn

from contract import limits
from contract.article import ALIASES, FIELDS, Article, read_article
from contract.errors import InvalidMessage

NAMES: Final = frozenset(FIELDS).union(*ALIASES.values())


def encode_article(article: Article) -> bytes:
    """The JSON body of the message. Raises InvalidMessage when Pub/Sub would refuse its size."""
    body = article.model_dump_json(exclude_defaults=True).encode()
    if len(body) > limits.MESSAGE_BYTES:
        raise InvalidMessage.of(
            "content",
            f"makes a message of {len(body):,} bytes; Pub/Sub takes {limits.MESSAGE_BYTES:,}",
        )
    return body


def article_attributes(article: Article) -> dict[str, str]:
    return {"article_id": article.id, "publication_key": article.publication_key}


def decode_article(
    data: bytes, attributes: Mapping[str, str], *, content_chars: int = limits.CONTENT_CHARS
) -> Article:
    """The article in a message of the `articles` topic, ours or a bare one.

    The body is a JSON object, or plain text whose other fields are attributes; attributes fill
    fields that the body lacks. Raises InvalidMessage, and nothing else, for whatever else is there.
    """
    extra = {name: value for name, value in attributes.items() if name in NAMES}
    body = _body_fields(data, has_publication=_names_publication(extra))
    return read_article(_fill(body, extra), content_chars=content_chars)


def parse_json(data: str) -> Any:
    """The JSON value. Raises ValueError, also for NaN, deep nesting and absurd numbers."""
    try:
        return _DECODER.decode(data)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def decode_utf8(data: bytes, *, field: str = "body") -> str:
    """The text without a byte order mark. Raises InvalidMessage with the position of a bad byte."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidMessage.of(field, f"is not valid UTF-8 (byte {error.start})") from error


def _body_fields(data: bytes, *, has_publication: bool) -> Mapping[str, Any]:
    text = decode_utf8(data)
    if not text.strip():
        return {}
    try:
        value = parse_json(text)
    except ValueError as error:
        # No news begins with a brace: it is JSON that went wrong, which its sender should know.
        if text.lstrip().startswith("{"):
            raise InvalidMessage.of("body", f"looks like JSON and is not ({error})") from error
        if has_publication:
            return {"content": text}
        raise InvalidMessage.of(
            "body",
            f"is not JSON ({error}), and no attribute names the publication: "
            "send a JSON object, or plain text with --attribute=publication=NAME",
        ) from error
    if not isinstance(value, dict):
        raise InvalidMessage.of(
            "body", f"is {_kind(value)}; one article is a JSON object with content and publication"
        )
    return value


def _names_publication(extra: Mapping[str, str]) -> bool:
    return any(extra.get(name, "").strip() for name in ("publication", *ALIASES["publication"]))


def _fill(body: Mapping[str, Any], extra: Mapping[str, str]) -> dict[str, Any]:
    """Body and attributes together; an attribute never overrules a field under any of its names."""
    fields = dict(body)
    for name in FIELDS:
        names = (name, *ALIASES.get(name, ()))
        if not any(_holds(body.get(key)) for key in names):
            fields.update({key: extra[key] for key in names if key in extra})
    return fields


def _holds(value: object) -> bool:
    return value is not None and not (isinstance(value, str) and not value.strip())


def _kind(value: object) -> str:
    match value:
        case list():
            return "a JSON array"
        case str():
            return "a JSON string"
        case bool() | None:
            return f"JSON {json.dumps(value)}"
        case _:
            return "a JSON number"


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


# Once: `json.loads` with options makes a decoder for every call.
_DECODER: Final = json.JSONDecoder(parse_constant=_refuse_constant)
