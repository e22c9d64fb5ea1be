"""W3C trace context as text: in message attributes, in headers, in log lines. No OpenTelemetry needed."""

import re
from typing import Final, Protocol

TRACEPARENT: Final = "traceparent"
# Google's own clients put it into attributes under this name.
_GOOGLE: Final = "googclient_traceparent"
_FORM: Final = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})", re.ASCII)


class Carrier(Protocol):
    """Attributes of a message, headers of a request."""

    def get(self, key: str, default: str, /) -> str: ...


def traceparent_in(attributes: Carrier) -> str | None:
    """The context that a message or a request brings along, if it is one."""
    for name in (TRACEPARENT, _GOOGLE):
        text = attributes.get(name, "")
        if ids_in(text) is not None:
            return text
    return None


def ids_in(traceparent: str) -> tuple[str, str, bool] | None:
    """Trace id, span id, and whether it is sampled."""
    match = _FORM.fullmatch(traceparent)
    if match is None or not int(match[1], 16) or not int(match[2], 16) or traceparent.startswith("ff"):
        return None
    return match[1], match[2], bool(int(match[3], 16) & 1)
