"""API keys on top of IAM: which callers may publish."""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Protocol


class Headers(Protocol):
    """Request headers, whatever their case."""

    def get(self, key: str, default: str, /) -> str: ...


class Keyring:
    """The accepted keys. Nothing here says by its timing how close a wrong key came."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._digests = tuple(_digest(key.encode()) for key in keys)

    def admits(self, headers: Headers) -> bool:
        """Whether the request carries a key, as `X-API-Key` or as a bearer token; always, if there are none.

        Either header is enough: behind IAM the bearer token belongs to the platform.
        """
        if not self._digests:
            return True
        offered = [headers.get("X-API-Key", ""), _bearer(headers.get("Authorization", ""))]
        return any([self._is_key(text) for text in offered])  # noqa: C419 - no short cut

    def _is_key(self, text: str) -> bool:
        # WSGI hands headers over as Latin-1, whatever the bytes meant. Equal lengths by hashing.
        digest = _digest(text.strip().encode("latin-1", "replace"))
        matches = [hmac.compare_digest(digest, accepted) for accepted in self._digests]
        return any(matches)


def _bearer(header: str) -> str:
    scheme, _, token = header.partition(" ")
    return token if scheme.lower() == "bearer" else ""


def _digest(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()
