"""What the Functions Framework leaves open: bounded bodies, and problem documents for its own errors."""

import logging
from http import HTTPStatus

import flask
from werkzeug.exceptions import HTTPException, InternalServerError

from publishing.intake import Bounded
from publishing.problems import Problem
from telemetry.context import traceparent_in
from telemetry.events import event

_log = logging.getLogger("namewire.publish")


def furnish(app: flask.Flask) -> None:
    """Puts bounds and handlers around the framework's application, which is there while it loads `main`."""
    app.wsgi_app = Bounded(app.wsgi_app)  # type: ignore[method-assign]
    app.register_error_handler(HTTPException, _framework_error)
    # The framework's own handler for 500 would show the exception to the caller.
    app.register_error_handler(InternalServerError, _crash)


def _framework_error(error: HTTPException) -> flask.Response:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    return Problem(status, error.description or status.description).response()


def _crash(error: InternalServerError) -> flask.Response:
    cause = error.original_exception or error
    where = {"error": type(cause).__name__, "traceparent": traceparent_in(flask.request.headers)}
    _log.error("a request crashed", exc_info=cause, extra=event("request.crashed", **where))
    detail = "The function failed. Sending the request again is safe; tell the operator if it happens twice."
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail).response()
