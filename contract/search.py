"""How names and titles are looked up: the terms kept beside a text, and whether a text fits what was typed.

Firestore compares whole values only, so that the beginnings of words are kept as terms of their own.
"""

import re
import unicodedata
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+")
_MARKS: Final = re.compile("[\u0300-\u036f\ufe00-\ufe0f]+")
# The beginnings that are kept; what lies between is read with the shorter one and sifted.
_BEGINNINGS: Final = (2, 4)
# Longer names and titles are found by their first words.
_WORDS: Final = 12
_WORD_CHARS: Final = 30
_LOOKED_AT_CHARS: Final = 1_000


def words_of(text: str) -> list[str]:
    """The words as they are compared: casefolded, without accents, cut where they are very long."""
    folded = unicodedata.normalize("NFKD", text[:_LOOKED_AT_CHARS].casefold())
    plain = unicodedata.normalize("NFC", _MARKS.sub("", folded))
    return [word[:_WORD_CHARS] for word in _WORD.findall(plain)][:_WORDS]


def terms_of(text: str) -> list[str]:
    """What a document keeps to be found by: each word, and its beginnings."""
    words = words_of(text)
    return sorted({*words, *(word[:length] for word in words for length in _BEGINNINGS)})


def terms_for(typed: str) -> list[str]:
    """The kept terms under which every text that fits is, the best one first; none for one letter.

    The first finds whole words, the second the beginnings of longer ones.
    """
    longest = max(words_of(typed), key=len, default="")
    if len(longest) < _BEGINNINGS[0]:
        return []
    beginning = longest[: max(length for length in _BEGINNINGS if length <= len(longest))]
    return list(dict.fromkeys((longest, beginning)))


def fits(typed: str, text: str) -> bool:
    """Whether each typed word begins a word of the text."""
    words = words_of(text)
    return all(any(word.startswith(part) for word in words) for part in words_of(typed))
