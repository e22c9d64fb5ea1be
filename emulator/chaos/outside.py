"""What Pub/Sub and Firestore say themselves, past the proxies and without the worker's code.

Speaks their REST interfaces, as `emulator.topology` does.
"""

import base64
import http.client
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from emulator.errors import FAILED, CannotRun

_CALL_SECONDS: Final = 30.0
_PAGE: Final = 300


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in a subscription."""

    ack_id: str
    data: bytes
    attributes: Mapping[str, str]


@dataclass(slots=True)
class Outside:
    """One thread's way to both emulators. Every method raises CannotRun when one does not answer."""

    project: str
    pubsub_host: str
    firestore_host: str
    _connections: dict[str, http.client.HTTPConnection] = field(init=False, default_factory=dict)

    def publish(self, topic: str, bodies: Sequence[bytes]) -> list[str]:
        """Message ids, once Pub/Sub has all of them."""
        messages = [{"data": base64.b64encode(body).decode()} for body in bodies]
        path = f"/v1/projects/{self.project}/topics/{topic}:publish"
        ids: list[str] = self._ask(self.pubsub_host, path, {"messages": messages})["messageIds"]
        return ids

    def pull(self, subscription: str, most: int = 500) -> list[Letter]:
        """What can be had now."""
        path = f"/v1/projects/{self.project}/subscriptions/{subscription}:pull"
        answer = self._ask(self.pubsub_host, path, {"maxMessages": most, "returnImmediately": True})
        return [
            Letter(
                item["ackId"],
                base64.b64decode(item["message"].get("data", "")),
                item["message"].get("attributes", {}),
            )
            for item in answer.get("receivedMessages", [])
        ]

    def acknowledge(self, subscription: str, letters: Sequence[Letter]) -> None:
        path = f"/v1/projects/{self.project}/subscriptions/{subscription}:acknowledge"
        self._ask(self.pubsub_host, path, {"ackIds": [letter.ack_id for letter in letters]})

    def count(self, collection: str) -> int:
        query = {
            "structuredQuery": {"from": [{"collectionId": collection}]},
            "aggregations": [{"alias": "n", "count": {}}],
        }
        path = f"{self._documents}:runAggregationQuery"
        answer = self._ask(self.firestore_host, path, {"structuredAggregationQuery": query})
        return int(answer[0]["result"]["aggregateFields"]["n"]["integerValue"])

    def documents(self, collection: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Id and fields of each."""
        token = ""
        while True:
            path = f"{self._documents}/{collection}?pageSize={_PAGE}&pageToken={token}"
            page = self._ask(self.firestore_host, path)
            for document in page.get("documents", []):
                yield document["name"].rpartition("/")[2], _fields(document)
            token = page.get("nextPageToken", "")
            if not token:
                return

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()

    @property
    def _documents(self) -> str:
        return f"/v1/projects/{self.project}/databases/(default)/documents"

    def _ask(self, host: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        connection = self._connections.get(host)
        if connection is None:
            connection = self._connections[host] = http.client.HTTPConnection(host, timeout=_CALL_SECONDS)
        headers = {"Content-Type": "application/json", "Authorization": "Bearer owner"}
        try:
            if body is None:
                connection.request("GET", path, headers=headers)
            else:
                connection.request("POST", path, json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise CannotRun(f"The emulator at {host} does not answer: {error}.", exit_code=FAILED) from error
        if answer.status != http.client.OK:
            raise CannotRun(
                f"The emulator at {host} refused {path}: {text[:300].decode(errors='replace')}",
                exit_code=FAILED,
            )
        return json.loads(text)


def _fields(holder: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in holder.get("fields", {}).items()}


def _value(value: Mapping[str, Any]) -> Any:
    ((kind, held),) = value.items()
    match kind:
        case "integerValue":
            return int(held)
        case "mapValue":
            return _fields(held)
        case "arrayValue":
            return [_value(item) for item in held.get("values", [])]
        case _:
            return held
