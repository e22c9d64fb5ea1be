"""Who is who: publication keys, article ids, content hashes. Stable across processes and versions."""

import hashlib
import re
import unicodedata

_NOT_WORD = re.compile(r"[\W_]+")
_LATIN_MARKS = re.compile("[\u0300-\u036f]+")
_KEY_CHARS = 80

# Firestore refuses these as document ids although they match the pattern of article ids.
_RESERVED = re.compile(r"\.{1,2}|__.*__")
ID_PATTERN = re.compile(r"[A-Za-z0-9._:-]{1,128}", re.ASCII)


def publication_key(name: str) -> str:
    """The Firestore id of a publication: casefolded, Latin accents dropped, words joined by hyphens.

    Other scripts keep their letters. A name without any letter or digit, and the tail of a very
    long one, are replaced by a hash, so that different names never fall together.
    """
    folded = unicodedata.normalize("NFKD", name.casefold())
    plain = unicodedata.normalize("NFC", _LATIN_MARKS.sub("", folded)).casefold()
    slug = _NOT_WORD.sub("-", plain).strip("-")
    if slug and len(slug) <= _KEY_CHARS:
        return slug
    digest = hashlib.sha256(plain.strip().encode()).hexdigest()[:16]
    return f"{slug[:_KEY_CHARS].rstrip('-') or 'publication'}-{digest}"


def derive_article_id(*, publication: str, url: str | None, title: str | None, content: str) -> str:
    """The id of an article whose sender gave none: 64 hexadecimal digits."""
    key = publication_key(publication)
    parts = ("url", key, url) if url else ("text", key, title or "", content)
    # No part can hold a NUL (validation refuses it), so the joined text is unambiguous.
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def content_sha256(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def is_article_id(text: str) -> bool:
    return ID_PATTERN.fullmatch(text) is not None and _RESERVED.fullmatch(text) is None
