"""Problem documents (RFC 9457): every answer that is not a success, in one shape."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import flask

from contract.errors import FieldError

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """Ends a request with this status; `detail` says what to do, `extensions` join the document."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        extensions: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})
        self.extensions = dict(extensions or {})

    def document(self) -> dict[str, Any]:
        # The status code says all there is about the kind, so the type is the default one.
        return {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": self.detail,
            **self.extensions,
        }

    def response(self) -> flask.Response:
        return json_response(self.document(), status=self.status, media_type=MEDIA_TYPE, headers=self.headers)


def json_response(
    document: Mapping[str, Any],
    *,
    status: HTTPStatus,
    media_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> flask.Response:
    body = json.dumps(document) + "\n"
    return flask.Response(body, status=status.value, headers=headers, content_type=media_type)


def describe(errors: Sequence[FieldError]) -> list[dict[str, str]]:
    """The errors as they appear in a document."""
    return [{"field": error.field, "message": error.message} for error in errors]
