"""A gRPC proxy that passes calls on as bytes, and can answer otherwise than the server did.

It stands behind the wire: a cut connection loses the answer, while the call goes on to its end here.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent import futures
from dataclasses import dataclass, field
from typing import Any, Final

import grpc

from emulator.ports import HOST

PULL: Final = "Pull"
PUBLISH: Final = "Publish"
ACKNOWLEDGE: Final = "Acknowledge"
COMMIT: Final = "Commit"
READ: Final = "BatchGetDocuments"

_STREAMS: Final = frozenset({READ})
_CALL_SECONDS: Final = 60.0
_THREADS: Final = 64
_OPTIONS: Final = (("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1))


@dataclass(eq=False, slots=True)
class Trick:
    """Meets the next calls of a method: `act` and then an error, before or after the server did its part."""

    method: str
    code: str  # the name of a gRPC status
    times: int
    after: bool
    act: Callable[[], None] = lambda: None
    topic: bytes = b""  # only requests that contain this
    met: threading.Event = field(default_factory=threading.Event)


@dataclass(slots=True)
class Relay:
    """The proxy of one emulator. Also sees when something moved last."""

    host: str
    port: int = field(init=False, default=0)
    moved_at: float = field(init=False, default_factory=time.monotonic)  # a message delivered, a commit made
    calls: Counter[str] = field(init=False, default_factory=Counter)
    _tricks: list[Trick] = field(init=False, default_factory=list)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)
    _channel: grpc.Channel = field(init=False, default=None, repr=False)
    _server: grpc.Server = field(init=False, default=None, repr=False)

    def open(self) -> None:
        self._channel = grpc.insecure_channel(self.host, options=_OPTIONS)
        self._server = grpc.server(
            futures.ThreadPoolExecutor(_THREADS, thread_name_prefix="relay"),
            handlers=[_Everything(self)],
            options=_OPTIONS,
        )
        self.port = self._server.add_insecure_port(f"{HOST}:0")
        self._server.start()

    def close(self) -> None:
        self._server.stop(grace=None).wait(_CALL_SECONDS)
        self._channel.close()

    def arm(self, trick: Trick) -> None:
        with self._lock:
            self._tricks.append(trick)

    def disarm(self, trick: Trick) -> None:
        with self._lock:
            if trick in self._tricks:
                self._tricks.remove(trick)

    def disarm_all(self) -> None:
        """From now on every answer is the server's own."""
        with self._lock:
            self._tricks.clear()

    def pass_on(self, method: str, request: bytes, context: grpc.ServicerContext) -> bytes:
        name = method.rpartition("/")[2]
        self._play(name, request, context, after=False)
        call = self._channel.unary_unary(method)
        try:
            answer: bytes = call(request, timeout=_left(context), metadata=_metadata(context))
        except grpc.RpcError as error:
            context.abort(error.code(), error.details())
        self.calls[name] += 1
        if name == COMMIT or (name == PULL and answer):
            self.moved_at = time.monotonic()
        # A pull that brought nothing has nothing to lose.
        if answer or name != PULL:
            self._play(name, request, context, after=True)
        return answer

    def stream_on(self, method: str, request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
        self._play(method.rpartition("/")[2], request, context, after=False)
        call = self._channel.unary_stream(method)
        try:
            yield from call(request, timeout=_left(context), metadata=_metadata(context))
        except grpc.RpcError as error:
            context.abort(error.code(), error.details())

    def _play(self, method: str, request: bytes, context: grpc.ServicerContext, *, after: bool) -> None:
        trick = self._take(method, request, after=after)
        if trick is not None:
            trick.act()
            trick.met.set()
            context.abort(grpc.StatusCode[trick.code], "chaos")

    def _take(self, method: str, request: bytes, *, after: bool) -> Trick | None:
        with self._lock:
            for trick in self._tricks:
                if trick.method == method and trick.after == after and trick.topic in request:
                    trick.times -= 1
                    if not trick.times:
                        self._tricks.remove(trick)
                    return trick
        return None


class _Everything(grpc.GenericRpcHandler):  # type: ignore[misc]  # grpc is untyped
    """Handles every method of every service; without serializers, requests and answers stay bytes."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    def service(self, details: grpc.HandlerCallDetails) -> Any:
        method = details.method
        if method.rpartition("/")[2] in _STREAMS:
            return grpc.unary_stream_rpc_method_handler(
                lambda request, context: self._relay.stream_on(method, request, context)
            )
        return grpc.unary_unary_rpc_method_handler(
            lambda request, context: self._relay.pass_on(method, request, context)
        )


def _left(context: grpc.ServicerContext) -> float:
    return min(_CALL_SECONDS, context.time_remaining() or _CALL_SECONDS)


def _metadata(context: grpc.ServicerContext) -> list[tuple[str, str]]:
    """What the program sent, without what gRPC itself adds."""
    return [
        (key, value)
        for key, value in context.invocation_metadata()
        if key != "user-agent" and not key.startswith("grpc-")
    ]
