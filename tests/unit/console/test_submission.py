"""Articles reach the publish function in order and in portions; what was refused is told by its place."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from namewire.batches import batches, encode_line
from namewire.errors import Interrupted, Trouble
from namewire.publishing import Accepted, Publisher
from namewire.reading.records import Item, Record, Unreadable
from namewire.submission import Report, Submission

URL = "http://127.0.0.1:9/"


class FakeFunction(httpx.BaseTransport):
    """Answers as DESIGN section 8 says; `troubles` are answers or errors that come first."""

    def __init__(self, *troubles: httpx.Response | Exception, most_lines: int = 1_000) -> None:
        self.troubles = list(troubles)
        self.most_lines = most_lines
        self.articles: list[dict[str, Any]] = []
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.troubles:
            trouble = self.troubles.pop(0)
            if isinstance(trouble, Exception):
                raise trouble
            return trouble
        lines = request.read().splitlines()
        if len(lines) > self.most_lines or any(b"too-large" in line for line in lines):
            return httpx.Response(413, json={"detail": "The body is too large."})
        return self._answer([json.loads(line) for line in lines])

    def _answer(self, articles: list[dict[str, Any]]) -> httpx.Response:
        accepted, rejected = [], []
        for index, article in enumerate(articles):
            if article.get("content"):
                self.articles.append(article)
                message = f"m{len(self.articles)}"
                accepted.append({"index": index, "id": article.get("id", "x"), "message_id": message})
            else:
                errors = [{"field": "content", "message": "is required"}]
                rejected.append({"index": index, "errors": errors})
        status = 202 if accepted else 422
        return httpx.Response(status, json={"accepted": accepted, "rejected": rejected})


class Clock:
    """Time that passes only by waiting."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds
        if seconds:
            self.waits.append(seconds)


def records(count: int) -> list[Item]:
    return [
        Record("news.jsonl", f"line {number}", {"id": f"n{number}", "content": "Paris."})
        for number in range(1, count + 1)
    ]


def submit(
    function: FakeFunction,
    items: list[Item],
    *,
    batch: int = 100,
    rate: float | None = None,
    clock: Clock | None = None,
    accepted: Callable[[Accepted], None] = lambda article: None,
    **options: str,
) -> Report:
    clock = clock or Clock()
    report = Report()
    with Publisher(
        URL,
        pause=clock.pause,
        say=lambda line: None,
        clock=clock,
        transport=function,
        **options,
    ) as publisher:
        submission = Submission(
            publisher, pause=clock.pause, batch=batch, rate=rate, accepted=accepted, clock=clock
        )
        submission.run(items, report)
    return report


def test_every_article_arrives_once_and_in_order() -> None:
    function = FakeFunction()
    seen: list[Accepted] = []
    report = submit(function, records(250), accepted=seen.append)
    assert (report.accepted, report.rejected, report.exit_code) == (250, 0, 0)
    assert [article["id"] for article in function.articles] == [f"n{number}" for number in range(1, 251)]
    assert len(function.requests) == 3
    assert seen[249].message_id == "m250"


def test_what_is_rejected_here_and_there_is_told_by_its_place() -> None:
    items = records(3)
    items[1] = Record("news.jsonl", "line 2", {})
    items.append(Unreadable("news.jsonl", "line 4", "body", "is not JSON"))
    report = submit(FakeFunction(), items)
    assert (report.accepted, report.rejected, report.exit_code) == (2, 2, 1)
    assert sorted((item.place, item.field) for item in report.rejections) == [
        ("line 2", "content"),
        ("line 4", "body"),
    ]


def test_a_request_of_rejected_articles_only_is_no_failure() -> None:
    items: list[Item] = [Record("a.csv", f"line {number}", {}) for number in range(30)]
    report = submit(FakeFunction(), items)
    assert report.rejected == 30
    assert len(report.rejections) == 20
    assert report.failure is None


