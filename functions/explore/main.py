"""The explore function: settings in, wired parts out. Nothing connects before the first request."""

import os

import flask
import functions_framework

from exploring.explorer import Explorer
from exploring.firestore import Firestore, connect
from exploring.framework import furnish
from exploring.interface import Interface
from exploring.pages import Pages
from exploring.rendering import make_environment
from exploring.routes import Routes
from exploring.settings import THREADS, Settings, SettingsError, read_settings
from telemetry.logs import set_up_logging
from telemetry.web import WebTraces


def _settings() -> Settings:
    try:
        return read_settings(os.environ)
    except SettingsError as error:
        raise SystemExit(f"The explore function cannot start: {error}.") from error


def _routes(settings: Settings) -> Routes:
    explorer = Explorer(Firestore(lambda: connect(settings.project)))
    pages = Pages(explorer, make_environment(), publish_url=settings.publish_url)
    return Routes(pages, Interface(explorer), traces=WebTraces(os.environ, service="namewire-explore"))


# The framework reads it when it starts its server, after this module; what a deployment sets goes first.
os.environ.setdefault("THREADS", str(THREADS))
_SETTINGS = _settings()
set_up_logging(_SETTINGS.log_level, name="explore", form=_SETTINGS.log_format, environment=os.environ)
_ROUTES = _routes(_SETTINGS)
if flask.has_app_context():
    furnish(flask.current_app, _ROUTES)


@functions_framework.http
def explore(request: flask.Request) -> flask.Response:
    """Shows who is in the news; /api describes what programs can ask."""
    return _ROUTES.answer(request)
