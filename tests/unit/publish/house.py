"""The publish function around a topic that behaves like Pub/Sub, without a server or a network."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

import flask
from flask.testing import FlaskClient

from contract import limits
from publishing.errors import Refused, Unavailable
from publishing.framework import furnish
from publishing.keys import Keyring
from publishing.routes import Routes
from publishing.sender import Sender
from publishing.submission import Outgoing
from telemetry.web import WebTraces


class FakeTopic:
    """Takes calls as Pub/Sub does: all or nothing, ids in order; may be away, or refuse some messages."""

    def __init__(self) -> None:
        self.calls: list[list[Outgoing]] = []
        self.failure: Refused | Unavailable | None = None
        self.refuses: Callable[[Outgoing], bool] = lambda message: False
        self.open_for: int | None = None
        self._lock = threading.Lock()
        self._last_id = 0

    @property
    def messages(self) -> list[Outgoing]:
        return [message for call in self.calls for message in call]

    def publish(self, messages: Sequence[Outgoing], deadline: float) -> list[str]:
        with self._lock:
            if self.failure is not None:
                raise self.failure
            if self.open_for is not None and len(self.calls) >= self.open_for:
                raise Unavailable("away by now")
            if any(self.refuses(message) for message in messages):
                raise Refused("bad message")
            self.calls.append(list(messages))
            return [self._next_id() for _ in messages]

    def _next_id(self) -> str:
        self._last_id += 1
        return str(self._last_id)


def outgoing(index: int, *, article_id: str | None = None, data: bytes = b"{}") -> Outgoing:
    return Outgoing(index, article_id or f"article-{index}", data, {})


def client(
    topic: FakeTopic,
    *,
    keys: Sequence[str] = (),
    content_chars: int = limits.CONTENT_CHARS,
    seconds: float = 5.0,
    traces: WebTraces | None = None,
) -> FlaskClient:
    """A client for the function in a Flask application like the framework's."""
    routes = Routes(
        sender=Sender(topic.publish),
        keyring=Keyring(keys),
        content_chars=content_chars,
        seconds=seconds,
        traces=traces,
    )
    app = flask.Flask("publish")
    furnish(app)
    every = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]

    def view(path: str = "") -> flask.Response:
        return routes.answer(flask.request)

    for rule in ("/", "/<path:path>"):
        app.add_url_rule(rule, endpoint=rule, view_func=view, methods=every, provide_automatic_options=False)
    app.add_url_rule("/robots.txt", endpoint="error", view_func=_not_found)
    return app.test_client()


def _not_found() -> flask.Response:
    return flask.abort(404, description="Not Found")


def article(**fields: Any) -> dict[str, Any]:
    return {"content": "Angela Merkel met Emmanuel Macron.", "publication": "Gazette", **fields}
