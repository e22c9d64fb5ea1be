"""Whatever comes in, the answer is one of those described, and never a crash."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from contract.article import ALIASES, FIELDS
from tests.unit.publish.house import FakeTopic, client

_FUNCTION = client(FakeTopic())
_NAMES = st.sampled_from([*FIELDS, *(alias for aliases in ALIASES.values() for alias in aliases), "other"])
# Lone surrogates among them: a JSON escape can carry one.
_TEXT = st.text(st.characters(), max_size=40)
_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | _TEXT
_VALUES = _SCALARS | st.lists(_SCALARS, max_size=4) | st.dictionaries(_TEXT, _SCALARS, max_size=2)
_ARTICLES = st.dictionaries(_NAMES, _VALUES, max_size=6)


def status(data: bytes, kind: str) -> int:
    return _FUNCTION.post("/", data=data, headers={"Content-Type": kind}).status_code


@given(st.lists(_ARTICLES | _VALUES, max_size=4) | _ARTICLES | _VALUES)
@settings(max_examples=300, deadline=None)
def test_any_json_gets_an_answer(value: Any) -> None:
    data = json.dumps(value).encode()
    assert status(data, "application/json") in (202, 400, 422)
    assert status(data, "application/x-ndjson") in (202, 400, 422)


@given(st.binary(max_size=200), st.sampled_from(["application/json", "application/x-ndjson", "text/html"]))
@settings(max_examples=300, deadline=None)
def test_any_bytes_get_an_answer(data: bytes, kind: str) -> None:
    assert status(data, kind) in (400, 415, 422)


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes_said_to_be_gzip_get_an_answer(data: bytes) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert _FUNCTION.post("/", data=data, headers=headers).status_code in (400, 422)
