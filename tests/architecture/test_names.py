"""The programs and Terraform speak of the same topics, subscriptions and collections."""

from typing import Any, Final

import pytest
import yaml

from contract import names
from tests.architecture.interpreter import ROOT
from worker.suspects import MOST_TRIES

TOPOLOGY: Final[dict[str, Any]] = yaml.safe_load(
    (ROOT / "terraform" / "topology.yaml").read_text(encoding="utf-8")
)
TOPICS: Final[dict[str, Any]] = TOPOLOGY["topics"]
SUBSCRIPTIONS: Final[dict[str, dict[str, Any]]] = TOPOLOGY["subscriptions"]
NAMES: Final = {name: value for name, value in vars(names).items() if name.isupper()}


def _named(*endings: str) -> set[str]:
    return {value for name, value in NAMES.items() if name.endswith(endings)}


def test_the_programs_know_every_topic() -> None:
    assert _named("_TOPIC") == set(TOPICS)


def test_the_programs_know_every_subscription() -> None:
    assert _named("_SUBSCRIPTION", "_REVIEW") == set(SUBSCRIPTIONS)


def test_the_programs_know_every_collection() -> None:
    others = {
        value for name, value in NAMES.items() if not name.endswith(("_TOPIC", "_SUBSCRIPTION", "_REVIEW"))
    }
    assert others == set(TOPOLOGY["firestore"]["collections"])


def test_every_name_that_is_written_down_is_a_name() -> None:
    assert all(isinstance(value, str) and value for value in NAMES.values())


@pytest.mark.parametrize(
    ("subscription", "topic"),
    [
        (names.ARTICLES_SUBSCRIPTION, names.ARTICLES_TOPIC),
        (names.ENTITIES_SUBSCRIPTION, names.ENTITIES_TOPIC),
        (names.ARTICLES_REVIEW, names.ARTICLES_DEAD_TOPIC),
        (names.ENTITIES_REVIEW, names.ENTITIES_DEAD_TOPIC),
    ],
)
def test_a_subscription_hangs_on_its_topic(subscription: str, topic: str) -> None:
    assert SUBSCRIPTIONS[subscription]["topic"] == topic


@pytest.mark.parametrize("subscription", [names.ARTICLES_SUBSCRIPTION, names.ENTITIES_SUBSCRIPTION])
def test_what_the_worker_pulls_has_dead_letters_that_can_be_reviewed(subscription: str) -> None:
    """Without a subscription of its own, what reaches a dead-letter topic is gone."""
    policy = SUBSCRIPTIONS[subscription]
    assert policy["max_delivery_attempts"] == MOST_TRIES == 5
    dead = policy["dead_letter_topic"]
    assert dead in TOPICS
    assert dead != policy["topic"]
    [review] = [each for each in SUBSCRIPTIONS.values() if each["topic"] == dead]
    assert "dead_letter_topic" not in review


@pytest.mark.parametrize("subscription", sorted(SUBSCRIPTIONS))
def test_every_subscription_has_the_policies_of_the_design(subscription: str) -> None:
    policy = SUBSCRIPTIONS[subscription]
    assert policy["topic"] in TOPICS
    assert policy["ack_deadline_seconds"] == 60
    # Where people look, what they give back must be there for the next look.
    backoff = (10, 600) if "dead_letter_topic" in policy else (None, None)
    names = ("retry_minimum_backoff_seconds", "retry_maximum_backoff_seconds")
    assert tuple(policy.get(name) for name in names) == backoff
    assert policy["exactly_once_delivery"] is False
    # Pub/Sub keeps messages for 10 minutes to 31 days.
    assert 600 <= policy["message_retention_seconds"] <= 31 * 24 * 3600


def test_every_topic_has_a_reader() -> None:
    assert {policy["topic"] for policy in SUBSCRIPTIONS.values()} == set(TOPICS)
