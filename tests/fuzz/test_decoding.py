"""No message breaks a decoder: what the fuzzer begins with, what it found, and what is too large for it."""

import json
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from contract.entities import name_of
from contract.identity import publication_key
from contract.timestamps import parse_time
from tests.fuzz.decode import CORPUS, CRASHES
from tests.fuzz.decoding import check_article, check_entities, check_input
from tests.skipping import missing
from tests.unit.contract.making import message_fields

# Ten megabytes are the most that Pub/Sub delivers.
_BYTES = 10_000_000
# What is quadratic in ten megabytes takes hours; the rest is for a busy machine.
_SECONDS = 20.0
# JSON of ten megabytes can be two million values; of what is kept there is never more than a few copies.
_MEMORY = 400_000_000
_FULL = b'{"content": "x", "publication": "y", "other": %s}'


@pytest.mark.parametrize("path", sorted(CORPUS.iterdir()), ids=lambda path: path.name)
def test_what_the_fuzzer_begins_with_breaks_nothing(path: Path) -> None:
    check_input(path.read_bytes())


def test_what_the_fuzzer_found_breaks_nothing_any_more() -> None:
    for path in CRASHES.glob("*-*"):  # as libFuzzer names them: crash-, timeout-, oom-
        check_input(path.read_bytes())


BOMBS: dict[str, Callable[[], bytes]] = {
    "one text": lambda: json.dumps({"content": "x" * (_BYTES - 50), "publication": "y"}).encode(),
    "one escaped text": lambda: b'{"content": "' + b"\\u00e9" * 1_600_000 + b'", "publication": "y"}',
    "one line of marks": lambda: json.dumps(
        {"content": "x", "publication": "y" * 99, "title": "e" + "\u0301" * 1_000_000, "url": "x"}
    ).encode(),
    "one publication of marks": lambda: json.dumps(
        {"content": "x", "publication": "a" + "\u0327\u0301" * 800_000}
    ).encode(),
    "an integer of many digits": lambda: _FULL % (b"9" * (_BYTES - 100)),
    "a fraction of many digits": lambda: _FULL % (b"0." + b"9" * (_BYTES - 100)),
    "many integers": lambda: _FULL % (b"[" + b",".join([b"9" * 4_000] * 2_000) + b"]"),
    "deep arrays": lambda: _FULL % (b"[" * 4_900_000 + b"]" * 4_900_000),
    "deep objects": lambda: _FULL % (b'{"a":' * 1_900_000),
    "deep and never closed": lambda: b"[" * _BYTES,
    "one name again and again": lambda: b"{" + b",".join([b'"content":"x"'] * 700_000) + b"}",
    "many names": lambda: b"{" + b",".join(b'"%d":1' % number for number in range(900_000)) + b"}",
    "white space": lambda: b" " * _BYTES,
    "many authors": lambda: b'{"content":"x","publication":"y","authors":[' + b"1," * 4_500_000 + b"1]}",
    "byte order marks": lambda: b"\xef\xbb\xbf" * 3_000_000,
    "bytes of no text": lambda: b"\xff" * _BYTES,
    "many entities": lambda: json.dumps(
        message_fields(entities=[{"text": "A", "label": "ORG", "start": 0, "end": 1}] * 150_000)
    ).encode(),
    "many wrong entities": lambda: json.dumps(message_fields(entities=[{}] * 2_000_000)).encode(),
    "one long entity": lambda: json.dumps(
        message_fields(
            content="the " + "e\u0301" * 400_000,
            entities=[{"text": "the " + "e\u0301" * 400_000, "label": "ORG", "start": 0, "end": 800_004}],
        )
    ).encode(),
}


# Honest work, which takes a second or two each.
_LARGE = {"many authors", "many entities", "many integers", "many names", "many wrong entities"}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (name in _LARGE)) for name in sorted(BOMBS)]
)
def test_the_largest_message_costs_little_time(name: str) -> None:
    data = BOMBS[name]()
    assert len(data) <= _BYTES + 100
    for check in (lambda: check_article(data, {}), lambda: check_entities(data)):
        began = time.thread_time()
        check()
        assert time.thread_time() - began < _SECONDS


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(BOMBS))
def test_the_largest_message_costs_little_memory(name: str) -> None:
    data = BOMBS[name]()
    for check in (lambda: check_article(data, {}), lambda: check_entities(data)):
        tracemalloc.start()
        try:
            check()
            assert tracemalloc.get_traced_memory()[1] < _MEMORY
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize(
    "text",
    [
        *("a" * 100_000, " " * 100_000, "a " * 50_000, "s'" * 50_000, "'s" * 50_000, "the " * 30_000),
        *("_" * 100_000, "-" * 100_000, "\u0300" * 100_000, "e\u0301" * 50_000, "\ufe0f" * 100_000),
        *("__" + "x" * 100_000 + "_", "2026-11-24T" + "0" * 100_000, "0" * 100_000, "a-" * 50_000 + "!"),
    ],
    ids=lambda text: f"{text[:6]!r}",
)
def test_no_pattern_takes_long_for_any_text(text: str) -> None:
    """What backtracks would take minutes for these, the time of a square some seconds."""
    began = time.thread_time()
    publication_key(text)
    name_of(text, "ORG")
    for field in ("id", "title", "language", "published_at", "publication", "section"):
        check_article(json.dumps({"content": "x", "publication": "y", field: text}).encode(), {})
    with pytest.raises(ValueError, match="must be an RFC 3339 time"):
        parse_time(text)
    assert time.thread_time() - began < 3.0


def _fuzz(seconds: int, crashes: Path) -> None:
    if find_spec("atheris") is None:
        missing("atheris is not installed: it has packages for Linux on x86-64 only")
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.decode", f"--seconds={seconds}", f"--crashes={crashes}"],
        capture_output=True,
        text=True,
        timeout=seconds + 120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-5_000:]
    assert not list(crashes.iterdir())


def test_a_moment_of_fuzzing_finds_nothing(tmp_path: Path) -> None:
    _fuzz(2, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(480)
def test_a_minute_of_fuzzing_finds_nothing(tmp_path: Path) -> None:
    _fuzz(60, tmp_path)
