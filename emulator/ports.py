"""Ports on this machine's own address: free ones, taken ones, and whether somebody answers there."""

import http.client
import socket
from collections.abc import Collection
from typing import Final

from emulator.errors import CannotRun

HOST: Final = "127.0.0.1"
_ANSWER_SECONDS: Final = 2.0


def choose_port(wanted: int | None, *, what: str, option: str, besides: Collection[int] = ()) -> int:
    """The wanted port if it is free, or any free one. Raises CannotRun."""
    while True:
        port = _bind(wanted, what, option)
        if port not in besides:
            return port
        if wanted:
            raise CannotRun(f"Port {wanted} for {what} is given to another part already; change {option}.")


def _bind(wanted: int | None, what: str, option: str) -> int:
    with socket.socket() as probe:
        # As the servers do: a port whose last connections are still closing is not taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted or 0))
        except (OSError, OverflowError) as error:
            raise CannotRun(
                f"Port {wanted} for {what} cannot be used ({getattr(error, 'strerror', None) or error}). "
                f"Choose another with {option}, or leave it out to have a free one chosen."
            ) from error
        return int(probe.getsockname()[1])


def answers(port: int, path: str = "/") -> bool:
    """Whether an HTTP server there is ready, never by way of a proxy."""
    connection = http.client.HTTPConnection(HOST, port, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
