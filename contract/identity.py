"""Who is who: publication keys, article ids, content hashes. Stable across processes and versions."""

import hashlib
import re
import unicodedata
from functools import lru_cache
from itertools import takewhile
from typing import Final

_NOT_WORD = re.compile(r"[\W_]+")
# Accents on Latin and Greek letters, whose capitals often go without; й and が are letters of their own.
_ACCENTS = re.compile("(?<=[A-Za-z\u0370-\u03ff])[\u0300-\u036f\ufe00-\ufe0f]+|[\ufe00-\ufe0f]")
_KEY_CHARS = 80
_DIGEST_DIGITS = 16
# Names repeat from article to article, and making a key costs as much as reading a short article.
_REMEMBERED: Final = 1_024

# Firestore refuses these as document ids although they match the pattern of article ids.
_RESERVED = re.compile(r"\.{1,2}|__.*__")
ID_PATTERN = re.compile(r"[A-Za-z0-9._:-]{1,128}", re.ASCII)


@lru_cache(maxsize=_REMEMBERED)
def publication_key(name: str) -> str:
    """The Firestore id of a publication: casefolded, accents dropped, words joined by hyphens.

    Other scripts keep their letters. A name without any letter or digit, and the tail of a very
    long one, are replaced by a hash, so that different names never fall together. The key of a key
    is the key itself.
    """
    folded = unicodedata.normalize("NFKD", name.casefold())
    folded = unicodedata.normalize("NFKD", folded.casefold())  # 𝓗 becomes H only by the first
    plain = unicodedata.normalize("NFC", _ACCENTS.sub("", folded))
    slug = _NOT_WORD.sub(_joint, plain).strip("-")
    if slug and len(slug) <= _KEY_CHARS:
        return slug
    digest = hashlib.sha256((slug or plain.strip()).encode()).hexdigest()[:_DIGEST_DIGITS]
    head = slug[: _KEY_CHARS - _DIGEST_DIGITS - 1].rstrip("-")
    return f"{head or 'publication'}-{digest}"


def derive_article_id(*, publication: str, url: str | None, title: str | None, content: str) -> str:
    """The id of an article whose sender gave none: 64 hexadecimal digits."""
    key = publication_key(publication)
    parts = ("url", key, url) if url else ("text", key, title or "", content)
    # No part can hold a NUL (validation refuses it), so the joined text is unambiguous.
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def content_sha256(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def is_article_id(text: str) -> bool:
    return ID_PATTERN.fullmatch(text) is not None and not is_reserved(text)


def is_reserved(text: str) -> bool:
    """Whether Firestore keeps this id for itself."""
    return _RESERVED.fullmatch(text) is not None


def _joint(gap: re.Match[str]) -> str:
    """A hyphen between words; marks on a letter, as most vowels of Hindi and Thai are, belong to the word."""
    if gap.start() == 0:
        return ""
    marks = "".join(takewhile(lambda char: unicodedata.category(char) in ("Mn", "Mc"), gap[0]))
    return marks if marks == gap[0] else f"{marks}-"
