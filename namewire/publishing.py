"""Articles over HTTP to the publish function: patient with outages, exact about what was refused."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from ipaddress import ip_address
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

import httpx

from contract.errors import FieldError
from namewire.errors import Trouble

# Longer than the function itself waits for Pub/Sub.
_REQUEST_SECONDS: Final = 60.0
_CONNECT_SECONDS: Final = 5.0
# A deployment or a short outage is over by then; sending again is safe because ids are deterministic.
PATIENCE_SECONDS: Final = 120.0
FIRST_PATIENCE_SECONDS: Final = 10.0  # when nothing has ever answered at this address
_FIRST_WAIT_SECONDS: Final = 0.5
_LONGEST_WAIT_SECONDS: Final = 30.0
_TRY_AGAIN: Final = (
    *(HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.INTERNAL_SERVER_ERROR),
    *(HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT),
)
_CLOSED: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_ELSEWHERE: Final = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)


@dataclass(frozen=True, slots=True)
class Accepted:
    """An article that Pub/Sub has; `index` is its place in what was sent."""

    index: int
    id: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """An article that will never be accepted as it is."""

    index: int
    errors: tuple[FieldError, ...]


@dataclass(slots=True)
class Outcome:
    accepted: list[Accepted] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


@dataclass(slots=True)
class Publisher:
    """Sends one request after another, so that a correction follows its original."""

    url: str
    pause: Callable[[float], None]
    say: Callable[[str], None]
    api_key: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    clock: Callable[[], float] = time.monotonic
    transport: httpx.BaseTransport | None = None
    _client: httpx.Client = field(init=False, repr=False)
    _has_answered: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        headers = {"Content-Type": "application/x-ndjson"}
        if self.api_key:
            headers["X-API-Key"] = self.api_key
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        self._client = httpx.Client(
            headers=headers,
            timeout=httpx.Timeout(_REQUEST_SECONDS, connect=_CONNECT_SECONDS),
            trust_env=not _is_local(self.url),  # a proxy cannot reach this machine's own address
            transport=self.transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def send(self, lines: Sequence[bytes]) -> Outcome:
        """What became of each line. Raises Trouble when the function stays away or is not for us."""
        outcome = Outcome()
        self._send(lines, 0, outcome)
        return outcome

    def _send(self, lines: Sequence[bytes], offset: int, outcome: Outcome) -> None:
        answer = self._post(b"".join(lines))
        body = _json_object(answer)
        if answer.status_code == HTTPStatus.ACCEPTED or "rejected" in body:
            _take(body, offset, outcome)
        elif len(lines) > 1:
            # The request as a whole is refused, for its size perhaps: find the one that is to blame.
            middle = len(lines) // 2
            self._send(lines[:middle], offset, outcome)
            self._send(lines[middle:], offset + middle, outcome)
        else:
            outcome.rejected.append(Rejected(offset, _errors(body, answer)))

    def _post(self, body: bytes) -> httpx.Response:
        began, wait = self.clock(), _FIRST_WAIT_SECONDS
        while True:
            answer, why = self._try(body)
            self._has_answered = self._has_answered or answer is not None
            if answer is not None and answer.status_code not in _TRY_AGAIN:
                return _admitted(answer, self.url)
            patience = PATIENCE_SECONDS if self._has_answered else FIRST_PATIENCE_SECONDS
            left = patience - (self.clock() - began)
            if left <= 0:
                raise Trouble(f"{why} for {patience:g} s. Is the publish function running at {self.url}?")
            asked = _retry_after(answer)
            delay = min(asked if asked is not None else wait, left)
            self.say(f"{why}; trying again in {delay:.1f} s")
            self.pause(delay)
            wait = min(wait * 2, _LONGEST_WAIT_SECONDS)

    def _try(self, body: bytes) -> tuple[httpx.Response | None, str]:
        try:
            answer = self._client.post(self.url, content=body)
        except httpx.TimeoutException:
            return None, "The publish function did not answer in time"
        except httpx.TransportError as error:
            return None, f"The publish function cannot be reached ({error})"
        except httpx.InvalidURL as error:
            raise Trouble(f"{self.url!r} is not an address: {error}.") from error
        return answer, f"The publish function answered {answer.status_code} {answer.reason_phrase}"


def _admitted(answer: httpx.Response, url: str) -> httpx.Response:
    if answer.status_code in _CLOSED:
        raise Trouble(
            f"The publish function refuses us ({answer.status_code}). "
            "Set NAMEWIRE_API_KEY if it asks for a key, "
            'or NAMEWIRE_TOKEN="$(gcloud auth print-identity-token)" if Google Cloud guards it.'
        )
    if answer.status_code in _ELSEWHERE or answer.is_redirect:
        raise Trouble(f"There is no publish function at {url} ({answer.status_code}). Correct the address.")
    return answer


def _take(body: Mapping[str, Any], offset: int, outcome: Outcome) -> None:
    for item in body.get("accepted", ()):
        outcome.accepted.append(Accepted(offset + item["index"], item["id"], item["message_id"]))
    for item in body.get("rejected", ()):
        errors = tuple(FieldError(error["field"], error["message"]) for error in item["errors"])
        outcome.rejected.append(Rejected(offset + item["index"], errors))


def _errors(body: Mapping[str, Any], answer: httpx.Response) -> tuple[FieldError, ...]:
    detail = body.get("detail") or f"was refused with {answer.status_code} {answer.reason_phrase}"
    found = body.get("errors") or [{"field": "body", "message": detail}]
    return tuple(FieldError(str(error["field"]), str(error["message"])) for error in found)


def _json_object(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        value = answer.json()
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _retry_after(answer: httpx.Response | None) -> float | None:
    """Seconds; the other form of the header, a date, is not used by anything we speak to."""
    text = answer.headers.get("Retry-After", "") if answer is not None else ""
    return float(text) if text.isascii() and text.isdigit() else None


def _is_local(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:  # a name
        return False
