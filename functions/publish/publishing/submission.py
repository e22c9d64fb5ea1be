"""What one request holds: the articles ready to be published, and those that cannot be."""

import io
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from contract.article import Article, read_article
from contract.errors import FieldError, InvalidMessage
from contract.wire import article_attributes, decode_utf8, encode_article, parse_json
from publishing.body import NDJSON
from publishing.problems import Problem, describe

MOST_ARTICLES: Final = 10_000
# Versions of one article leave one after the other; this many do so well within the time limit.
MOST_VERSIONS: Final = 50
# One article can hardly have more reasons worth reading.
_MOST_ERRORS: Final = 20
# Ten megabytes of JSON can become 300 MB of Python, so large bodies take turns.
_LARGE_BYTES: Final = 1_000_000
# Attributes with their names, tags, lengths; an id has 128 bytes, a publication key 400 at most.
_FRAMING_BYTES: Final = 1_024
_large_bodies = threading.Lock()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An article as it goes to Pub/Sub."""

    index: int
    id: str
    data: bytes
    attributes: Mapping[str, str]

    @property
    def size(self) -> int:
        """Its share of a call in bytes, at most."""
        return len(self.data) + _FRAMING_BYTES


@dataclass(frozen=True, slots=True)
class Rejection:
    """An article that can never be published as it is."""

    index: int
    errors: tuple[FieldError, ...]


@dataclass(slots=True)
class Submission:
    """The articles of a request in their order; `index` counts them from 0, good and bad alike."""

    is_single: bool
    outgoing: list[Outgoing] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)


def read_submission(data: bytes, *, media_type: str, content_chars: int) -> Submission:
    """The articles in a body. Raises Problem when the body as a whole is not what was agreed."""
    if len(data) < _LARGE_BYTES:
        return _read(data, media_type, content_chars)
    with _large_bodies:
        return _read(data, media_type, content_chars)


def _read(data: bytes, media_type: str, content_chars: int) -> Submission:
    if media_type == NDJSON:
        return _read_many(_lines(data), content_chars)
    value = _parse_whole(data)
    if isinstance(value, list):
        return _read_many(value, content_chars)
    return _read_single(value, content_chars)


def _parse_whole(data: bytes) -> Any:
    try:
        return parse_json(decode_utf8(data))
    except InvalidMessage as error:
        raise Problem(
            HTTPStatus.BAD_REQUEST, f"The {error.errors[0].field} {error.errors[0].message}."
        ) from error
    except ValueError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, f"The body is not JSON: {error}.") from error


def _read_single(value: Any, content_chars: int) -> Submission:
    try:
        article = read_article(_object(value), content_chars=content_chars)
    except InvalidMessage as error:
        raise unprocessable(error) from error
    try:
        data = encode_article(article)
    except InvalidMessage as error:
        raise Problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "The article is larger than a Pub/Sub message may be.",
            extensions={"errors": describe(error.errors)},
        ) from error
    return Submission(is_single=True, outgoing=[_outgoing(0, article, data)])


def _read_many(entries: Iterable[Any], content_chars: int) -> Submission:
    submission = Submission(is_single=False)
    versions: Counter[str] = Counter()
    for index, entry in enumerate(entries):
        if index >= MOST_ARTICLES:
            raise Problem(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"More than {MOST_ARTICLES:,} articles in one request; send fewer at a time.",
            )
        try:
            outgoing = _read_entry(index, entry, content_chars)
            _count_version(outgoing, versions)
        except InvalidMessage as error:
            submission.rejections.append(Rejection(index, error.errors[:_MOST_ERRORS]))
        else:
            submission.outgoing.append(outgoing)
    return submission


def _read_entry(index: int, entry: Any, content_chars: int) -> Outgoing:
    value = _parse_line(entry) if isinstance(entry, bytes) else entry
    article = read_article(_object(value), content_chars=content_chars)
    return _outgoing(index, article, encode_article(article))


def _parse_line(line: bytes) -> Any:
    try:
        return parse_json(decode_utf8(line))
    except ValueError as error:
        raise InvalidMessage.of("body", f"is not JSON ({error})") from error


def _count_version(outgoing: Outgoing, versions: Counter[str]) -> None:
    versions[outgoing.id] += 1
    if versions[outgoing.id] > MOST_VERSIONS:
        raise InvalidMessage.of(
            "id", f"occurs more than {MOST_VERSIONS} times in this request; send the latest version only"
        )


def _object(value: Any) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return value
    raise InvalidMessage.of("body", "must be a JSON object with content and publication")


def _outgoing(index: int, article: Article, data: bytes) -> Outgoing:
    return Outgoing(index, article.id, data, article_attributes(article))


def _lines(data: bytes) -> Iterator[bytes]:
    """The lines that hold anything; a stream, because ten megabytes may be ten million line ends."""
    return (line for line in io.BytesIO(data) if not line.isspace())


def unprocessable(error: InvalidMessage) -> Problem:
    return Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The article cannot be accepted; `errors` names each field to change.",
        extensions={"errors": describe(error.errors[:_MOST_ERRORS])},
    )
