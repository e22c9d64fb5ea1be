"""Pub/Sub: the only module of the worker that knows it. Unary calls on raw messages; see ADR 3."""

import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import grpc
from google.protobuf.empty_pb2 import Empty
from google.pubsub_v1.services.subscriber import SubscriberClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport
from google.pubsub_v1.types import (
    AcknowledgeRequest,
    ModifyAckDeadlineRequest,
    PublishRequest,
    PublishResponse,
    PubsubMessage,
    PullRequest,
    PullResponse,
)

from worker import rpc
from worker.fate import Never, TryLater

# Google's own limit on an acknowledge request is 512 KiB; an ack id has about 200 bytes.
_ACK_IDS: Final = 1_000
_CALL_SECONDS: Final = 10.0
# The cloud answers an idle pull with nothing long before that.
_PULL_SECONDS: Final = 120.0
# The emulator does not notice that a waiting pull was cancelled or its process killed, and hands the
# next messages to it. So nothing waits there: it is asked again and again.
_POLL_SECONDS: Final = 0.04
_REFUSED: Final = (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.OUT_OF_RANGE)


@dataclass(frozen=True, slots=True)
class Received:
    """A delivered message. A redelivery has the same `message_id` and another `ack_id`."""

    ack_id: str
    message_id: str
    data: bytes
    attributes: dict[str, str]
    published_at: datetime
    attempt: int
    strikes: int = 0  # how much speaks for its killing processes; see `worker.suspects`


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to be published."""

    data: bytes
    attributes: dict[str, str]


_Publish, _Published, _Message = rpc.raw(PublishRequest), rpc.raw(PublishResponse), rpc.raw(PubsubMessage)
_Pull, _Pulled = rpc.raw(PullRequest), rpc.raw(PullResponse)
_Acknowledge, _Modify = rpc.raw(AcknowledgeRequest), rpc.raw(ModifyAckDeadlineRequest)


def open_channel() -> grpc.Channel:
    """See `worker.rpc`. Raises CannotStart."""
    return rpc.open_channel(SubscriberClient, SubscriberGrpcTransport, emulator="PUBSUB_EMULATOR_HOST")


@dataclass(slots=True)
class Topic:
    """Publishes; every error is one of our fates."""

    channel: grpc.Channel
    project: str
    name: str
    _call: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._call = _method(self.channel, "Publisher/Publish", _Publish, _Published)

    def publish(self, messages: Sequence[Outgoing]) -> list[str]:
        """Message ids in order, once the server has all of them. Raises TryLater or Never."""
        path = f"projects/{self.project}/topics/{self.name}"
        request = _Publish(
            topic=path,
            messages=[_Message(data=message.data, attributes=message.attributes) for message in messages],
        )
        return list(_ask(self._call, request, ("topic", path), _CALL_SECONDS).message_ids)


@dataclass(slots=True)
class Subscription:
    """Pulls and settles; every error is one of our fates."""

    channel: grpc.Channel
    project: str
    name: str
    _pull: Any = field(init=False, repr=False)
    _acknowledge: Any = field(init=False, repr=False)
    _modify: Any = field(init=False, repr=False)
    _pulling: Any = field(init=False, default=None, repr=False)
    _cancelled: threading.Event = field(init=False, default_factory=threading.Event, repr=False)

    def __post_init__(self) -> None:
        self._pull = _method(self.channel, "Subscriber/Pull", _Pull, _Pulled)
        self._acknowledge = _method(self.channel, "Subscriber/Acknowledge", _Acknowledge, Empty)
        self._modify = _method(self.channel, "Subscriber/ModifyAckDeadline", _Modify, Empty)

    @property
    def path(self) -> str:
        return f"projects/{self.project}/subscriptions/{self.name}"

    def pull(self, most: int, *, seconds: float = _PULL_SECONDS) -> list[Received]:
        """Between 0 and `most` messages as soon as there are any, none when the time is over.

        Raises TryLater; cancel() ends it early.
        """
        if not os.environ.get("PUBSUB_EMULATOR_HOST"):
            return self._wait_for(_Pull(subscription=self.path, max_messages=most), seconds)
        request = _Pull(subscription=self.path, max_messages=most, return_immediately=True)
        deadline = time.monotonic() + seconds
        while not self._cancelled.is_set():
            messages = self._wait_for(request, _CALL_SECONDS)
            if messages or time.monotonic() >= deadline:
                return messages
            self._cancelled.wait(_POLL_SECONDS)
        return []

    def _wait_for(self, request: Any, seconds: float) -> list[Received]:
        call = self._pull.future(request, timeout=seconds, metadata=_routing("subscription", self.path))
        self._pulling = call
        if (
            self._cancelled.is_set()
        ):  # looked at after `_pulling` is set, so that no cancel() falls in between
            call.cancel()
        try:
            answer = call.result()
        except grpc.FutureCancelledError:
            return []
        except grpc.RpcError as error:
            if error.code() in (grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED):
                return []
            raise TryLater(_describe(error, self.path)) from error
        return [_received(item) for item in answer.received_messages]

    def cancel(self) -> None:
        """Ends the pull that waits in another thread, and all that follow."""
        self._cancelled.set()
        if self._pulling is not None:
            self._pulling.cancel()

    def acknowledge(self, ack_ids: Sequence[str]) -> None:
        """Settled for good. Raises TryLater."""
        for start in range(0, len(ack_ids), _ACK_IDS):
            part = ack_ids[start : start + _ACK_IDS]
            request = _Acknowledge(subscription=self.path, ack_ids=part)
            _ask(self._acknowledge, request, ("subscription", self.path), _CALL_SECONDS)

    def extend(self, ack_ids: Sequence[str], seconds: int) -> None:
        """Holds the messages for so long from now; 0 gives them back. Raises TryLater."""
        for start in range(0, len(ack_ids), _ACK_IDS):
            part = ack_ids[start : start + _ACK_IDS]
            request = _Modify(subscription=self.path, ack_ids=part, ack_deadline_seconds=seconds)
            _ask(self._modify, request, ("subscription", self.path), _CALL_SECONDS)


def _method(channel: grpc.Channel, name: str, request: Any, response: Any) -> Any:
    return channel.unary_unary(
        f"/google.pubsub.v1.{name}",
        request_serializer=request.SerializeToString,
        response_deserializer=response.FromString,
    )


def _ask(method: Any, request: Any, routing: tuple[str, str], seconds: float) -> Any:
    try:
        return method(request, timeout=seconds, metadata=_routing(*routing))
    except grpc.RpcError as error:
        fate = Never if error.code() in _REFUSED else TryLater
        raise fate(_describe(error, routing[1])) from error


def _routing(name: str, path: str) -> tuple[tuple[str, str]]:
    return (("x-goog-request-params", f"{name}={path}"),)


def _describe(error: grpc.RpcError, path: str) -> str:
    if error.code() == grpc.StatusCode.NOT_FOUND:
        return f"Pub/Sub: {path} does not exist; create it, or correct GOOGLE_CLOUD_PROJECT"
    return f"Pub/Sub: {error.code().name}: {str(error.details())[:300]}"


def _received(item: Any) -> Received:
    message = item.message
    stamp = message.publish_time
    published_at = datetime.fromtimestamp(stamp.seconds, UTC).replace(microsecond=stamp.nanos // 1_000)
    return Received(
        ack_id=item.ack_id,
        message_id=message.message_id,
        data=message.data,
        attributes=dict(message.attributes),
        published_at=published_at,
        attempt=item.delivery_attempt,
    )
