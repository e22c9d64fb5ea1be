"""What Pub/Sub's and Firestore's calls have in common: the channel, and messages without wrappers."""

import os
from typing import Any, Final

import grpc
from google.auth.exceptions import DefaultCredentialsError

from worker.exits import CannotStart

_OPTIONS: Final = (
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.max_reconnect_backoff_ms", 5_000),
)
# Finds out that a connection is dead. The emulators hang up on whom they think to ping too often.
_CLOUD_OPTIONS: Final = (*_OPTIONS, ("grpc.keepalive_time_ms", 30_000))


def open_channel(service: Any, transport: Any, *, emulator: str) -> grpc.Channel:
    """A channel to the emulator that the variable names, or to the cloud. Raises CannotStart.

    The process that opens it must never fork afterwards.
    """
    host = os.environ.get(emulator, "").strip()
    if host:
        return grpc.insecure_channel(host, options=_OPTIONS)
    try:
        return transport.create_channel(
            service.DEFAULT_ENDPOINT, scopes=transport.AUTH_SCOPES, options=_CLOUD_OPTIONS
        )
    except DefaultCredentialsError as error:
        raise CannotStart(
            f"There are no Google Cloud credentials, and {emulator} is not set. Run `gcloud auth "
            "application-default login`, give the VM a service account, or start an emulator."
        ) from error


def raw(wrapper: Any) -> Any:
    """The protobuf class below one of Google's wrapper classes; building it costs a tenth."""
    return type(wrapper.pb(wrapper()))
