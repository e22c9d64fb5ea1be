"""The article, and the one validation that serves every entrance."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from contract import limits
from contract.errors import FieldError, InvalidMessage
from contract.identity import derive_article_id, is_article_id, publication_key
from contract.timestamps import parse_time

ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    "content": ("text", "body", "maintext", "article"),
    "publication": ("source", "source_domain"),
    "published_at": ("date", "date_publish"),
    "authors": ("author",),
}
FIELDS: Final = (
    "id",
    "content",
    "publication",
    "title",
    "url",
    "authors",
    "language",
    "section",
    "published_at",
)
_KEYS: Final = tuple((name, (name, *ALIASES.get(name, ()))) for name in FIELDS)
_REQUIRED: Final = ("id", "content", "publication")
_LANGUAGE = r"^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$"


def _complaint(message: str) -> PydanticCustomError:
    # The braces of pydantic's templates would swallow those of a message.
    return PydanticCustomError("namewire", "{message}", {"message": message})


def _clean(text: str) -> str:
    """Refuses what Firestore, Pub/Sub or UTF-8 cannot carry."""
    if "\0" in text:
        raise _complaint(f"contains a NUL character at position {text.index(chr(0))}; remove it")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise _complaint(
            f"contains half a surrogate pair at position {error.start}; send valid Unicode"
        ) from error
    return text


def _not_blank(text: str) -> str:
    if _is_blank(text):
        raise _complaint("must not be blank")
    return text


def _id(text: str) -> str:
    if not is_article_id(text):
        raise _complaint(
            "must be 1 to 128 characters out of A-Z a-z 0-9 . _ : - "
            "(not '.', '..' or '__…__', which Firestore reserves), or be left out"
        )
    return text


def _time(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return parse_time(value)
    except ValueError as error:
        raise _complaint(str(error)) from error


def _author_list(value: object) -> list[object]:
    """A single author is a list of one."""
    if not isinstance(value, str | list):
        raise _complaint("must be a string or a list of strings")
    return [value] if isinstance(value, str) else value


def _named(authors: list[str]) -> list[str]:
    """Empty names, which exports are full of, count as absent."""
    return [author for author in authors if author]


def _line(text: str) -> str:
    return " ".join(_clean(text).split())


Text = Annotated[str, AfterValidator(_clean)]
# One function each: every step from pydantic back into Python costs as much as the step itself.
Line = Annotated[str, AfterValidator(_line)]


class Article(BaseModel):
    """An article as every program behind the entrances sees it: valid, with its id."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)

    id: Annotated[str, AfterValidator(_id)]
    content: Annotated[Text, AfterValidator(_not_blank)]
    publication: Annotated[Line, Field(max_length=limits.PUBLICATION_CHARS), AfterValidator(_not_blank)]
    title: Annotated[Line, Field(max_length=limits.TITLE_CHARS)] | None = None
    url: Annotated[Line, Field(max_length=limits.URL_CHARS)] | None = None
    authors: Annotated[
        list[Annotated[Line, Field(max_length=limits.AUTHOR_CHARS)]],
        Field(max_length=limits.AUTHORS),
        BeforeValidator(_author_list),
        AfterValidator(_named),
    ] = []
    language: Annotated[Line, Field(pattern=_LANGUAGE)] | None = None
    section: Annotated[Line, Field(max_length=limits.SECTION_CHARS)] | None = None
    published_at: Annotated[datetime, BeforeValidator(_time)] | None = None

    @property
    def publication_key(self) -> str:
        return publication_key(self.publication)


def read_article(fields: Mapping[str, Any], *, content_chars: int = limits.CONTENT_CHARS) -> Article:
    """The article in a JSON object (or CSV row) that uses our names or their aliases.

    Raises InvalidMessage with every field that is wrong, under the name that the sender used.
    """
    values, used = _resolve_aliases(fields)
    errors = _too_long(values, used, content_chars)
    try:
        draft = Article.model_validate({"id": "pending", **values})
    except ValidationError as error:
        raise InvalidMessage([*errors, *_field_errors(error, used)]) from error
    if errors:
        raise InvalidMessage(errors)
    if "id" in values:
        return draft
    derived = derive_article_id(
        publication=draft.publication, url=draft.url, title=draft.title, content=draft.content
    )
    return draft.model_copy(update={"id": derived})


def _resolve_aliases(fields: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Our name → value, and our name → the name it came under.

    Null counts as absent everywhere, blank text in optional fields.
    """
    values: dict[str, Any] = {}
    used: dict[str, str] = {}
    for name, keys in _KEYS:
        for key in keys:
            value = fields.get(key)
            if value is None:
                continue
            is_blank = _is_blank(value)
            # The first that is filled; of nothing but blanks the first, and only where it is missed.
            if not is_blank or (name in _REQUIRED and name not in values):
                values[name] = value
                used[name] = key
            if not is_blank:
                break
    return values, used


def _is_blank(value: object) -> bool:
    return isinstance(value, str) and not value.strip()


def _too_long(values: Mapping[str, Any], used: Mapping[str, str], content_chars: int) -> list[FieldError]:
    content = values.get("content")
    if not isinstance(content, str) or len(content) <= content_chars:
        return []
    message = f"has {len(content):,} characters; at most {content_chars:,} are allowed"
    return [FieldError(used["content"], message)]


_MESSAGES: Final[Mapping[str, str]] = {
    "missing": "is required",
    "string_type": "must be a string",
    "datetime_type": "must be a string with an RFC 3339 time or a date",
    "string_pattern_mismatch": "must be a BCP 47 language tag such as en or pt-BR",
}


def _field_errors(error: ValidationError, used: Mapping[str, str]) -> Sequence[FieldError]:
    return [_field_error(dict(item), used) for item in error.errors(include_url=False, include_input=False)]


def _field_error(item: Mapping[str, Any], used: Mapping[str, str]) -> FieldError:
    name, *rest = item["loc"]
    path = "".join(f"[{part}]" for part in rest if isinstance(part, int))
    kind = item["type"]
    if kind in ("string_too_long", "too_long"):
        unit = "entries" if name == "authors" and not rest else "characters"
        message = f"must have at most {item['ctx']['max_length']:,} {unit}"
    elif kind == "missing" and name in ALIASES:
        message = f"is required (also accepted as {', '.join(ALIASES[name])})"
    else:
        message = _MESSAGES.get(kind, str(item["msg"]))
    return FieldError(f"{used.get(name, name)}{path}", message)
