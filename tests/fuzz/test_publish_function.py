"""The publish function as a real server keeps to its own document, whatever it is sent."""

import gzip
import json
import os
import re
import subprocess
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.publish_servers import ROOT, Topic, publish_function

_KEY: Final = "a-key-for-this-test"
# Kept out: our own check knows of batches that are accepted in part (tests/fuzz/hooks.py). The two about
# resources look for objects that can be read back, of which this interface has none.
_EXCLUDED: Final = "negative_data_rejection,use_after_free,ensure_resource_availability"
_ARTICLE: Final = {"content": "Ada met Bo.", "publication": "The Gazette"}


@pytest.fixture(scope="module")
def topic(pubsub_emulator: str) -> Topic:
    return Topic(pubsub_emulator)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("publish")


@pytest.fixture(scope="module")
def url(folder: Path, topic: Topic) -> Iterator[str]:
    """A function that asks for a key."""
    env = {"NAMEWIRE_API_KEYS": f"{_KEY},another"}
    with publish_function(folder, host=topic.host, project=topic.project, env=env) as running:
        yield running
    log = "".join(path.read_text() for path in folder.glob("*.log"))
    assert "Traceback" not in log
    assert _KEY not in log


def _conform(url: str, folder: Path, *options: str) -> str:
    """What schemathesis says; everything it found fails the test."""
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"{url}/openapi.json",
        "--checks=all",
    ]
    fixed = [f"--exclude-checks={_EXCLUDED}", f"--header=X-API-Key: {_KEY}", "--request-timeout=30"]
    still = ["--no-color", "--continue-on-failure", "--generation-database=none", "--max-response-time=20"]
    done = subprocess.run(
        [*command, *fixed, *still, *options],
        env={**os.environ, "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks", "PYTHONPATH": str(ROOT)},
        cwd=folder,  # where it leaves its cache
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
    return done.stdout


def test_every_answer_is_one_of_the_document(url: str, tmp_path: Path) -> None:
    said = _conform(url, tmp_path, "--phases=examples,fuzzing", "--max-examples=30", "--seed=1")
    passed = re.search(r"(\d+) generated, (\d+) passed", said)
    assert passed, said
    assert int(passed[1]) > 50


@pytest.mark.slow
@pytest.mark.timeout(1_000)
def test_every_answer_to_thousands_is_one_of_the_document(url: str, tmp_path: Path) -> None:
    _conform(url, tmp_path, "--phases=examples,coverage,fuzzing", "--max-examples=100")


@dataclass(frozen=True, slots=True)
class Request:
    """A request of which any part may be wrong."""

    path: str
    headers: dict[str, str]
    body: bytes

    def __repr__(self) -> str:
        headers = {name: value[:100] for name, value in self.headers.items()}
        return f"Request({self.path!r}, {headers}, {self.body[:500]!r})"


def _truncated(data: bytes, share: float) -> bytes:
    return data[: int(len(data) * share)]


_TEXTS: Final = st.text(st.characters(codec=None), max_size=30)
_VALUES: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXTS | st.just(_ARTICLE),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=8,
)
_JSON: Final = _VALUES.map(lambda value: json.dumps(value).encode())
_LINES: Final = st.lists(_JSON | st.binary(max_size=30), max_size=5).map(b"\n".join)
_BODIES: Final = _JSON | _LINES | st.binary(max_size=200)
_PACKED: Final = st.one_of(
    _BODIES.map(gzip.compress),
    st.builds(_truncated, _BODIES.map(gzip.compress), st.floats(0, 1)),
    st.builds(lambda one, other: gzip.compress(one) + gzip.compress(other), _BODIES, _BODIES),
    st.builds(lambda body, rest: gzip.compress(body) + rest, _BODIES, st.binary(max_size=20)),
    _BODIES.map(zlib.compress),
    st.builds(lambda: gzip.compress(b" " * 50_000_000, 1)),
    st.builds(lambda: gzip.compress(gzip.compress(b"[" * 30_000_000, 1))),
)
_HEADER_TEXT: Final = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40).map(str.strip)
_TYPES: Final = st.one_of(
    st.sampled_from(
        [
            *("application/json", "application/x-ndjson", "APPLICATION/JSON; Charset=UTF-8", "text/html", ""),
            *("application/json; charset=utf-16", "application/json; charset", "application/jsonl;;=;"),
            *('application/json; charset="utf-8', "application/json, text/plain", "multipart/form-data"),
            *("application/x-www-form-urlencoded", "*/*", "application/json" + ";a=b" * 500),
        ]
    ),
    _HEADER_TEXT,
)
_CODINGS: Final = st.sampled_from(["gzip", "GZIP", "x-gzip", "identity", "", "br", "gzip, gzip", "deflate"])
_MORE: Final = st.dictionaries(
    st.from_regex(r"X-[A-Za-z0-9-]{1,20}", fullmatch=True),
    _HEADER_TEXT | st.just("x" * 1_000) | st.just("x" * 20_000),
    max_size=4,
)
_REQUESTS: Final = st.builds(
    lambda path, kind, coding, more, body: Request(
        path, {"Content-Type": kind, **({} if coding is None else {"Content-Encoding": coding}), **more}, body
    ),
    st.sampled_from(["/", "/articles"]),
    _TYPES,
    st.none() | _CODINGS,
    _MORE,
    _BODIES | _PACKED,
)


def _conforms(document: Any, path: str, answer: httpx.Response) -> None:
    """The status is described, and so are its content type and its body."""
    described = document["paths"][path]["post"]["responses"]
    assert str(answer.status_code) in described, answer.text
    content = described[str(answer.status_code)]["content"]
    assert answer.headers["Content-Type"] in content
    schema = content[answer.headers["Content-Type"]]["schema"]
    jsonschema.validate(answer.json(), {**schema, "components": document["components"]})


def _check(client: httpx.Client, document: Any, request: Request) -> None:
    answer = client.post(request.path, content=request.body, headers=request.headers)
    if any(len(value) > 8_000 for value in request.headers.values()):
        # Refused by the server before anything of ours hears of it, in its own words.
        assert answer.status_code in (400, 431)
        return
    assert answer.status_code in (202, 400, 413, 415, 422)
    assert "Traceback" not in answer.text
    _conforms(document, request.path, answer)


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, headers={"X-API-Key": _KEY}, timeout=30) as opened:
        yield opened


@pytest.fixture(scope="module")
def document(client: httpx.Client) -> Any:
    return client.get("/openapi.json").json()


@given(request=_REQUESTS)
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_a_request_wrong_in_any_part_gets_an_answer_of_the_document(
    client: httpx.Client, document: Any, request: Request
) -> None:
    _check(client, document, request)


@pytest.mark.slow
@pytest.mark.timeout(900)
@given(request=_REQUESTS)
@settings(max_examples=1_000, deadline=None, suppress_health_check=list(HealthCheck))
def test_thousands_of_requests_wrong_in_any_part_get_an_answer_of_the_document(
    client: httpx.Client, document: Any, request: Request
) -> None:
    _check(client, document, request)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(202, json={"id": 5}),
        httpx.Response(500, text="Traceback"),
        httpx.Response(422, json={"title": "Unprocessable Entity"}),
    ],
)
def test_an_answer_that_is_not_in_the_document_is_seen(document: Any, answer: httpx.Response) -> None:
    """Otherwise the tests above prove nothing."""
    with pytest.raises((AssertionError, jsonschema.ValidationError)):
        _conforms(document, "/", answer)
