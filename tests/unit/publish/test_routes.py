"""What a caller sees: statuses, documents, headers."""

import gzip
import json
from typing import Any

import pytest
from werkzeug.test import TestResponse

from contract.limits import BODY_BYTES
from contract.wire import decode_article
from publishing.errors import Misplaced, Unavailable
from publishing.submission import MOST_ARTICLES, MOST_VERSIONS, Outgoing
from tests.unit.publish.house import FakeTopic, article, client

JSON = {"Content-Type": "application/json"}
NDJSON = {"Content-Type": "application/x-ndjson"}


def post(
    body: Any, *, topic: FakeTopic | None = None, headers: dict[str, str] | None = None, **options: Any
) -> TestResponse:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client(topic or FakeTopic(), **options).post("/", data=data, headers=headers or JSON)


def problem(response: TestResponse, status: int) -> dict[str, Any]:
    """The document, after checking that it is one."""
    assert response.status_code == status, response.text
    assert response.content_type == "application/problem+json"
    document: dict[str, Any] = json.loads(response.data)
    assert document["type"] == "about:blank"
    assert document["status"] == status
    assert document["title"]
    assert document["detail"].rstrip().endswith((".", "Not Found"))
    return document


def errors(response: TestResponse) -> dict[str, str]:
    return {error["field"]: error["message"] for error in problem(response, 422)["errors"]}


@pytest.mark.parametrize("path", ["/", "/articles"])
def test_one_article_is_accepted_with_its_ids(path: str) -> None:
    topic = FakeTopic()
    response = client(topic).post(path, json=article(id="mine"))
    assert response.status_code == 202
    assert response.json == {"id": "mine", "message_id": "1"}
    (message,) = topic.messages
    assert message.attributes == {"article_id": "mine", "publication_key": "gazette"}
    assert decode_article(message.data, {}).content == article()["content"]


def test_an_array_gives_each_article_its_own_answer() -> None:
    response = post([article(id="a"), {"content": " "}, 7, article(id="b"), article(date="yesterday")])
    assert response.status_code == 202
    document = json.loads(response.data)
    assert document["accepted"] == [
        {"index": 0, "id": "a", "message_id": "1"},
        {"index": 3, "id": "b", "message_id": "2"},
    ]
    assert [entry["index"] for entry in document["rejected"]] == [1, 2, 4]
    fields = [[error["field"] for error in entry["errors"]] for entry in document["rejected"]]
    assert fields == [["content", "publication"], ["body"], ["date"]]


@pytest.mark.parametrize("kind", ["application/x-ndjson", "application/jsonl", "application/x-jsonlines"])
def test_lines_are_counted_without_the_blank_ones(kind: str) -> None:
    lines = [b"\xef\xbb\xbf" + json.dumps(article(id="a")).encode(), b"", b" \r", b"{broken", b"\xff\xfe"]
    lines += [json.dumps(article(id="b")).encode() + b"\r", b"[1]"]
    response = post(b"\n".join(lines), headers={"Content-Type": kind})
    assert response.status_code == 202
    document = json.loads(response.data)
    assert [(entry["index"], entry["id"]) for entry in document["accepted"]] == [(0, "a"), (3, "b")]
    assert [entry["index"] for entry in document["rejected"]] == [1, 2, 4]


@pytest.mark.parametrize("body", [b"[]", b"[1, {}]"])
def test_an_array_without_an_acceptable_article_is_unprocessable(body: bytes) -> None:
    document = problem(post(body), 422)
    assert document["errors"]
    assert len(document["rejected"]) == len(json.loads(body))


