"""An explorer over the Firestore emulator, asked like a server asks it, and what it says."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import flask
from werkzeug.test import TestResponse

from exploring.answers import READS
from exploring.explorer import Explorer
from exploring.firestore import Firestore, connect
from exploring.interface import Interface
from exploring.pages import Pages
from exploring.rendering import make_environment
from exploring.routes import Routes
from tests.integration.pages import Page

# In the days of the samples of `tests.unit.worker.making`.
NOW: Final = datetime(2026, 11, 1, 12, 30, 30, tzinfo=UTC)
PUBLISH_URL: Final = "http://127.0.0.1:9/"


@dataclass
class Asked:
    """The explorer of one project."""

    app: flask.Flask

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.app.test_client().get(path, headers={"Accept-Encoding": "identity", **headers})

    def page(self, path: str) -> Page:
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.text)
        return Page.of(answer.text)

    def ask(self, path: str) -> Any:
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.text)
        return json.loads(answer.text)

    def reads(self, path: str) -> int:
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.text)
        return int(answer.headers[READS])


def explorer_of(project: str, *, now: datetime = NOW) -> Asked:
    """A new one, which has kept nothing yet."""
    explorer = Explorer(Firestore(lambda: connect(project)), now=lambda: now)
    routes = Routes(Pages(explorer, make_environment(), publish_url=PUBLISH_URL), Interface(explorer))
    app = flask.Flask("explore")
    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
    app.add_url_rule("/", "root", lambda: routes.answer(flask.request), methods=methods)
    app.add_url_rule("/<path:path>", "any", lambda path: routes.answer(flask.request), methods=methods)
    return Asked(app)
