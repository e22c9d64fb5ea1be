"""A look at the dead letters, through the review subscriptions."""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from contract.names import ARTICLES_REVIEW, ENTITIES_REVIEW
from namewire.database import probe
from namewire.errors import Trouble
from namewire.settings import Settings

SUBSCRIPTIONS: Final = (ARTICLES_REVIEW, ENTITIES_REVIEW)
MOST: Final = 100
_PULL_SECONDS: Final = 3.0
_CALL_SECONDS: Final = 20.0
_PULLS: Final = 5  # the cloud may give a few at a time although there are more


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that could not be handled."""

    message_id: str
    attributes: Mapping[str, str]


class Review:
    """Every error is Trouble with a sentence."""

    def __init__(self, client: Any, project: str, *, at_once: bool) -> None:
        self._client = client
        self._project = project
        self._at_once = at_once

    def peek(self, subscription: str) -> list[Letter]:
        """Letters that can be seen now, at most MOST; they stay where they are.

        Giving a message back counts as a failed delivery: by the retry policy it is out of sight for a
        while. What is seen is therefore the least that is there.
        """
        path, letters, ack_ids = self._pull_all(subscription)
        if ack_ids:
            request = {"subscription": path, "ack_ids": ack_ids, "ack_deadline_seconds": 0}
            with _plain_errors(path):
                self._client.modify_ack_deadline(request=request, timeout=_CALL_SECONDS)
        return letters

    def take(self, subscription: str) -> list[Letter]:
        """Letters that can be seen now, out of the subscription for good."""
        path, letters, ack_ids = self._pull_all(subscription)
        if ack_ids:
            with _plain_errors(path):
                self._client.acknowledge(
                    request={"subscription": path, "ack_ids": ack_ids}, timeout=_CALL_SECONDS
                )
        return letters

    def _pull_all(self, subscription: str) -> tuple[str, list[Letter], list[str]]:
        path = f"projects/{self._project}/subscriptions/{subscription}"
        letters: list[Letter] = []
        ack_ids: list[str] = []
        for _ in range(_PULLS):
            received = self._pull(path, MOST - len(letters))
            letters += [Letter(item.message.message_id, dict(item.message.attributes)) for item in received]
            ack_ids += [item.ack_id for item in received]
            if not received or len(letters) >= MOST:
                break
        return path, letters, ack_ids

    def _pull(self, path: str, most: int) -> list[Any]:
        from google.api_core.exceptions import DeadlineExceeded

        request = {"subscription": path, "max_messages": most, "return_immediately": self._at_once}
        with _plain_errors(path), warnings.catch_warnings():
            # The cloud may then answer that there is nothing although there is; the emulator knows better,
            # and would otherwise let us wait, and give messages to pulls that have been given up.
            warnings.simplefilter("ignore", DeprecationWarning)
            try:
                answer = self._client.pull(request=request, timeout=_PULL_SECONDS, retry=None)
            except DeadlineExceeded:
                return []
            return list(answer.received_messages)


@contextmanager
def open_review(settings: Settings) -> Iterator[Review]:
    """The Pub/Sub that the settings lead to. Raises Trouble."""
    project = settings.need_project()
    if settings.pubsub_emulator:
        probe(settings.pubsub_emulator, what="Pub/Sub emulator", variable="PUBSUB_EMULATOR_HOST")
    from google.pubsub_v1 import SubscriberClient
    from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

    with _plain_errors("Pub/Sub"):
        transport = SubscriberGrpcTransport(channel=_channel(settings.pubsub_emulator))
    with SubscriberClient(transport=transport) as client:
        yield Review(client, project, at_once=settings.pubsub_emulator is not None)


def _channel(emulator: str | None) -> Any:
    if emulator is None:
        from google.pubsub_v1 import SubscriberClient
        from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

        return SubscriberGrpcTransport.create_channel(SubscriberClient.DEFAULT_ENDPOINT)
    import grpc

    return grpc.insecure_channel(emulator)


@contextmanager
def _plain_errors(what: str) -> Iterator[None]:
    from google.api_core.exceptions import GoogleAPIError, NotFound
    from google.auth.exceptions import GoogleAuthError

    try:
        yield
    except NotFound as error:
        raise Trouble(f"{what} does not exist. `terraform apply` or `namewire up` creates it.") from error
    except (GoogleAPIError, GoogleAuthError) as error:
        raise Trouble(f"Pub/Sub does not answer for {what}: {error}") from error
