"""Ends reads from senders that trickle: gunicorn's threads wait for a body without any limit."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

_LOOK_SECONDS: Final = 1.0


class Patience:
    """One thread that shuts down the receiving side of sockets whose time is over.

    A socket's own timeout would not do: it starts anew with every byte.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._busy = threading.Event()
        self._waiting: dict[object, tuple[float, Any]] = {}
        self._thread: threading.Thread | None = None

    @contextmanager
    def lasting(self, seconds: float, *, sock: Any) -> Iterator[None]:
        """Reads from the socket in this block see its end once the seconds are over."""
        if sock is None:
            yield
            return
        token = object()
        self._watch(token, time.monotonic() + seconds, sock)
        try:
            yield
        finally:
            with self._lock:
                self._waiting.pop(token, None)

    def _watch(self, token: object, deadline: float, sock: Any) -> None:
        with self._lock:
            self._waiting[token] = (deadline, sock)
            self._busy.set()
            if self._thread is None:
                # Not before the first request: the server forks after it has loaded us.
                self._thread = threading.Thread(target=self._run, name="patience", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            self._busy.wait()
            # Nearly every block has ended by itself before the first look.
            time.sleep(_LOOK_SECONDS)
            with self._lock:
                self._hang_up_expired(time.monotonic())
                if not self._waiting:
                    self._busy.clear()

    def _hang_up_expired(self, now: float) -> None:
        for token, (deadline, sock) in list(self._waiting.items()):
            if deadline <= now:
                del self._waiting[token]
                _hang_up(sock)


def _hang_up(sock: Any) -> None:
    # A socket that is gone already is what we want.
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RD)
