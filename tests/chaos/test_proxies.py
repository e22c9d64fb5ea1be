"""The two proxies before each emulator: what passes, and what is done to it."""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager

import grpc
import pytest

from emulator.chaos.calls import Relay, Trick
from emulator.chaos.wire import Wire, running_loop
from emulator.ports import HOST
from tests.polling import eventually

METHOD = "/some.Service/Commit"
SECONDS = 5.0


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that says everything back."""
    server = socket.create_server((HOST, 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    def answer(connection: socket.socket) -> None:
        with connection:
            try:
                while data := connection.recv(100):
                    connection.sendall(data)
            except OSError:
                return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield server.getsockname()[1]
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


@pytest.fixture
def wire(echo: int) -> Iterator[Wire]:
    with running_loop() as loop:
        made = Wire(echo, loop)
        made.open()
        yield made
        made.close()


@contextmanager
def connected(wire: Wire) -> Iterator[socket.socket]:
    with socket.create_connection((HOST, wire.port), timeout=SECONDS) as client:
        assert said_back(client)
        yield client


def said_back(client: socket.socket) -> bool:
    client.sendall(b"hello")
    return client.recv(100) == b"hello"


def test_a_wire_that_is_cut_ends_and_takes_new_connections(wire: Wire) -> None:
    with connected(wire) as client:
        assert wire.cut(1) == 1
        assert client.recv(100) == b""
    with connected(wire):
        pass


def test_a_wire_that_is_reset_says_so(wire: Wire) -> None:
    with connected(wire) as client:
        wire.reset(1)
        with pytest.raises(ConnectionResetError):
            client.recv(100)


def test_a_delayed_wire_brings_everything_late(wire: Wire) -> None:
    with connected(wire) as client:
        wire.delay(on=True)
        began = time.monotonic()
        assert said_back(client)
        assert time.monotonic() - began > 1.0
        wire.delay(on=False)


def test_a_half_open_wire_swallows_everything_and_is_reset_in_the_end(wire: Wire) -> None:
    with connected(wire) as client:
        wire.swallow(on=True)
        client.sendall(b"hello")
        client.settimeout(0.3)
        with pytest.raises(TimeoutError):
            client.recv(100)
        client.settimeout(SECONDS)
        wire.swallow(on=False)
        with pytest.raises(ConnectionResetError):
            client.recv(100)
    with connected(wire):
        pass


class Server(grpc.GenericRpcHandler):  # type: ignore[misc]  # grpc is untyped
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        def answer(request: bytes, context: grpc.ServicerContext) -> bytes:
            self.asked.append(request)
            return b"done"

        return grpc.unary_unary_rpc_method_handler(answer)


@pytest.mark.parametrize("after", [True, False])
def test_a_trick_falsifies_as_many_answers_as_it_should(*, after: bool) -> None:
    behind = Server()
    server = grpc.server(futures.ThreadPoolExecutor(1), handlers=[behind])
    relay = Relay(f"{HOST}:{server.add_insecure_port(f'{HOST}:0')}")
    server.start()
    relay.open()
    with grpc.insecure_channel(f"{HOST}:{relay.port}") as channel:
        call = channel.unary_unary(METHOD)
        killed: list[bytes] = []
        trick = Trick("Commit", "ABORTED", 2, after, act=lambda: killed.append(b"!"), topic=b"/topics/a")
        relay.arm(trick)
        assert call(b"about another topic", timeout=SECONDS) == b"done"
        for _ in range(2):
            with pytest.raises(grpc.RpcError, match="ABORTED"):
                call(b"to /topics/a", timeout=SECONDS)
        assert eventually(trick.met.is_set, seconds=1)
        assert call(b"to /topics/a", timeout=SECONDS) == b"done"
    assert killed == [b"!", b"!"]
    assert len(behind.asked) == (4 if after else 2)
    relay.close()
    server.stop(None).wait()
