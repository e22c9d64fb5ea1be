"""From what became of the articles to the answer the caller gets."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import flask

from contract.errors import FieldError, InvalidMessage
from publishing.errors import Misplaced
from publishing.outbox import Report
from publishing.problems import Problem, describe, json_response
from publishing.submission import Rejection, Submission, unprocessable

# A short outage is over by then; a wrong deployment is not, but an operator may be at it.
_RETRY_SECONDS: Final = 5
_MISPLACED_RETRY_SECONDS: Final = 60
_REFUSED: Final = FieldError("body", "is refused by Pub/Sub; sending it again will not help")
_NOT_IN_TIME: Final = "Pub/Sub did not confirm in time."
_OPERATOR: Final = (
    "The topic 'articles' does not exist in this function's project, or the function may not publish to it. "
    "An operator has to create it (terraform apply) or grant roles/pubsub.publisher."
)
_AGAIN: Final = "Send the same request again: the same article keeps its id and is counted once."


def answer_single(submission: Submission, report: Report) -> flask.Response:
    """202 with the message id. Raises Problem."""
    if report.failure is not None:
        raise _unavailable(report)
    if report.refused:
        raise unprocessable(InvalidMessage([_REFUSED]))
    article = submission.outgoing[0]
    return json_response(
        {"id": article.id, "message_id": report.message_ids[article.index]}, status=HTTPStatus.ACCEPTED
    )


def answer_many(submission: Submission, report: Report) -> flask.Response:
    """202 only when every acceptable article is in Pub/Sub. Raises Problem."""
    accepted = [
        {"index": item.index, "id": item.id, "message_id": report.message_ids[item.index]}
        for item in submission.outgoing
        if item.index in report.message_ids
    ]
    rejected = _rejected(submission, report)
    if report.failure is not None:
        raise _unavailable(
            report, {"accepted": accepted, "rejected": rejected, "unconfirmed": report.unconfirmed}
        )
    if not accepted:
        raise _nothing_accepted(rejected)
    return json_response({"accepted": accepted, "rejected": rejected}, status=HTTPStatus.ACCEPTED)


def _rejected(submission: Submission, report: Report) -> list[dict[str, Any]]:
    refused = [Rejection(index, (_REFUSED,)) for index in report.refused]
    return [
        {"index": item.index, "errors": describe(item.errors)}
        for item in sorted([*submission.rejections, *refused], key=lambda item: item.index)
    ]


def _nothing_accepted(rejected: list[dict[str, Any]]) -> Problem:
    detail = (
        "None of the articles can be accepted; `rejected` names each field to change."
        if rejected
        else "There is no article in the body."
    )
    errors = rejected[0]["errors"] if rejected else describe([FieldError("body", "holds no article")])
    return Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, detail, extensions={"errors": errors, "rejected": rejected}
    )


def _unavailable(report: Report, extensions: Mapping[str, Any] | None = None) -> Problem:
    is_misplaced = isinstance(report.failure, Misplaced)
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        f"{_OPERATOR if is_misplaced else _NOT_IN_TIME} {_AGAIN}",
        headers={"Retry-After": str(_MISPLACED_RETRY_SECONDS if is_misplaced else _RETRY_SECONDS)},
        extensions=extensions,
    )
