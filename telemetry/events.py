"""What a log line is about, for machines: the name of the event, which never changes, and its numbers."""

from typing import Any, Final

EVENT: Final = "event"
FIELDS: Final = "fields"


def event(name: str, /, **fields: Any) -> dict[str, Any]:
    """For `extra` of a log call. A field `traceparent` puts the line into that trace.

    Ids, sizes, durations; never text of articles, keys or environment.
    """
    return {EVENT: name, FIELDS: fields}
