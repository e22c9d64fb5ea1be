"""A way to Pub/Sub on which one kind of call is held up, so that a process can be ended right in it."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc

_OPTIONS = (("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1))


class HoldUp(grpc.GenericRpcHandler):  # type: ignore[misc]  # gRPC's classes are untyped
    """Passes every call on, of `method` only the first few; `held` has the bytes of those that wait.

    Once `released` is set they go on too if `lets_through`, or fail.
    """

    def __init__(self, target: str, method: str, passing: int) -> None:
        self.address = ""
        self.held: list[bytes] = []
        self.lets_through = False
        self.released = threading.Event()
        self.channel = grpc.insecure_channel(target, options=_OPTIONS)
        self._method = method
        self._passing = passing

    def service(self, details: Any) -> Any:
        onward = self.channel.unary_unary(details.method)

        def handle(request: bytes, context: Any) -> bytes:
            if details.method.endswith(f"/{self._method}") and not self._passes():
                self.held.append(request)
                self.released.wait()
                if not self.lets_through:
                    context.abort(grpc.StatusCode.UNAVAILABLE, "held up")
            try:
                answer: bytes = onward(request, timeout=20)
            except grpc.RpcError as error:
                context.abort(error.code(), error.details())
            return answer

        return grpc.unary_unary_rpc_method_handler(handle)

    def _passes(self) -> bool:
        self._passing -= 1
        return self._passing >= 0


@contextmanager
def hold_up(target: str, method: str, *, passing: int = 0) -> Iterator[HoldUp]:
    handler = HoldUp(target, method, passing)
    with ThreadPoolExecutor(8) as pool:
        server = grpc.server(pool, handlers=[handler], options=_OPTIONS)
        handler.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        server.start()
        try:
            yield handler
        finally:
            handler.released.set()
            server.stop(1).wait()
            handler.channel.close()
