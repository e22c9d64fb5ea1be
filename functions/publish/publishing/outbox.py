"""Sends the articles of one request, versions of the same article one after the other."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from publishing.delivery import Outcome
from publishing.errors import Refused, Unavailable
from publishing.sender import CALL_BYTES, CALL_MESSAGES, Sender
from publishing.submission import Outgoing


@dataclass(slots=True)
class Report:
    """What became of each article: every index is in exactly one of the three."""

    message_ids: dict[int, str] = field(default_factory=dict)
    refused: list[int] = field(default_factory=list)
    unconfirmed: list[int] = field(default_factory=list)
    # Why there are unconfirmed ones: the first failure.
    failure: Unavailable | None = None


def send_all(outgoing: Sequence[Outgoing], *, sender: Sender, seconds: float) -> Report:
    """Publishes all within the seconds. Stops at the first call that is not confirmed.

    Going on could put a correction in front of its original, and would only make a caller whose
    Pub/Sub is away wait longer.
    """
    report = Report()
    deadline = time.monotonic() + seconds
    for parcel in _parcels(outgoing):
        if report.failure is None:
            _note(report, parcel, sender.send(parcel, deadline=deadline))
        else:
            report.unconfirmed.extend(message.index for message in parcel)
    return report


def _note(report: Report, parcel: Sequence[Outgoing], outcomes: Sequence[Outcome]) -> None:
    for message, outcome in zip(parcel, outcomes, strict=True):
        if isinstance(outcome, str):
            report.message_ids[message.index] = outcome
        elif isinstance(outcome, Refused):
            report.refused.append(message.index)
        else:
            report.unconfirmed.append(message.index)
            report.failure = report.failure or outcome


def _parcels(outgoing: Sequence[Outgoing]) -> Iterator[list[Outgoing]]:
    """Rounds, cut into what fits into one call."""
    for messages in _rounds(outgoing):
        parcel: list[Outgoing] = []
        size = 0
        for message in messages:
            size += message.size
            if parcel and (size > CALL_BYTES or len(parcel) == CALL_MESSAGES):
                yield parcel
                parcel, size = [], message.size
            parcel.append(message)
        yield parcel


def _rounds(outgoing: Sequence[Outgoing]) -> list[list[Outgoing]]:
    """First all first occurrences of an id, then all second ones, and so on.

    Of two versions the one published later wins, so the later one waits until the earlier is confirmed.
    """
    rounds: list[list[Outgoing]] = []
    seen: dict[str, int] = {}
    for message in outgoing:
        turn = seen.get(message.id, 0)
        seen[message.id] = turn + 1
        if turn == len(rounds):
            rounds.append([])
        rounds[turn].append(message)
    return rounds
