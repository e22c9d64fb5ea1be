"""The dead letters in Pub/Sub, through the review subscriptions, and the way back to their topics."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from contract.names import ARTICLES_REVIEW, ARTICLES_TOPIC, ENTITIES_REVIEW, ENTITIES_TOPIC
from namewire.database import probe
from namewire.errors import Trouble
from namewire.settings import Settings

TOPICS: Final[Mapping[str, str]] = {ARTICLES_REVIEW: ARTICLES_TOPIC, ENTITIES_REVIEW: ENTITIES_TOPIC}
SUBSCRIPTIONS: Final = tuple(TOPICS)
MOST: Final = 100
_PULL_SECONDS: Final = 3.0
_CALL_SECONDS: Final = 20.0
_PULLS: Final = 5  # the cloud may give a few at a time although there are more
# Google's own limit on such a request is 512 KiB; an ack id has about 200 bytes.
_ACK_IDS: Final = 1_000
_OPTIONS: Final = (("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1))


class NoAnswer(Trouble):
    """Pub/Sub cannot be reached now; the same call may succeed later."""


class Refused(Exception):
    """Pub/Sub will never take this request, because of one of its messages."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that could not be handled, as it was delivered to us."""

    subscription: str
    message_id: str
    ack_id: str
    data: bytes
    attributes: Mapping[str, str]
    published_at: datetime  # to the dead-letter topic


@dataclass(frozen=True, slots=True)
class Message:
    """What goes to a topic again."""

    data: bytes
    attributes: Mapping[str, str]


class Review:
    """Every error is Trouble with a sentence."""

    def __init__(self, subscriber: Any, publisher: Any, project: str, *, at_once: bool) -> None:
        self._subscriber = subscriber
        self._publisher = publisher
        self._project = project
        self.at_once = at_once  # an idle pull answers at once instead of waiting

    def peek(self, subscription: str) -> list[Letter]:
        """Letters that can be seen now, at most MOST; they stay where they are.

        What another command looks at is out of sight: what is seen is the least that is there.
        """
        letters = self._pull_some(subscription)
        self.extend(subscription, [letter.ack_id for letter in letters], 0)
        return letters

    def take(self, subscription: str) -> list[Letter]:
        """Letters that can be seen now, out of the subscription for good."""
        letters = self._pull_some(subscription)
        self.acknowledge(subscription, [letter.ack_id for letter in letters])
        return letters

    def pull(self, subscription: str, most: int = MOST) -> list[Letter]:
        """What can be had now; the caller has to settle it. None is no proof that none is there."""
        from google.api_core.exceptions import DeadlineExceeded

        path = self._path(subscription)
        request = {"subscription": path, "max_messages": most, "return_immediately": self.at_once}
        with _plain_errors(path), warnings.catch_warnings():
            # The cloud may then answer that there is nothing although there is; the emulator knows better,
            # and would otherwise let us wait, and give messages to pulls that have been given up.
            warnings.simplefilter("ignore", DeprecationWarning)
            try:
                answer = self._subscriber.pull(request=request, timeout=_PULL_SECONDS, retry=None)
            except DeadlineExceeded:
                return []
            return [_letter(subscription, item) for item in answer.received_messages]

    def acknowledge(self, subscription: str, ack_ids: Sequence[str]) -> None:
        """Out of the subscription for good."""
        path = self._path(subscription)
        for part in _parts(ack_ids):
            request = {"subscription": path, "ack_ids": part}
            with _plain_errors(path):
                self._subscriber.acknowledge(request=request, timeout=_CALL_SECONDS)

    def extend(self, subscription: str, ack_ids: Sequence[str], seconds: int) -> None:
        """Holds letters for so long from now; 0 gives them back."""
        path = self._path(subscription)
        for part in _parts(ack_ids):
            request = {"subscription": path, "ack_ids": part, "ack_deadline_seconds": seconds}
            with _plain_errors(path):
                self._subscriber.modify_ack_deadline(request=request, timeout=_CALL_SECONDS)

    def publish(self, topic: str, messages: Sequence[Message]) -> list[str]:
        """The message ids, once Pub/Sub has all of them for good. Raises Refused too."""
        from google.api_core.exceptions import InvalidArgument

        path = f"projects/{self._project}/topics/{topic}"
        bodies = [{"data": message.data, "attributes": dict(message.attributes)} for message in messages]
        with _plain_errors(path):
            try:
                request = {"topic": path, "messages": bodies}
                answer = self._publisher.publish(request=request, timeout=_CALL_SECONDS, retry=None)
            except InvalidArgument as error:
                raise Refused(str(error.message)[:300]) from error
        return list(answer.message_ids)

    def _pull_some(self, subscription: str) -> list[Letter]:
        letters: list[Letter] = []
        for _ in range(_PULLS):
            received = self.pull(subscription, MOST - len(letters))
            letters += received
            if not received or len(letters) >= MOST:
                break
        return letters

    def _path(self, subscription: str) -> str:
        return f"projects/{self._project}/subscriptions/{subscription}"


@contextmanager
def open_review(settings: Settings) -> Iterator[Review]:
    """The Pub/Sub that the settings lead to. Raises Trouble."""
    project = settings.need_project()
    if settings.pubsub_emulator:
        probe(settings.pubsub_emulator, what="Pub/Sub emulator", variable="PUBSUB_EMULATOR_HOST")
    from google.pubsub_v1 import PublisherClient, SubscriberClient
    from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
    from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

    with _plain_errors("Pub/Sub"):
        channel = _channel(settings.pubsub_emulator)
    with (
        SubscriberClient(transport=SubscriberGrpcTransport(channel=channel)) as subscriber,
        PublisherClient(transport=PublisherGrpcTransport(channel=channel)) as publisher,
    ):
        yield Review(subscriber, publisher, project, at_once=settings.pubsub_emulator is not None)


def _channel(emulator: str | None) -> Any:
    """For letters of any size: by itself, gRPC takes 4 MiB."""
    if emulator is None:
        from google.pubsub_v1 import SubscriberClient
        from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

        return SubscriberGrpcTransport.create_channel(SubscriberClient.DEFAULT_ENDPOINT, options=_OPTIONS)
    import grpc

    return grpc.insecure_channel(emulator, options=_OPTIONS)


def _letter(subscription: str, item: Any) -> Letter:
    message = item.message
    return Letter(
        subscription=subscription,
        message_id=message.message_id,
        ack_id=item.ack_id,
        data=message.data,
        attributes=dict(message.attributes),
        published_at=message.publish_time,
    )


def _parts(ack_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ack_ids), _ACK_IDS):
        yield ack_ids[start : start + _ACK_IDS]


@contextmanager
def _plain_errors(what: str) -> Iterator[None]:
    from google.api_core.exceptions import GoogleAPIError, NotFound
    from google.auth.exceptions import GoogleAuthError

    try:
        yield
    except NotFound as error:
        raise Trouble(f"{what} does not exist. `terraform apply` or `namewire up` creates it.") from error
    except (GoogleAPIError, GoogleAuthError) as error:
        raise NoAnswer(f"Pub/Sub does not answer for {what}: {error}") from error
