"""Topics and subscriptions as `terraform/topology.yaml` describes them, made on an emulator.

Speaks Pub/Sub's REST interface: a handful of calls need no client library, which takes a second to import.
"""

import http.client
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from emulator.errors import FAILED, CannotRun

_HERE: Final = Path(__file__).resolve().parent
# In the repository; inside an installed wheel.
_PLACES: Final = (_HERE.parent / "terraform" / "topology.yaml", _HERE / "topology.yaml")
CALL_SECONDS: Final = 20.0
# The cloud keeps messages for up to 31 days, the emulator refuses more than 7.
_EMULATOR_RETENTION_SECONDS: Final = 604_800


def read_topology() -> dict[str, Any]:
    """The single source of names and policies. Raises CannotRun."""
    import yaml

    for place in _PLACES:
        if place.is_file():
            topology: dict[str, Any] = yaml.safe_load(place.read_text(encoding="utf-8"))
            return topology
    raise CannotRun(f"topology.yaml is missing; it should be at {_PLACES[0]}.")


def create_topology(host: str, project: str, *, topology: Mapping[str, Any] | None = None) -> None:
    """Creates what does not exist yet. Raises CannotRun."""
    plan = topology or read_topology()
    connection = http.client.HTTPConnection(host, timeout=CALL_SECONDS)
    try:
        for name in plan["topics"]:
            create(connection, f"projects/{project}/topics/{name}", {})
        for name, policy in plan["subscriptions"].items():
            path = f"projects/{project}/subscriptions/{name}"
            create(connection, path, subscription_body(project, policy))
    except (OSError, http.client.HTTPException) as error:
        raise CannotRun(
            f"The Pub/Sub emulator at {host} does not answer: {error}.", exit_code=FAILED
        ) from error
    finally:
        connection.close()


def subscription_body(project: str, policy: Mapping[str, Any]) -> dict[str, Any]:
    """A subscription as the REST interface of the emulator takes it.

    Without the retry policy: under one, the emulator (0.8.20) loses messages whose lease has ended two
    or three times; see `docs/surprises.md`. What is given back comes again at once there.
    """
    retention = min(policy["message_retention_seconds"], _EMULATOR_RETENTION_SECONDS)
    body: dict[str, Any] = {
        "topic": f"projects/{project}/topics/{policy['topic']}",
        "ackDeadlineSeconds": policy["ack_deadline_seconds"],
        "messageRetentionDuration": f"{retention}s",
        "enableExactlyOnceDelivery": policy.get("exactly_once_delivery", False),
        # The cloud deletes what nobody pulls from for 31 days unless told not to.
        "expirationPolicy": {},
    }
    if "dead_letter_topic" in policy:
        body["deadLetterPolicy"] = {
            "deadLetterTopic": f"projects/{project}/topics/{policy['dead_letter_topic']}",
            "maxDeliveryAttempts": policy["max_delivery_attempts"],
        }
    return body


def create(connection: http.client.HTTPConnection, path: str, body: Mapping[str, Any]) -> None:
    """A topic or a subscription, unless it exists. Raises CannotRun."""
    connection.request("PUT", f"/v1/{path}", json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read().decode(errors="replace")
    if answer.status not in (http.client.OK, http.client.CONFLICT):
        raise CannotRun(f"The Pub/Sub emulator refused to create {path}: {text[:300]}", exit_code=FAILED)
