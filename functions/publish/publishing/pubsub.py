"""The one door to Pub/Sub: its channel, opened on first use, and its errors in our words."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import quote

import grpc
from google.api_core import grpc_helpers
from google.auth.exceptions import GoogleAuthError
from google.pubsub_v1 import PublishRequest, PublishResponse
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.types import PubsubMessage

from contract.names import ARTICLES_TOPIC
from publishing.errors import Misplaced, Refused, Unavailable
from publishing.once import Once
from publishing.submission import Outgoing
from telemetry.events import event

_log = logging.getLogger("namewire.publish")

# The generated classes under the library's convenience wrappers, which cost more than the rest of a call.
_Message: Final = PubsubMessage.pb()
_Request: Final = PublishRequest.pb()
_Response: Final = PublishResponse.pb()
_METHOD: Final = "/google.pubsub.v1.Publisher/Publish"
_CHANNEL_OPTIONS: Final = (
    ("grpc.max_send_message_length", -1),
    ("grpc.keepalive_time_ms", 30_000),
    # Without these, a channel that lost its server for 30 s stays silent for as long again.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1_000),
)
_PAUSES_SECONDS: Final = (0.05, 0.1, 0.2, 0.4, 0.8)
_Code: Final = grpc.StatusCode
_PASSING: Final = (_Code.UNAVAILABLE, _Code.ABORTED, _Code.INTERNAL, _Code.UNKNOWN, _Code.CANCELLED)
_MISPLACED: Final = (
    _Code.NOT_FOUND,
    _Code.PERMISSION_DENIED,
    _Code.UNAUTHENTICATED,
    _Code.FAILED_PRECONDITION,
    _Code.UNIMPLEMENTED,
)


class Topic:
    """The articles topic. No channel is opened before the first publish."""

    def __init__(self, project: str, *, connect: Callable[[], grpc.Channel]) -> None:
        self._name = f"projects/{project}/topics/{ARTICLES_TOPIC}"
        # How Pub/Sub routes a call to the region of its topic.
        self._metadata = (("x-goog-request-params", f"topic={quote(self._name, safe='')}"),)
        self._method = Once(lambda: _method(connect()))

    def publish(self, messages: Sequence[Outgoing], deadline: float) -> list[str]:
        """Publishes in one call; the message ids in order. Raises Refused or Unavailable."""
        request = _Request(
            topic=self._name,
            messages=[_Message(data=item.data, attributes=item.attributes) for item in messages],
        )
        pauses = iter(_PAUSES_SECONDS)
        while True:
            try:
                return list(self._call(request, deadline).message_ids)
            except grpc.RpcError as error:
                pause = next(pauses, _PAUSES_SECONDS[-1])
                if error.code() not in _PASSING or time.monotonic() + pause >= deadline:
                    raise _in_our_words(error, messages=len(messages)) from error
                time.sleep(pause)

    def _call(self, request: Any, deadline: float) -> Any:
        seconds = deadline - time.monotonic()
        if seconds <= 0:
            raise Unavailable("the time was over before the call")
        try:
            method = self._method.get()
        except GoogleAuthError as error:
            _log.error("no credentials for Pub/Sub (error=%s)", error, extra=event("pubsub.no_credentials"))
            raise Misplaced("there are no credentials") from error
        return method(request, timeout=seconds, metadata=self._metadata)


def connect(emulator: str | None) -> grpc.Channel:
    """A channel to the emulator at this address, or to the cloud."""
    if emulator is not None:
        # A proxy of the environment knows no way to an emulator.
        options = (*_CHANNEL_OPTIONS, ("grpc.enable_http_proxy", 0))
        return grpc.insecure_channel(emulator, options=options)
    return grpc_helpers.create_channel(
        PublisherGrpcTransport.DEFAULT_HOST + ":443",
        default_scopes=PublisherGrpcTransport.AUTH_SCOPES,
        default_host=PublisherGrpcTransport.DEFAULT_HOST,
        options=_CHANNEL_OPTIONS,
    )


def _method(channel: grpc.Channel) -> grpc.UnaryUnaryMultiCallable:
    return channel.unary_unary(
        _METHOD,
        request_serializer=_Request.SerializeToString,
        response_deserializer=_Response.FromString,
    )


def _in_our_words(error: grpc.RpcError, *, messages: int) -> Refused | Unavailable:
    code = error.code()
    _log.warning(
        "Pub/Sub did not take a call (messages=%d, code=%s, details=%s)",
        *(messages, code.name, error.details()),
        extra=event("pubsub.not_taken", messages=messages, code=code.name),
    )
    if code is _Code.INVALID_ARGUMENT:
        return Refused("Pub/Sub refuses the message")
    if code in _MISPLACED:
        return Misplaced("the topic cannot be published to")
    return Unavailable("Pub/Sub did not confirm in time")
