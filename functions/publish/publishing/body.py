"""From a request's headers and bytes to the plain text of its body, or the reason why not."""

import functools
import zlib
from http import HTTPStatus
from typing import Final

import flask
from werkzeug.http import parse_options_header

from contract.limits import BODY_BYTES
from publishing.intake import TOO_LARGE, read_whole
from publishing.problems import Problem

JSON: Final = "application/json"
NDJSON: Final = "application/x-ndjson"
_NDJSON_NAMES: Final = (NDJSON, "application/ndjson", "application/jsonl", "application/x-jsonlines")
_UTF8_NAMES: Final = ("utf-8", "utf8")
# zlib copies what follows a member; small steps keep that cheap for bodies of many tiny members.
_STEP_BYTES: Final = 16 * 1024
# 16 is zlib's flag for "a gzip header, nothing else".
_GZIP: Final = 16 + zlib.MAX_WBITS


def media_type(request: flask.Request) -> str:
    """JSON or NDJSON. Raises Problem for anything else."""
    return _media_type(request.headers.get("Content-Type", ""))


@functools.lru_cache(maxsize=64)
def _media_type(header: str) -> str:
    name, options = parse_options_header(header)
    charset = options.get("charset", "utf-8").lower()
    if charset not in _UTF8_NAMES:
        raise _unsupported("Only UTF-8 is accepted; convert the body, or leave the charset out.")
    if name.lower() == JSON:
        return JSON
    if name.lower() in _NDJSON_NAMES:
        return NDJSON
    raise _unsupported(f"Send the articles with Content-Type: {JSON} or {NDJSON}.", accept=True)


def read_body(request: flask.Request) -> bytes:
    """The body, unpacked. Raises Problem for one that is too large, broken, or empty."""
    is_gzip = _is_gzip(request)
    data = read_whole(request.environ)
    if is_gzip:
        data = gunzip(data)
    if not data.strip():
        raise Problem(HTTPStatus.BAD_REQUEST, "The body is empty; send an article as a JSON object.")
    return data


def gunzip(data: bytes, *, limit: int = BODY_BYTES) -> bytes:
    """The content of all gzip members, never more than the limit. Raises Problem."""
    out = bytearray()
    unpacker = None
    for start in range(0, len(data), _STEP_BYTES):
        pending = data[start : start + _STEP_BYTES]
        while pending:
            unpacker = unpacker or zlib.decompressobj(_GZIP)
            out += _unpack(unpacker, pending, most=limit + 1 - len(out))
            if len(out) > limit:
                raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, TOO_LARGE)
            pending = unpacker.unused_data
            if unpacker.eof:
                unpacker = None
    if unpacker is not None:
        raise _broken_gzip("it ends in the middle")
    return bytes(out)


def _unpack(unpacker: "zlib._Decompress", data: bytes, *, most: int) -> bytes:
    try:
        return unpacker.decompress(data, most)
    except zlib.error as error:
        raise _broken_gzip("it is damaged, or not gzip") from error


def _is_gzip(request: flask.Request) -> bool:
    coding = request.headers.get("Content-Encoding", "").strip().lower()
    if coding in ("", "identity"):
        return False
    if coding in ("gzip", "x-gzip"):
        return True
    detail = "The only Content-Encoding accepted is gzip."
    raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail, headers={"Accept-Encoding": "gzip"})


def _broken_gzip(why: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, f"The gzip body cannot be unpacked: {why}.")


def _unsupported(detail: str, *, accept: bool = False) -> Problem:
    headers = {"Accept-Post": f"{JSON}, {NDJSON}"} if accept else None
    return Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail, headers=headers)
