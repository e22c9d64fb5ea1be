"""A TCP proxy that can cut, reset, delay and swallow what goes over its connections."""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from emulator.ports import HOST

T = TypeVar("T")

_CHUNK: Final = 65_536
_LAG_SECONDS: Final = 1.0  # for each piece that comes through a delayed wire
_ANSWER_SECONDS: Final = 10.0
# Closing with this set tells the other side by RST instead of FIN, and throws away what is under way.
_RESET: Final = struct.pack("ii", 1, 0)


@dataclass(eq=False, slots=True)
class _Link:
    """One connection: the program's side and the server's."""

    near: asyncio.StreamWriter
    far: asyncio.StreamWriter
    dead: bool = False  # nothing comes through any more, and nobody is told

    def close(self) -> None:
        for writer in (self.near, self.far):
            writer.close()

    def reset(self) -> None:
        for writer in (self.near, self.far):
            link: socket.socket = writer.get_extra_info("socket")
            with contextlib.suppress(OSError):
                link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()


@dataclass(slots=True)
class Wire:
    """Listens on a port of its own and passes on to another. Its methods may be called from any thread."""

    target: int
    loop: asyncio.AbstractEventLoop
    port: int = field(init=False, default=0)
    _links: list[_Link] = field(init=False, default_factory=list)
    _delays: int = field(init=False, default=0)
    _holes: int = field(init=False, default=0)
    _server: asyncio.Server | None = field(init=False, default=None)

    def open(self) -> None:
        self._do(self._open())

    def close(self) -> None:
        self._do(self._close())

    def cut(self, choice: int) -> int:
        return self._each(choice, _Link.close)

    def reset(self, choice: int) -> int:
        return self._each(choice, _Link.reset)

    def delay(self, *, on: bool) -> None:
        self._delays += 1 if on else -1

    def swallow(self, *, on: bool) -> int:
        """Half-open: everything goes nowhere; at the end the connections are reset."""
        return self._do(self._swallow(on=on))

    def _each(self, choice: int, act: Callable[[_Link], None]) -> int:
        """One of the connections or all of them; how many."""

        async def apply() -> int:
            links = list(self._links)
            place = choice % (len(links) + 1)
            chosen = links if place == len(links) else [links[place]]
            for link in chosen:
                act(link)
            return len(chosen)

        return self._do(apply())

    def _do(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(_ANSWER_SECONDS)

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self._serve, HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        for link in list(self._links):
            link.reset()

    async def _swallow(self, *, on: bool) -> int:
        self._holes += 1 if on else -1
        links = list(self._links)
        for link in links:
            if on:
                link.dead = True
            elif link.dead and not self._holes:
                link.reset()
        return len(links)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answers, far = await asyncio.open_connection(HOST, self.target)
        except OSError:
            writer.transport.abort()
            return
        link = _Link(writer, far, dead=self._holes > 0)
        self._links.append(link)
        try:
            await asyncio.gather(self._pass(link, reader, far), self._pass(link, answers, writer))
        except asyncio.CancelledError:
            pass  # a server's task that ends so is logged with a traceback
        finally:
            self._links.remove(link)
            writer.transport.abort()
            far.transport.abort()

    async def _pass(self, link: _Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(_CHUNK):
                if self._delays:
                    await asyncio.sleep(_LAG_SECONDS)
                if not link.dead:
                    writer.write(data)
                    await writer.drain()
        if not link.dead:
            writer.close()


@contextmanager
def running_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="wires", daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        asyncio.run_coroutine_threadsafe(_finish(), loop).result(_ANSWER_SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _finish() -> None:
    rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
