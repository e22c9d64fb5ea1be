"""The paths of the explorer. Every one of them is read only: nothing takes anything but GET and HEAD."""

import json
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

import flask

from exploring import problems
from exploring.answers import JSON, answer, asset_answer
from exploring.assets import BY_PATH
from exploring.errors import NotThere
from exploring.interface import Interface
from exploring.openapi import DOCUMENT
from exploring.pages import Pages
from exploring.tracing import looking
from telemetry.context import traceparent_in
from telemetry.web import WebTraces

View = Callable[..., flask.Response]

METHODS: Final = ("GET", "HEAD")
API: Final = "/api/"
_ONE: Final = "{id}"
_HEALTH: Final = "/healthz"


class Routes:
    """Finds the view for a path, and turns errors into pages or problem documents."""

    def __init__(self, pages: Pages, interface: Interface, *, traces: WebTraces | None = None) -> None:
        self._pages = pages
        self._traces = traces or WebTraces({}, service="namewire-explore")
        views: dict[str, View] = {
            "/": pages.overview,
            "/entities": pages.names,
            f"/entities/{_ONE}": pages.name,
            f"/entities/{_ONE}/articles": pages.mentioning,
            "/publications": pages.publications,
            f"/publications/{_ONE}": pages.publication,
            f"/publications/{_ONE}/articles": pages.published_by,
            "/articles": pages.articles,
            f"/articles/{_ONE}": pages.article,
            "/search": pages.search,
            "/suggestions": pages.suggestions,
            "/api": lambda request: pages.interface(request, DOCUMENT),
            "/api/": lambda request: pages.interface(request, DOCUMENT),
            "/api/openapi.json": interface.document,
            "/api/overview": interface.overview,
            "/api/entities": interface.entities,
            f"/api/entities/{_ONE}": interface.entity,
            f"/api/entities/{_ONE}/company": interface.company,
            f"/api/entities/{_ONE}/articles": interface.mentioning,
            "/api/publications": interface.publications,
            f"/api/publications/{_ONE}": interface.publication,
            f"/api/publications/{_ONE}/articles": interface.published_by,
            "/api/articles": interface.articles,
            f"/api/articles/{_ONE}": interface.article,
            "/api/search": interface.search,
            _HEALTH: _health,
        }
        self._views = [(path, _pattern(path), view) for path, view in views.items()]

    def answer(self, request: flask.Request) -> flask.Response:
        if request.method not in METHODS:
            return self._wrong_method(request)
        if request.path in BY_PATH:
            return asset_answer(request, BY_PATH[request.path])
        try:
            name, view, parts = self._view(request.path)
        except NotThere as error:
            return self.failed(request, error)
        if name == _HEALTH:
            return view(request)
        with looking(self._traces, name, request) as looked:
            looked.response = self._shown(request, view, parts)
        return looked.response

    def _shown(self, request: flask.Request, view: View, parts: tuple[str, ...]) -> flask.Response:
        try:
            return view(request, *parts)
        except Exception as error:  # noqa: BLE001 - whatever it is, a person gets a page and a program a document
            return self.failed(request, error)

    def failed(self, request: flask.Request, error: Exception) -> flask.Response:
        status, title, detail = problems.told(error, traceparent_in(request.headers))
        if request.path.startswith(API):
            return problems.document(request, status, detail, error)
        return self._pages.problem(request, status, title, detail)

    def _view(self, path: str) -> tuple[str, View, tuple[str, ...]]:
        """The name of the path, its view, and what stands in the places of the name."""
        for name, pattern, view in self._views:
            match = pattern.fullmatch(path)
            if match:
                return name, view, match.groups()
        raise NotThere("There is no such page. The search box finds names and articles.")

    def _wrong_method(self, request: flask.Request) -> flask.Response:
        detail = "Nothing here can be changed: the explorer only shows. Articles go to the publish function."
        response = problems.document(request, HTTPStatus.METHOD_NOT_ALLOWED, detail, None)
        response.headers["Allow"] = ", ".join(METHODS)
        return response


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(path.replace(_ONE, "([^/]+)"))


def _health(request: flask.Request) -> flask.Response:
    return answer(request, json.dumps({"status": "ok"}) + "\n", media_type=JSON)
