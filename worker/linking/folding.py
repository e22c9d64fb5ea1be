"""Names as they are compared: without case, diacritics, hyphens, possessives and the article in front."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

# Nobody's name is longer; beyond it, normalising thousands of combining marks would take quadratic time.
LONGEST: Final = 200
REMEMBERED: Final = 20_000
_POSSESSIVE: Final = re.compile(r"(?:['’ʼ]s|(?<=s)['’ʼ])$", re.IGNORECASE)
_MAY_END: Final = frozenset("sS'’ʼ")
_QUOTES: Final = re.compile(r"^['’‘\"“”]+|['‘\"“”]+$")
_SILENT: Final = re.compile(r"['’‘ʼʻʿʾ`´]")
_GAPS: Final = re.compile(r"[\W_]+")
# Of Latin and Greek letters only: in other scripts marks are vowels, or make another letter.
_ACCENTS: Final = re.compile("(?<=[a-z\u0370-\u03ff])[\u0300-\u036f]+")
_LETTERS: Final = str.maketrans(
    {"đ": "d", "ð": "d", "ı": "i", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "þ": "th"}
)


@lru_cache(maxsize=REMEMBERED)
def fold(text: str) -> tuple[str, ...]:
    """The words of a name for comparison; what has no letter stands for itself."""
    bare = tidy(text[:LONGEST])
    if bare.isascii() and bare.replace(" ", "").isalpha():
        words = bare.casefold().split()  # most names need no more
        return tuple(words[1:] if words[0] == "the" and len(words) > 1 else words)
    folded = _SILENT.sub("", _QUOTES.sub("", bare).casefold())
    if not folded.isascii():
        folded = _ACCENTS.sub("", unicodedata.normalize("NFKD", folded)).translate(_LETTERS)
        folded = unicodedata.normalize("NFC", folded)
    words = _words(folded)
    if words[:1] == ["the"] and len(words) > 1:
        del words[0]
    return tuple(words) or (bare,)


@lru_cache(maxsize=REMEMBERED)
def tidy(text: str) -> str:
    """A name as people see it, without the possessive and the small "the" in front."""
    form = " ".join(text.split())
    if form[-1:] not in _MAY_END and not form.startswith("the "):
        return form
    while bare := _POSSESSIVE.sub("", form).removeprefix("the ").strip():
        if bare == form:
            break
        form = bare
    return form


def _words(folded: str) -> list[str]:
    # Marks that are vowels belong to their word, though they are no letters.
    if folded.isascii():
        return _GAPS.sub(" ", folded).split()
    kept = (char if char.isalnum() or unicodedata.category(char) in ("Mn", "Mc") else " " for char in folded)
    return "".join(kept).split()
