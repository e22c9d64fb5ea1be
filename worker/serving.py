"""A small HTTP server for programs that only tell how things are; it imports nothing heavy."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

# A client gets this long for everything; the health check itself gives up after some seconds.
CLIENT_SECONDS: Final = 3.0
# At once; more are hung up on. Far below the 1,024 descriptors of a process, so that it can always accept.
MOST_CLIENTS: Final = 256
_MOST_BYTES: Final = 4_096  # of a request's head


@dataclass(frozen=True, slots=True)
class Page:
    """What a path answers to GET."""

    body: str
    media_type: str
    status: HTTPStatus = HTTPStatus.OK


Pages = Mapping[str, Callable[[], Page]]


def answer(head: bytes, pages: Pages) -> bytes:
    """The whole response to a request, of which the head is all that matters."""
    words = head.partition(b"\r\n")[0].decode("latin-1").split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/"):
        return _response(HTTPStatus.BAD_REQUEST)
    look = pages.get(words[1].partition("?")[0])
    if look is None:
        return _response(HTTPStatus.NOT_FOUND)
    if words[0] != "GET":
        return _response(HTTPStatus.METHOD_NOT_ALLOWED, "Allow: GET\r\n")
    page = look()
    return _response(
        page.status, f"Content-Type: {page.media_type}\r\nCache-Control: no-store\r\n", page.body
    )


def _response(status: HTTPStatus, headers: str = "", body: str = "") -> bytes:
    head = f"HTTP/1.1 {status.value} {status.phrase}\r\n{headers}"
    data = body.encode()
    return f"{head}Content-Length: {len(data)}\r\nConnection: close\r\n\r\n".encode("latin-1") + data


@dataclass(slots=True)
class Server:
    """One short conversation per client, many at once."""

    pages: Pages
    _clients: int = 0

    async def run(self, host: str, port: int) -> None:
        """Serves until TERM or INT. Raises OSError when the address cannot be had."""
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        server = await asyncio.start_server(self._serve, host, port, limit=_MOST_BYTES)
        await stop.wait()
        server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients += 1
        try:
            if self._clients <= MOST_CLIENTS:
                # Clients may hang up, dawdle or still be there at the end: not worth a line in the log.
                with contextlib.suppress(OSError, EOFError, asyncio.CancelledError):
                    async with asyncio.timeout(CLIENT_SECONDS):
                        await self._converse(reader, writer)
        finally:
            self._clients -= 1
            writer.transport.abort()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            head = b""
        writer.write(answer(head, self.pages))
        writer.write_eof()
        await writer.drain()
        # Hanging up with words of the client unread would reset the connection and take the answer along.
        while await reader.read(_MOST_BYTES):
            pass
