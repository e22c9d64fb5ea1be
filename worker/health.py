"""Answers the instance group's health check: 200 while every role of this machine shows progress.

A role shows it by the time of its ready file, which its supervisor renews (`worker/supervisor.py`). This
is a process of its own, so that it answers whatever the roles are doing; it imports nothing heavy.
"""

import argparse
import asyncio
import contextlib
import json
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final, TypedDict

from worker.exits import COULD_NOT_START, OK

# Renewed every second; a machine that swaps or is busy may be late without being ill.
FRESH_SECONDS: Final = 30.0
# A client gets this long for everything; the health check itself gives up after some seconds.
CLIENT_SECONDS: Final = 3.0
# At once; more are hung up on. Far below the 1,024 descriptors of a process, so that it can always accept.
MOST_CLIENTS: Final = 256
_MOST_BYTES: Final = 4_096  # of a request's head
_PATH: Final = "/healthz"


class Sign(TypedDict):
    """What is known of a role; no age where it has given no sign at all."""

    ok: bool
    age_s: float | None


@dataclass(frozen=True, slots=True)
class Health:
    """The roles of this machine, looked at when asked."""

    folder: Path
    roles: Sequence[str]
    clock: Callable[[], float] = time.time  # the file system's, which is compared with

    def look(self) -> dict[str, Sign]:
        return {role: self._sign(role) for role in self.roles}

    def _sign(self, role: str) -> Sign:
        try:
            written_at = (self.folder / f"{role}.ready").stat().st_mtime
        except OSError:
            return {"ok": False, "age_s": None}
        # A clock that was set back must not make an instance ill: a sign from the future counts as new.
        age = max(0.0, self.clock() - written_at)
        return {"ok": age < FRESH_SECONDS, "age_s": round(age, 1)}


def answer(head: bytes, health: Health) -> bytes:
    """The whole response to a request, of which the head is all that matters."""
    words = head.partition(b"\r\n")[0].decode("latin-1").split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/"):
        return _response(HTTPStatus.BAD_REQUEST)
    if words[1].partition("?")[0] != _PATH:
        return _response(HTTPStatus.NOT_FOUND)
    if words[0] != "GET":
        return _response(HTTPStatus.METHOD_NOT_ALLOWED, "Allow: GET\r\n")
    roles = health.look()
    is_well = all(sign["ok"] for sign in roles.values())
    return _response(
        HTTPStatus.OK if is_well else HTTPStatus.SERVICE_UNAVAILABLE,
        "Content-Type: application/json\r\nCache-Control: no-store\r\n",
        json.dumps({"roles": roles}) + "\n",
    )


def _response(status: HTTPStatus, headers: str = "", body: str = "") -> bytes:
    head = f"HTTP/1.1 {status.value} {status.phrase}\r\n{headers}"
    return f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode("latin-1")


@dataclass(slots=True)
class Server:
    """One short conversation per client, many at once."""

    health: Health
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
        writer.write(answer(head, self.health))
        writer.write_eof()
        await writer.drain()
        # Hanging up with words of the client unread would reset the connection and take the answer along.
        while await reader.read(_MOST_BYTES):
            pass


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves until TERM; returns the exit code."""
    options = _parser().parse_args(arguments)
    health = Health(options.folder, options.role or ("work", "write"))
    try:
        asyncio.run(Server(health).run(options.host, options.port))
    except OSError as error:
        sys.stderr.write(
            f"namewire health: cannot listen on {options.host} port {options.port} "
            f"({error.strerror or error}). Choose another with --host and --port.\n"
        )
        return COULD_NOT_START
    return OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m worker.health", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="the roles' NAMEWIRE_RUN_DIR")
    parser.add_argument("--role", action="append", help="a role that must be well; may be repeated (both)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
