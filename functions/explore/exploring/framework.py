"""What the Functions Framework leaves open: its own errors in our shape, and bodies that nobody needs."""

import io
from collections.abc import Callable, Iterable
from typing import Any

import flask

from exploring.errors import NotThere
from exploring.routes import Routes

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


def furnish(app: flask.Flask, routes: Routes) -> None:
    """Around the framework's application, which is there while it loads `main`."""
    app.wsgi_app = Bodiless(app.wsgi_app)  # type: ignore[method-assign]

    def crashed(error: Exception) -> flask.Response:
        return routes.failed(flask.request, error)

    # The framework keeps /robots.txt and /favicon.ico for itself, and answers 404.
    app.register_error_handler(
        404, lambda error: routes.failed(flask.request, NotThere("There is no such page."))
    )
    # Its own handler for 500 would show the exception to the caller.
    app.register_error_handler(500, crashed)


class Bodiless:
    """A WSGI application whose requests have no body: the framework would read all of it, however long."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["wsgi.input"] = io.BytesIO()
        environ["CONTENT_LENGTH"] = "0"
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        return self._application(environ, start_response)
