"""One call for many messages, and the blame for a refusal on the message that deserves it."""

from collections.abc import Callable, Sequence

from publishing.errors import Refused, Unavailable
from publishing.submission import Outgoing

# A message id, or why there is none.
Outcome = str | Refused | Unavailable
# Publishes in one call until a deadline on the monotonic clock; returns the ids in order.
# Raises Refused or Unavailable.
Call = Callable[[Sequence[Outgoing], float], list[str]]


def deliver(messages: Sequence[Outgoing], deadline: float, *, call: Call) -> list[Outcome]:
    """The outcome of each message.

    Pub/Sub refuses a call as a whole; that one is halved until the culprit stands alone.
    """
    try:
        return list(call(messages, deadline))
    except Refused as error:
        if len(messages) == 1:
            return [error]
    except Unavailable as error:
        return [error] * len(messages)
    middle = len(messages) // 2
    return [
        *deliver(messages[:middle], deadline, call=call),
        *deliver(messages[middle:], deadline, call=call),
    ]
