"""The publish function: settings in, wired parts out. Nothing connects before the first request."""

import os

import flask
import functions_framework

from publishing.framework import furnish
from publishing.keys import Keyring
from publishing.pubsub import Topic, connect
from publishing.routes import Routes
from publishing.sender import Sender
from publishing.settings import THREADS, Settings, SettingsError, read_settings
from telemetry.logs import set_up_logging
from telemetry.web import WebTraces


def _settings() -> Settings:
    try:
        return read_settings(os.environ)
    except SettingsError as error:
        raise SystemExit(f"The publish function cannot start: {error}.") from error


def _routes(settings: Settings) -> Routes:
    topic = Topic(settings.project, connect=lambda: connect(settings.emulator))
    return Routes(
        sender=Sender(topic.publish),
        keyring=Keyring(settings.api_keys),
        content_chars=settings.content_chars,
        seconds=settings.publish_timeout,
        traces=WebTraces(os.environ, service="namewire-publish"),
    )


# The framework reads it when it starts its server, after this module; what a deployment sets goes first.
os.environ.setdefault("THREADS", str(THREADS))
_SETTINGS = _settings()
set_up_logging(_SETTINGS.log_level, name="publish", form=_SETTINGS.log_format, environment=os.environ)
_ROUTES = _routes(_SETTINGS)
if flask.has_app_context():
    furnish(flask.current_app)


@functions_framework.http
def publish(request: flask.Request) -> flask.Response:
    """Takes articles, and answers 202 once Pub/Sub has them; /openapi.json tells the rest."""
    return _ROUTES.answer(request)
