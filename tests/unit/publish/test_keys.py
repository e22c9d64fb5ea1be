"""Who may publish."""

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
