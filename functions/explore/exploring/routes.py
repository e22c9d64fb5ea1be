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

View = Callable[..., flask.Response]

METHODS: Final = ("GET", "HEAD")
API: Final = "/api/"
_ONE: Final = "([^/]+)"


class Routes:
    """Finds the view for a path, and turns errors into pages or problem documents."""

    def __init__(self, pages: Pages, interface: Interface) -> None:
        self._pages = pages
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
            "/healthz": _health,
        }
        self._views = [(re.compile(path), view) for path, view in views.items()]

    def answer(self, request: flask.Request) -> flask.Response:
        if request.method not in METHODS:
            return self._wrong_method(request)
        if request.path in BY_PATH:
            return asset_answer(request, BY_PATH[request.path])
        try:
            view, parts = self._view(request.path)
            return view(request, *parts)
        except Exception as error:  # noqa: BLE001 - whatever it is, a person gets a page and a program a document
            return self.failed(request, error)

    def failed(self, request: flask.Request, error: Exception) -> flask.Response:
        status, title, detail = problems.told(error)
        if request.path.startswith(API):
            return problems.document(request, status, detail, error)
        return self._pages.problem(request, status, title, detail)

    def _view(self, path: str) -> tuple[View, tuple[str, ...]]:
        for pattern, view in self._views:
            match = pattern.fullmatch(path)
            if match:
                return view, match.groups()
        raise NotThere("There is no such page. The search box finds names and articles.")

    def _wrong_method(self, request: flask.Request) -> flask.Response:
        detail = "Nothing here can be changed: the explorer only shows. Articles go to the publish function."
        response = problems.document(request, HTTPStatus.METHOD_NOT_ALLOWED, detail, None)
        response.headers["Allow"] = ", ".join(METHODS)
        return response


def _health(request: flask.Request) -> flask.Response:
    return answer(request, json.dumps({"status": "ok"}) + "\n", media_type=JSON)
