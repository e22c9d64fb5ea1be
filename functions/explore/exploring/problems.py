"""Problem documents (RFC 9457) for the API, and the sentences that pages show for the same problems."""

import json
import logging
from http import HTTPStatus
from typing import Final

import flask

from exploring.answers import answer
from exploring.errors import BadQuestion, Misconfigured, NotThere, Unreachable
from telemetry.events import event

MEDIA_TYPE: Final = "application/problem+json"
_RETRY_SECONDS: Final = 5
_log = logging.getLogger("namewire.explore")

Told = tuple[HTTPStatus, str, str]  # status, title, detail


def told(error: Exception, traceparent: str | None = None) -> Told:
    """What a reader is told; the cause goes to the log."""
    match error:
        case NotThere():
            return HTTPStatus.NOT_FOUND, "Nothing here", str(error)
        case BadQuestion():
            return HTTPStatus.BAD_REQUEST, "This address asks for something else", f"{error}."
        case Misconfigured():
            _log.error(
                "Firestore does not answer this question: %s",
                error,
                extra=event("firestore.misconfigured", traceparent=traceparent),
            )
            detail = (
                "Firestore answers, but an index, the database or a permission is missing; the log of "
                "this function says which. An operator has to see to it (terraform apply). New indexes take "
                "minutes."
            )
            return HTTPStatus.SERVICE_UNAVAILABLE, "Not ready yet", detail
        case Unreachable():
            _log.warning(
                "Firestore cannot be reached: %s",
                error,
                extra=event("firestore.unreachable", traceparent=traceparent),
            )
            detail = (
                "Firestore cannot be reached at the moment. Nothing is lost: articles that come in "
                "meanwhile wait in Pub/Sub, and the numbers are right again once it answers."
            )
            return HTTPStatus.SERVICE_UNAVAILABLE, "No answer from the database", detail
        case _:
            where = {"error": type(error).__name__, "traceparent": traceparent}
            _log.error("a request crashed", exc_info=error, extra=event("request.crashed", **where))
            detail = "The page failed. Nothing is lost by it; tell the operator if it happens twice."
            return HTTPStatus.INTERNAL_SERVER_ERROR, "Something broke", detail


def document(
    request: flask.Request, status: HTTPStatus, detail: str, error: Exception | None
) -> flask.Response:
    body: dict[str, object] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
    }
    if isinstance(error, BadQuestion):
        body["errors"] = [{"field": error.field, "message": error.message}]
    headers = {"Retry-After": str(_RETRY_SECONDS)} if status is HTTPStatus.SERVICE_UNAVAILABLE else None
    return answer(request, json.dumps(body) + "\n", media_type=MEDIA_TYPE, status=status, headers=headers)
