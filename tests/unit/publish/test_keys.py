"""Who may publish."""

import hmac

import pytest
from werkzeug.datastructures import Headers

from publishing.keys import Keyring


def test_without_keys_everybody_may() -> None:
    assert Keyring([]).admits(Headers())


@pytest.mark.parametrize(
    "headers",
    [
        {"X-API-Key": "second"},
        {"x-api-key": " first "},
        {"Authorization": "Bearer second"},
        {"Authorization": "bearer first"},
        {"Authorization": "Bearer a-token-of-the-platform", "X-API-Key": "first"},
    ],
)
def test_any_key_in_either_header_is_enough(headers: dict[str, str]) -> None:
    assert Keyring(["first", "second"]).admits(Headers(headers))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-API-Key": ""},
        {"X-API-Key": "firs"},
        {"X-API-Key": "first,second"},
        {"X-API-Key": "FIRST"},
        {"Authorization": "Basic first"},
        {"Authorization": "first"},
        {"Authorization": "Bearer"},
    ],
)
def test_anything_else_is_not(headers: dict[str, str]) -> None:
    assert not Keyring(["first", "second"]).admits(Headers(headers))


def test_a_key_may_hold_any_characters() -> None:
    as_wsgi_gives_it = "schlüssel-鍵".encode().decode("latin-1")
    assert Keyring(["schlüssel-鍵"]).admits(Headers({"X-API-Key": as_wsgi_gives_it}))


@pytest.mark.parametrize("offered", ["first", "third", "no key", ""])
def test_every_key_is_compared_in_constant_time_whatever_is_offered(
    offered: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the place of the right key nor how much of a wrong one is right can be told from the time."""
    compared: list[int] = []
    compare = hmac.compare_digest

    def counting(one: bytes, other: bytes) -> bool:
        compared.append(len(one) - len(other))
        return compare(one, other)

    monkeypatch.setattr(hmac, "compare_digest", counting)
    Keyring(["first", "second", "third"]).admits(Headers({"X-API-Key": offered}))
    assert compared == [0] * 6  # three keys, two headers, digests of one length


def test_a_keyring_keeps_no_key() -> None:
    assert "hush" not in repr(vars(Keyring(["hush"])))
