"""Answers are kept for seconds, loaded once however many ask; cursors and settings take no nonsense."""

import base64
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from exploring.cache import FRESH_SECONDS, STALE_SECONDS, Cache
from exploring.cursors import decode_dated, decode_ranked, decode_received, encode
from exploring.errors import BadQuestion, Unreachable
from exploring.settings import SettingsError, read_settings

NOW = datetime(2026, 11, 25, 8, 0, 0, 123456, tzinfo=UTC)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_answer_is_loaded_once_while_it_is_fresh() -> None:
    clock, loads = Clock(), iter(range(9))
    cache = Cache(lambda work: work(), clock=clock)
    assert [cache.get("a", lambda: next(loads)) for _ in range(3)] == [0, 0, 0]
    assert cache.get("b", lambda: next(loads)) == 1
    clock.now = FRESH_SECONDS
    # The old one at once; the new one, here loaded at once too, for the next who asks.
    assert [cache.get("a", lambda: next(loads)) for _ in range(3)] == [0, 2, 2]
    clock.now += STALE_SECONDS
    assert cache.get("a", lambda: next(loads)) == 3


def test_an_error_is_not_kept() -> None:
    cache = Cache(lambda work: work(), clock=Clock())

    def fail() -> int:
        raise Unreachable("gone")

    for _ in range(2):
        with pytest.raises(Unreachable):
            cache.get("a", fail)
    assert cache.get("a", lambda: 1) == 1


def test_an_error_while_renewing_leaves_the_last_answer_until_it_is_too_old() -> None:
    clock = Clock()
    cache = Cache(lambda work: work(), clock=clock)

    def fail() -> int:
        raise Unreachable("gone")

    assert cache.get("a", lambda: 1) == 1
    clock.now = FRESH_SECONDS
    assert cache.get("a", fail) == 1
    clock.now = STALE_SECONDS
    with pytest.raises(Unreachable):
        cache.get("a", fail)


def test_many_who_ask_at_once_wait_for_one_load() -> None:
    loads: list[int] = []
    may_go, together = threading.Event(), threading.Barrier(8, action=lambda: None)

    def load() -> int:
        loads.append(1)
        may_go.wait(10)
        return 7

    cache = Cache(lambda work: work())

    def ask() -> int:
        together.wait(10)
        return cache.get("a", load)

    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(ask) for _ in range(8)]
        may_go.set()
        assert [answer.result(10) for answer in answers] == [7] * 8
    assert len(loads) == 1


def test_a_cursor_comes_back_as_it_went() -> None:
    assert decode_ranked(encode(12, "ab"), "mentions") == {"mentions": 12, "__name__": "ab"}
    dated = {"day": "2026-11-25", "received_at": NOW, "__name__": "a:1"}
    assert decode_dated(encode("2026-11-25", NOW, "a:1")) == dated
    assert decode_received(encode(NOW, "a:1")) == {"received_at": NOW, "__name__": "a:1"}


@pytest.mark.parametrize(
    "text",
    [
        *("", "?", "x" * 700, "bm90IGpzb24", base64.b64encode(b"[[[[").decode(), encode(1), encode("a", 1)),
        *(encode(1, "../b"), encode(1, ""), encode(1, "__x__"), encode(1, "a", "b"), "é", "\x00"),
        base64.urlsafe_b64encode(b'[true, "a"]').decode(),
    ],
)
def test_a_cursor_that_nobody_gave_is_refused(text: str) -> None:
    with pytest.raises(BadQuestion):
        decode_ranked(text, "mentions")
    with pytest.raises(BadQuestion):
        decode_dated(text)
    with pytest.raises(BadQuestion):
        decode_received(text)


def test_settings() -> None:
    assert read_settings({"GOOGLE_CLOUD_PROJECT": "p"}).publish_url is None
    address = "http://127.0.0.1:8/"
    assert (
        read_settings({"GOOGLE_CLOUD_PROJECT": "p", "NAMEWIRE_PUBLISH_URL": address}).publish_url == address
    )
    for wrong in ({}, {"GOOGLE_CLOUD_PROJECT": " "}, {"GOOGLE_CLOUD_PROJECT": "a b"}):
        with pytest.raises(SettingsError, match="GOOGLE_CLOUD_PROJECT is"):
            read_settings(wrong)
    for name, value in (("NAMEWIRE_LOG_FORMAT", "xml"), ("OTEL_TRACES_EXPORTER", "jaeger")):
        with pytest.raises(SettingsError, match=f"{name} is '{value}'"):
            read_settings({"GOOGLE_CLOUD_PROJECT": "p", name: value})
    with pytest.raises(SettingsError, match="NAMEWIRE_PUBLISH_URL is"):
        read_settings({"GOOGLE_CLOUD_PROJECT": "p", "NAMEWIRE_PUBLISH_URL": "'; rm"})