def test_one_article_that_is_too_large_does_not_take_the_others_with_it() -> None:
    items = records(9)
    items[4] = Record("news.jsonl", "line 5", {"content": "too-large"})
    function = FakeFunction()
    report = submit(function, items)
    assert (report.accepted, report.rejected) == (8, 1)
    assert report.rejections[0].place == "line 5"
    assert report.rejections[0].message == "The body is too large."
    assert [article["id"] for article in function.articles] == [f"n{n}" for n in (1, 2, 3, 4, 6, 7, 8, 9)]


def test_an_outage_is_waited_out_as_long_as_the_function_asks() -> None:
    clock = Clock()
    function = FakeFunction(
        httpx.Response(503, headers={"Retry-After": "7"}),
        httpx.Response(503),
        httpx.ReadTimeout("slow"),
        httpx.ConnectError("refused"),
    )
    report = submit(function, records(2), clock=clock)
    assert report.accepted == 2
    assert clock.waits == [7.0, 1.0, 2.0, 4.0]


def test_an_address_at_which_nobody_is_does_not_keep_us_long() -> None:
    clock = Clock()
    report = submit(FakeFunction(*[httpx.ConnectError("refused")] * 100), records(1), clock=clock)
    assert clock.now == pytest.approx(10.0)
    assert "Is the publish function running at http://127.0.0.1:9/?" in str(report.failure)
    assert report.exit_code == 1


def test_an_outage_in_the_middle_is_given_two_minutes() -> None:
    clock = Clock()
    function = FakeFunction()

    def cut(article: Accepted) -> None:
        if article.id == "n100":
            function.troubles = [httpx.ConnectError("refused")] * 1_000

    report = submit(function, records(150), clock=clock, accepted=cut)
    assert (report.accepted, report.exit_code) == (100, 1)
    assert clock.now == pytest.approx(120.0)


@pytest.mark.parametrize("status", [401, 403])
def test_a_closed_door_is_explained(status: int) -> None:
    report = submit(FakeFunction(httpx.Response(status)), records(1))
    assert "NAMEWIRE_API_KEY" in str(report.failure)


@pytest.mark.parametrize("status", [404, 405, 302])
def test_a_wrong_address_is_explained(status: int) -> None:
    report = submit(FakeFunction(httpx.Response(status, headers={"Location": "/"})), records(1))
    assert f"no publish function at {URL}" in str(report.failure)


def test_keys_and_tokens_go_into_the_headers_and_nowhere_else() -> None:
    function = FakeFunction()
    submit(function, records(1), api_key="secret-key", token="secret-token")
    headers = function.requests[0].headers
    assert headers["X-API-Key"] == "secret-key"
    assert headers["Authorization"] == "Bearer secret-token"
    publisher = Publisher(URL, pause=Clock().pause, say=print, api_key="secret-key", token="secret-token")
    with publisher:
        assert "secret" not in repr(publisher)


def test_a_pace_is_kept_in_small_steps() -> None:
    clock = Clock()
    function = FakeFunction()
    submit(function, records(20), rate=4, clock=clock)
    assert clock.now == pytest.approx(4.0)
    assert len(function.requests) == 5


def test_an_interruption_leaves_a_true_account() -> None:
    clock = Clock()

    def stop(article: Accepted) -> None:
        if article.id == "n100":
            raise Interrupted(2)

    report = submit(FakeFunction(), records(300), clock=clock, accepted=stop)
    assert (report.accepted, report.exit_code) == (100, 130)


def test_an_address_that_is_none_is_trouble() -> None:
    clock = Clock()
    with Publisher("http://[::1", pause=clock.pause, say=print) as publisher, pytest.raises(Trouble):
        publisher.send([b"{}\n"])


def test_portions_are_bounded_by_bytes_and_a_giant_goes_alone() -> None:
    items = [Record("a", str(size), {"content": "x" * size}) for size in (40, 40, 500, 40)]
    sizes = [len(batch) for batch in batches(items, most=10, most_bytes=150)]
    assert sizes == [2, 1, 1]


def test_half_a_surrogate_pair_is_sent_as_it_came_for_the_function_to_refuse() -> None:
    assert encode_line({"content": "\ud800"}) == b'{"content":"\\ud800"}\n'
    assert encode_line({"content": "Zoë"}) == '{"content":"Zoë"}\n'.encode()
