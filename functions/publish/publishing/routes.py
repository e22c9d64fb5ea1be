"""The paths of the function: what each answers, to which method, and to whom."""

import logging
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from importlib import resources
from typing import Any, Final

import flask

from publishing.answers import answer_many, answer_single
from publishing.body import media_type, read_body
from publishing.keys import Keyring
from publishing.outbox import Report, send_all
from publishing.problems import Problem, json_response
from publishing.sender import Sender
from publishing.submission import Submission, read_submission
from publishing.tracing import sending
from telemetry.context import traceparent_in
from telemetry.events import event
from telemetry.web import WebTraces, answered

_log = logging.getLogger("namewire.publish")

View = Callable[[flask.Request], flask.Response]
_READ: Final = ("GET", "HEAD")
_OPENAPI: Final = resources.files("publishing").joinpath("openapi.json").read_bytes()


class Routes:
    """Finds the view for a request, and turns problems into answers."""

    def __init__(
        self,
        *,
        sender: Sender,
        keyring: Keyring,
        content_chars: int,
        seconds: float,
        traces: WebTraces | None = None,
    ) -> None:
        self._sender = sender
        self._keyring = keyring
        self._content_chars = content_chars
        self._seconds = seconds
        self._traces = traces or WebTraces({}, service="namewire-publish")
        publish = {"POST": self._publish}
        self._views: Mapping[str, Mapping[str, View]] = {
            "/": publish,
            "/articles": publish,
            "/healthz": dict.fromkeys(_READ, _health),
            "/openapi.json": dict.fromkeys(_READ, _openapi),
        }

    def answer(self, request: flask.Request) -> flask.Response:
        try:
            return self._view(request)(request)
        except Problem as problem:
            return problem.response()

    def _view(self, request: flask.Request) -> View:
        views = self._views.get(request.path)
        if views is None:
            paths = ", ".join(self._views)
            raise Problem(HTTPStatus.NOT_FOUND, f"There is nothing here. The paths are {paths}.")
        if request.method not in views:
            allowed = ", ".join(views)
            raise Problem(
                HTTPStatus.METHOD_NOT_ALLOWED,
                f"This path takes {allowed}; /openapi.json describes how.",
                headers={"Allow": allowed},
            )
        return views[request.method]

    def _publish(self, request: flask.Request) -> flask.Response:
        with self._traces.request("POST /articles", request.headers) as span:
            try:
                self._admit(request)
                response = self._send(request, span)
            except Problem as problem:
                answered(span, problem.status.value)
                raise
            except Exception:
                answered(span, HTTPStatus.INTERNAL_SERVER_ERROR)
                raise
            answered(span, response.status_code)
            return response

    def _send(self, request: flask.Request, span: Any) -> flask.Response:
        began = time.monotonic()
        kind, data = media_type(request), read_body(request)
        submission = read_submission(data, media_type=kind, content_chars=self._content_chars)
        with sending(submission, self._traces.tracing, span) as items:
            report = send_all(items.outgoing, sender=self._sender, seconds=self._seconds)
            items.report(report)
        _tell(submission, report, len(data), time.monotonic() - began, traceparent_in(request.headers))
        return (answer_single if submission.is_single else answer_many)(submission, report)

    def _admit(self, request: flask.Request) -> None:
        if not self._keyring.admits(request.headers):
            raise Problem(
                HTTPStatus.UNAUTHORIZED,
                "Send a valid key as X-API-Key, or as Authorization: Bearer.",
                headers={"WWW-Authenticate": 'Bearer realm="namewire"'},
            )


def _tell(submission: Submission, report: Report, size: int, seconds: float, traceparent: str | None) -> None:
    """One line a batch. A single article is one for debugging: the platform logs each request anyway."""
    sent = len(report.message_ids)
    rejected = len(submission.rejections) + len(report.refused)
    numbers = {"articles": sent, "rejected": rejected, "unconfirmed": len(report.unconfirmed), "bytes": size}
    _log.log(
        logging.DEBUG if submission.is_single else logging.INFO,
        "published %s articles in %.0f ms; %s were rejected, %s not confirmed",
        *(sent, seconds * 1_000, rejected, len(report.unconfirmed)),
        extra=event("published", **numbers, duration_ms=round(seconds * 1_000, 1), traceparent=traceparent),
    )


def _health(_: flask.Request) -> flask.Response:
    return json_response({"status": "ok"}, status=HTTPStatus.OK)


def _openapi(_: flask.Request) -> flask.Response:
    return flask.Response(_OPENAPI, content_type="application/json")
