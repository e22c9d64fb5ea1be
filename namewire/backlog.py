"""How much waits in the subscriptions: from the house on this machine, or from Cloud Monitoring."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from contract.names import ARTICLES_SUBSCRIPTION, ENTITIES_SUBSCRIPTION
from namewire.settings import Settings

SUBSCRIPTIONS: Final = (ARTICLES_SUBSCRIPTION, ENTITIES_SUBSCRIPTION)
_METRICS: Final = "pubsub.googleapis.com/subscription"
_SERVICE: Final = "https://monitoring.googleapis.com"
_SCOPE: Final = "https://www.googleapis.com/auth/monitoring.read"
_CALL_SECONDS: Final = 10.0
_WINDOW: Final = timedelta(minutes=10)  # sampled each minute, visible up to four minutes later


@dataclass(frozen=True, slots=True)
class Backlog:
    """Messages that wait in a subscription, and the age of the oldest; None is unknown."""

    waiting: int | None = None
    oldest_s: float | None = None


# GET an address with parameters, and the JSON of the answer. Raises OSError or ValueError.
Get = Callable[[str, Mapping[str, str]], Mapping[str, Any]]


def read_backlog(settings: Settings) -> dict[str, Backlog]:
    """By subscription. Never raises: what cannot be asked is unknown."""
    try:
        if settings.pubsub_emulator is not None:
            return _read_house(settings)
        return ask_monitoring(_get(), settings.need_project())
    except (OSError, ValueError, KeyError, TypeError):
        return dict.fromkeys(SUBSCRIPTIONS, Backlog())


def ask_monitoring(get: Get, project: str) -> dict[str, Backlog]:
    """Figures of Cloud Monitoring; up to some minutes old. Raises OSError or ValueError."""
    waiting = _ask(get, project, "num_undelivered_messages")
    oldest = _ask(get, project, "oldest_unacked_message_age")
    return {
        name: Backlog(waiting.get(name), oldest.get(name) if name in waiting else None)
        for name in SUBSCRIPTIONS
    }


def _read_house(settings: Settings) -> dict[str, Backlog]:
    """From the census of `emulator.census`."""
    if settings.run_dir is None:
        raise FileNotFoundError("no run folder")
    value = json.loads((settings.run_dir / "backlog.json").read_text(encoding="utf-8"))
    return {
        name: Backlog(int(value[name]["waiting"]), float(value[name]["oldest_s"])) for name in SUBSCRIPTIONS
    }


def _ask(get: Get, project: str, metric: str) -> dict[str, int]:
    """The newest value by subscription. Monitoring takes one metric a request."""
    now = datetime.now(UTC)
    ours = ",".join(f'"{name}"' for name in SUBSCRIPTIONS)
    which = f"resource.labels.subscription_id = one_of({ours})"
    parameters = {
        "filter": f'metric.type = "{_METRICS}/{metric}" AND {which}',
        "interval.startTime": (now - _WINDOW).isoformat(),
        "interval.endTime": now.isoformat(),
    }
    series = get(f"{_SERVICE}/v3/projects/{project}/timeSeries", parameters).get("timeSeries", [])
    # Points come with the newest first.
    return {
        each["resource"]["labels"]["subscription_id"]: int(each["points"][0]["value"]["int64Value"])
        for each in series
        if each.get("points")
    }


def _get() -> Get:
    import google.auth
    from google.auth.exceptions import GoogleAuthError
    from google.auth.transport.requests import AuthorizedSession

    def get(address: str, parameters: Mapping[str, str]) -> Mapping[str, Any]:
        try:
            answer = session.get(address, params=dict(parameters), timeout=_CALL_SECONDS)
            answer.raise_for_status()
        except GoogleAuthError as error:
            raise OSError(str(error)) from error
        value: Mapping[str, Any] = answer.json()
        return value

    try:
        session: Any = AuthorizedSession(google.auth.default(scopes=[_SCOPE])[0])  # type: ignore[no-untyped-call]
    except GoogleAuthError as error:
        raise OSError(str(error)) from error
    return get
