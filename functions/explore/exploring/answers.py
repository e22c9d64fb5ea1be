"""From what a route made to what is sent: packed, with an ETag, and headers that keep a page to itself."""

import gzip
import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import flask

from exploring.assets import Asset

HTML: Final = "text/html; charset=utf-8"
JSON: Final = "application/json"
READS: Final = "Namewire-Reads"

# Nothing from elsewhere, nothing inline, no frames, no forms to elsewhere: a name with markup in it that
# escaped every escaping would still do nothing.
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_ALWAYS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    # Every page costs reads; a crawler would read the whole database.
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
    "Vary": "Accept-Encoding",
}
# Shorter ones do not get shorter.
_PACKED_BYTES: Final = 600


def answer(
    request: flask.Request,
    text: str,
    *,
    media_type: str = HTML,
    status: HTTPStatus = HTTPStatus.OK,
    reads: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> flask.Response:
    """A page or a document; 304 where the caller has it already."""
    data = text.encode("utf-8", "replace")
    response = flask.Response(
        status=status.value, content_type=media_type, headers={**_ALWAYS, **(headers or {})}
    )
    if reads is not None:
        response.headers[READS] = str(reads)
    if status is HTTPStatus.OK:
        # Weak: the same page packed is another sequence of bytes.
        response.headers["Cache-Control"] = "private, no-cache"
        response.set_etag(hashlib.sha256(data).hexdigest()[:24], weak=True)
    else:
        response.headers.setdefault("Cache-Control", "no-store")
    if _takes_gzip(request) and len(data) >= _PACKED_BYTES:
        data = gzip.compress(data, compresslevel=5, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
    response.set_data(data)
    if status is HTTPStatus.OK:
        response.make_conditional(request)
    return response


def asset_answer(request: flask.Request, asset: Asset) -> flask.Response:
    response = flask.Response(content_type=asset.media_type, headers=_ALWAYS)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    packed = _takes_gzip(request)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.set_data(asset.packed if packed else asset.data)
    return response


def _takes_gzip(request: flask.Request) -> bool:
    return request.accept_encodings["gzip"] > 0