def test_lines_without_an_acceptable_article_are_unprocessable() -> None:
    document = problem(post(b"{\n}\n", headers=NDJSON), 422)
    assert [entry["index"] for entry in document["rejected"]] == [0, 1]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  \n ",
        b"{",
        b"content=x",
        b'{"content": NaN}',
        b'{"content": Infinity}',
        b"\xff\xfe",
        b'{"content": "\xed\xa0\x80"}',
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"n": ' + b"9" * 5_000 + b"}",
        b"{}{}",
        b"\0",
    ],
)
def test_what_is_not_json_is_a_bad_request(body: bytes) -> None:
    problem(post(body), 400)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "content"),
        ({"publication": "Gazette"}, "content"),
        ({"content": "x"}, "publication"),
        (article(content="   "), "content"),
        (article(content=None), "content"),
        (article(content=5), "content"),
        (article(content=["x"]), "content"),
        (article(publication=""), "publication"),
        (article(publication={"name": "Gazette"}), "publication"),
        (article(id="a b"), "id"),
        (article(id=""), "id"),
        (article(id="x" * 129), "id"),
        (article(id=12), "id"),
        (article(published_at="tomorrow"), "published_at"),
        (article(published_at="2026-02-30"), "published_at"),
        (article(date=20261124), "date"),
        (article(content="x" * 100_001), "content"),
        (article(content="half \ud83d"), "content"),
        (article(content="nul \0"), "content"),
        (article(title="nul \0"), "title"),
        (article(authors=["x"] * 500_000), "authors"),
        (article(language="not a tag"), "language"),
        ("just text", "body"),
        (17, "body"),
        (None, "body"),
        (True, "body"),
    ],
)
def test_an_article_that_is_wrong_names_the_field(body: Any, field: str) -> None:
    assert field in errors(post(body))


def test_of_a_repeated_name_the_last_counts() -> None:
    topic = FakeTopic()
    response = post(b'{"content": "", "publication": "G", "content": "real"}', topic=topic)
    assert response.status_code == 202
    assert decode_article(topic.messages[0].data, {}).content == "real"


@pytest.mark.parametrize(
    "kind",
    ["application/json; charset=utf-8", "Application/JSON;charset=UTF-8", 'application/json; charset="utf8"'],
)
def test_parameters_of_the_content_type_are_fine(kind: str) -> None:
    assert post(article(), headers={"Content-Type": kind}).status_code == 202


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": ""},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Type": "application/json+x"},
        {**JSON, "Content-Encoding": "br"},
        {**JSON, "Content-Encoding": "gzip, gzip"},
    ],
)
def test_other_types_and_codings_are_not_supported(headers: dict[str, str]) -> None:
    response = client(FakeTopic()).post("/", data=b"{}", headers=headers)
    problem(response, 415)


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "x-gzip"])
def test_gzip_is_unpacked(coding: str) -> None:
    body = gzip.compress(json.dumps(article(id="packed")).encode())
    response = post(body, headers={**JSON, "Content-Encoding": coding})
    assert (response.status_code, response.json["id"] if response.json else None) == (202, "packed")


def test_a_broken_gzip_is_a_bad_request() -> None:
    problem(post(b"no gzip", headers={**JSON, "Content-Encoding": "gzip"}), 400)


def test_bodies_are_bounded_packed_and_unpacked() -> None:
    problem(post(b"x" * (BODY_BYTES + 1)), 413)
    problem(post(b" " * BODY_BYTES), 400)
    bomb = gzip.compress(b" " * (BODY_BYTES + 1))
    problem(post(bomb, headers={**JSON, "Content-Encoding": "gzip"}), 413)


def test_an_article_over_the_size_of_a_message_is_too_large() -> None:
    large = article(content="x" * 9_600_000)
    document = problem(post(large, content_chars=9_900_000), 413)
    assert document["errors"][0]["field"] == "content"


def test_articles_per_request_are_limited() -> None:
    line = json.dumps(article()).encode()
    problem(post(b"\n".join([line] * (MOST_ARTICLES + 1)), headers=NDJSON), 413)
    problem(post(b"[" + b"0," * MOST_ARTICLES + b"0]"), 413)


