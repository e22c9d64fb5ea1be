"""Request bodies within bounds: so many bytes, so many seconds, whatever the sender does.

A WSGI layer, because the Functions Framework itself reads the rest of every body, without a limit,
before it sends a response.
"""

import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, Final, Protocol

from contract.limits import BODY_BYTES
from publishing.patience import Patience
from publishing.problems import Problem

# Ten megabytes at 350 kB/s; one sender may not occupy a thread for longer.
BODY_SECONDS: Final = 30.0
_KEY: Final = "namewire.body"

TOO_LARGE: Final = f"The body is larger than {BODY_BYTES:,} bytes. Send fewer articles per request."
Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class Source(Protocol):
    """What a WSGI server gives to read from."""

    def read(self, size: int, /) -> bytes: ...


class Body:
    """A request body that ends early rather than late; `read` never raises.

    After it `fault` holds what is wrong with the body, if anything.
    """

    def __init__(
        self, source: Source, *, length: int | None, socket: Any, patience: Patience, limit: int = BODY_BYTES
    ) -> None:
        self.fault: Problem | None = None
        self._source = source
        self._length = length
        self._socket = socket
        self._patience = patience
        self._limit = limit
        # One byte more tells a body that is too large from one that just fits.
        self._left = limit + 1 if length is None else length
        self._got = 0
        if length is not None and length > limit:
            self._end(_too_large())

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        if wanted == 0:
            return b""
        data = self._read_in_time(wanted)
        self._got += len(data)
        self._left -= len(data)
        if self._got > self._limit:
            self._end(_too_large())
        elif len(data) < wanted and self.fault is None:
            self._end(self._cut_short())
        return data

    def _read_in_time(self, wanted: int) -> bytes:
        started = time.monotonic()
        try:
            with self._patience.lasting(BODY_SECONDS, sock=self._socket):
                data = self._source.read(wanted)
        except Exception:  # noqa: BLE001 - every server has errors of its own for a body it cannot read
            data = b""
            self._end(_broken("The body could not be read: the connection or its chunked encoding broke."))
        if time.monotonic() - started >= BODY_SECONDS:
            self._end(_late())
        return data

    def _cut_short(self) -> Problem | None:
        if self._length is None or self._got >= self._length:
            return None
        return _broken(f"The body ended after {self._got} of the {self._length} bytes announced.")

    def _end(self, fault: Problem | None) -> None:
        self.fault = self.fault or fault
        self._left = 0


class Bounded:
    """A WSGI application behind bounded bodies."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._patience = Patience()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        length = _length(environ)
        if length is None and "wsgi.input_terminated" not in environ:
            length = 0
        body = Body(
            environ["wsgi.input"],
            length=length,
            socket=environ.get("gunicorn.socket"),
            patience=self._patience,
        )
        environ["wsgi.input"] = environ[_KEY] = body
        # From here on the stream ends by itself, also where the server's own did not.
        environ["wsgi.input_terminated"] = True
        return self._application(environ, start_response)


def read_whole(environ: Environ) -> bytes:
    """The body. Raises Problem: too large, too slow, broken off."""
    body: Body = environ[_KEY]
    data = body.read()
    if body.fault is not None:
        raise body.fault
    return data


def _length(environ: Environ) -> int | None:
    text = environ.get("CONTENT_LENGTH") or ""
    return int(text) if text.isascii() and text.isdigit() else None


def _too_large() -> Problem:
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, TOO_LARGE)


def _broken(detail: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, detail)


def _late() -> Problem:
    detail = f"The body did not arrive within {BODY_SECONDS:g} seconds."
    return Problem(HTTPStatus.REQUEST_TIMEOUT, detail)
