"""Bodies that are too large, too slow, or not what was announced."""

import io
import socket
import threading
import time

import pytest

from publishing import intake
from publishing.intake import Body
from publishing.patience import Patience


class Source(io.BytesIO):
    """A server's input that counts what was taken from it."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        return data


class Breaking:
    """A server's input in the middle of which the connection goes."""

    def read(self, size: int, /) -> bytes:
        raise ConnectionResetError


class SocketSource:
    """Reads from a socket until all is there, as servers do."""

    def __init__(self, sock: socket.socket) -> None:
        self._file = sock.makefile("rb")

    def read(self, size: int, /) -> bytes:
        return self._file.read(size)


def body(source: intake.Source, *, length: int | None, limit: int = 100) -> Body:
    return Body(source, length=length, socket=None, patience=Patience(), limit=limit)


def status(of: Body) -> int | None:
    return of.fault.status.value if of.fault else None


@pytest.mark.parametrize("length", [100, None])
def test_a_body_at_the_limit_is_read_whole(length: int | None) -> None:
    read = body(Source(b"x" * 100), length=length)
    assert read.read() == b"x" * 100
    assert read.read() == b""
    assert status(read) is None


def test_one_that_is_announced_too_large_is_not_read_at_all() -> None:
    source = Source(b"x" * 1_000)
    read = body(source, length=1_000)
    assert read.read() == b""
    assert (source.taken, status(read)) == (0, 413)


def test_one_without_a_length_is_read_to_one_byte_over_the_limit() -> None:
    source = Source(b"x" * 1_000)
    read = body(source, length=None)
    read.read()
    read.read()
    assert (source.taken, status(read)) == (101, 413)


def test_a_body_is_not_read_past_its_length() -> None:
    source = Source(b"x" * 50)
    assert body(source, length=20).read() == b"x" * 20
    assert source.taken == 20


def test_a_body_that_ends_early_is_a_bad_request() -> None:
    read = body(Source(b"x" * 10), length=20)
    read.read()
    assert status(read) == 400


def test_a_connection_that_goes_is_a_bad_request() -> None:
    read = body(Breaking(), length=20)
    assert read.read() == b""
    assert status(read) == 400


def test_reading_in_pieces_is_the_same() -> None:
    read = body(Source(b"abcdef"), length=6)
    assert [read.read(4), read.read(4), read.read(4)] == [b"abcd", b"ef", b""]
    assert status(read) is None


def test_a_sender_that_trickles_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "BODY_SECONDS", 0.5)
    ours, theirs = socket.socketpair()
    done = threading.Event()

    def trickle() -> None:
        while not done.wait(0.05):
            theirs.send(b"x")

    sender = threading.Thread(target=trickle)
    with ours, theirs:
        sender.start()
        try:
            started = time.monotonic()
            read = Body(SocketSource(ours), length=10_000, socket=ours, patience=Patience(), limit=10_000)
            read.read()
        finally:
            done.set()
            sender.join()
    assert status(read) == 408
    assert time.monotonic() - started < 10


def test_patience_leaves_the_others_alone() -> None:
    patience = Patience()
    slow, peer = socket.socketpair()
    with slow, peer:
        with patience.lasting(0.01, sock=slow):
            pass
        with patience.lasting(60, sock=slow):
            # Its thread looks every second; the first block is over and must not count.
            assert not threading.Event().wait(1.5)
            peer.send(b"still there")
            assert slow.recv(100) == b"still there"