def test_versions_per_request_are_limited() -> None:
    response = post([article(id="same", title=str(number)) for number in range(MOST_VERSIONS + 1)])
    document = json.loads(response.data)
    assert len(document["accepted"]) == MOST_VERSIONS
    assert document["rejected"][0]["errors"][0]["field"] == "id"


def test_the_content_limit_is_a_setting() -> None:
    assert "content" in errors(post(article(content="x" * 11), content_chars=10))
    assert post(article(content="x" * 10), content_chars=10).status_code == 202


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE"])
@pytest.mark.parametrize("path", ["/", "/articles"])
def test_only_post_publishes(path: str, method: str) -> None:
    response = client(FakeTopic()).open(path, method=method)
    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    assert response.content_type == "application/problem+json"


def test_documents_are_not_posted_to() -> None:
    response = client(FakeTopic()).post("/healthz")
    problem(response, 405)
    assert response.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", ["/nothing", "/articles/", "/articles/1", "/robots.txt", "/healthz/x"])
def test_other_paths_do_not_exist(path: str) -> None:
    problem(client(FakeTopic()).get(path), 404)


def test_health_needs_no_key() -> None:
    response = client(FakeTopic(), keys=["hush"]).get("/healthz")
    assert (response.status_code, response.json) == (200, {"status": "ok"})


def test_without_a_valid_key_nothing_is_published(caplog: pytest.LogCaptureFixture) -> None:
    topic = FakeTopic()
    response = post(article(), topic=topic, keys=["hush"], headers={**JSON, "X-API-Key": "sesame"})
    document = problem(response, 401)
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert "sesame" not in json.dumps(document) + caplog.text
    assert not topic.messages
    headers = {**JSON, "Authorization": "Bearer hush"}
    assert post(article(), topic=topic, keys=["hush"], headers=headers).status_code == 202


def test_an_outage_asks_to_come_back() -> None:
    topic = FakeTopic()
    topic.failure = Unavailable("secret internals")
    response = post(article(), topic=topic)
    document = problem(response, 503)
    assert int(response.headers["Retry-After"]) > 0
    assert "secret" not in json.dumps(document)


def test_a_wrong_deployment_says_what_the_operator_has_to_do() -> None:
    topic = FakeTopic()
    topic.failure = Misplaced("projects/internal-name")
    response = post(article(), topic=topic)
    document = problem(response, 503)
    assert "terraform apply" in document["detail"]
    assert "internal-name" not in document["detail"]
    assert response.headers["Retry-After"] == "60"


def test_a_batch_that_breaks_off_tells_what_is_durable() -> None:
    topic = FakeTopic()
    topic.open_for = 1
    response = post([article(id="same"), 5, article(id="same", title="corrected")], topic=topic)
    document = problem(response, 503)
    assert document["accepted"] == [{"index": 0, "id": "same", "message_id": "1"}]
    assert [entry["index"] for entry in document["rejected"]] == [1]
    assert document["unconfirmed"] == [2]
    assert "Retry-After" in response.headers


def test_a_message_that_pubsub_refuses_is_rejected_alone() -> None:
    def is_bad(message: Outgoing) -> bool:
        return message.id == "bad"

    topic = FakeTopic()
    topic.refuses = is_bad
    document = json.loads(post([article(id="good"), article(id="bad")], topic=topic).data)
    assert [entry["id"] for entry in document["accepted"]] == ["good"]
    assert [entry["index"] for entry in document["rejected"]] == [1]
    assert "body" in errors(post(article(id="bad"), topic=topic))
    problem(post([article(id="bad")], topic=topic), 422)


def test_a_crash_shows_nothing_of_the_inside(caplog: pytest.LogCaptureFixture) -> None:
    def crash(message: Outgoing) -> bool:
        raise ZeroDivisionError("secret internals")

    topic = FakeTopic()
    topic.refuses = crash
    function = client(topic)
    document = problem(function.post("/", json=article()), 500)
    assert "secret" not in json.dumps(document)
    assert "a request crashed" in caplog.text
