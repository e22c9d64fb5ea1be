"""Gzip within bounds."""

import gzip
import random
import time
import tracemalloc

import pytest

from contract.limits import BODY_BYTES
from publishing.body import gunzip
from publishing.problems import Problem

TEXT = b"Angela Merkel met Emmanuel Macron. " * 1_000


def status_of(data: bytes, *, limit: int = BODY_BYTES) -> int:
    with pytest.raises(Problem) as caught:
        gunzip(data, limit=limit)
    return caught.value.status.value


@pytest.mark.parametrize("text", [b"", b"x", TEXT, random.Random(1).randbytes(300_000)])
def test_what_was_packed_is_unpacked(text: bytes) -> None:
    assert gunzip(gzip.compress(text)) == text


def test_members_are_joined() -> None:
    assert gunzip(gzip.compress(b"one ") + gzip.compress(b"") + gzip.compress(b"two")) == b"one two"


def test_a_body_may_be_exactly_as_large_as_the_limit() -> None:
    assert len(gunzip(gzip.compress(b"x" * 1_000), limit=1_000)) == 1_000
    assert status_of(gzip.compress(b"x" * 1_001), limit=1_000) == 413


def test_a_bomb_stops_at_the_limit() -> None:
    bomb = gzip.compress(bytes(200_000_000), compresslevel=9)
    tracemalloc.start()
    try:
        assert status_of(bomb) == 413
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * BODY_BYTES


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(TEXT, mtime=0)[:-1],
        gzip.compress(TEXT, mtime=0)[:50],
        gzip.compress(TEXT, mtime=0) + b"garbage",
        gzip.compress(TEXT, mtime=0) + gzip.compress(TEXT, mtime=0)[:5],
        b"not gzip at all",
        b"\x1f",
        gzip.compress(TEXT, mtime=0)[:-8] + b"\0" * 8,
    ],
)
def test_a_broken_one_is_a_bad_request(data: bytes) -> None:
    assert status_of(data) == 400


def test_a_body_of_nothing_but_members_ends_soon() -> None:
    member = gzip.compress(b"")
    data = member * (BODY_BYTES // len(member))
    started = time.process_time()
    assert gunzip(data) == b""
    assert time.process_time() - started < 20.0
