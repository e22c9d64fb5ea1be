"""The paths of the function: what each answers, to which method, and to whom."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from importlib import resources
from typing import Final

import flask

from publishing.answers import answer_many, answer_single
from publishing.body import media_type, read_body
from publishing.keys import Keyring
from publishing.outbox import send_all
from publishing.problems import Problem, json_response
from publishing.sender import Sender
from publishing.submission import read_submission

View = Callable[[flask.Request], flask.Response]
_READ: Final = ("GET", "HEAD")
_OPENAPI: Final = resources.files("publishing").joinpath("openapi.json").read_bytes()


class Routes:
    """Finds the view for a request, and turns problems into answers."""

    def __init__(self, *, sender: Sender, keyring: Keyring, content_chars: int, seconds: float) -> None:
        self._sender = sender
        self._keyring = keyring
        self._content_chars = content_chars
        self._seconds = seconds
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
        self._admit(request)
        kind = media_type(request)
        submission = read_submission(read_body(request), media_type=kind, content_chars=self._content_chars)
        report = send_all(submission.outgoing, sender=self._sender, seconds=self._seconds)
        return (answer_single if submission.is_single else answer_many)(submission, report)

    def _admit(self, request: flask.Request) -> None:
        if not self._keyring.admits(request.headers):
            raise Problem(
                HTTPStatus.UNAUTHORIZED,
                "Send a valid key as X-API-Key, or as Authorization: Bearer.",
                headers={"WWW-Authenticate": 'Bearer realm="namewire"'},
            )


def _health(_: flask.Request) -> flask.Response:
    return json_response({"status": "ok"}, status=HTTPStatus.OK)


def _openapi(_: flask.Request) -> flask.Response:
    return flask.Response(_OPENAPI, content_type="application/json")
