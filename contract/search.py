"""How names and titles are looked up: the terms kept beside a text, and whether a text fits what was typed.

Firestore compares whole values only, so that the beginnings of words are kept as terms of their own.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+")
# Initials and abbreviations: "u.s." is typed and written "us" as well.
_DOTTED: Final = re.compile(r"(?<![\w.])[^\W\d_](?:\.[^\W\d_])+(?!\w)")
_MARKS: Final = re.compile("[\u0300-\u036f\ufe00-\ufe0f]+")
# The beginnings that are kept; what lies between is read with the shorter one and sifted.
_BEGINNINGS: Final = (2, 4)
# Longer names and titles are found by their first words.
_WORDS: Final = 12
_WORD_CHARS: Final = 30
_LOOKED_AT_CHARS: Final = 1_000
# The commonest ones; what else texts call the entity are mostly slips.
_SPELLINGS: Final = 12


def words_of(text: str) -> list[str]:
    """The words as they are compared: casefolded, without accents, cut where they are very long.

    Of letters with dots between them each is a word, and all of them together are one more.
    """
    plain = _plain(text)
    return list(dict.fromkeys([*_words(plain), *_words(_undotted(plain))]))


def terms_of(text: str) -> list[str]:
    """What a document keeps to be found by: each word, and its beginnings."""
    return _terms(words_of(text))


def terms_of_entity(name: str, spellings: Mapping[str, int]) -> list[str]:
    """The same of a full name and of how texts write it, so that "WHO" finds the World Health Organization.

    `spellings` says how often.
    """
    commonest = sorted(spellings, key=lambda spelling: (-spellings[spelling], spelling))[:_SPELLINGS]
    return _terms([word for text in (name, *commonest) for word in words_of(text)])


def terms_for(typed: str) -> list[str]:
    """The kept terms under one of which every text that fits is; none for one letter.

    Of the two longest words, each whole, and the beginning that longer words share with it.
    """
    longest = sorted(set(_typed(typed)), key=len, reverse=True)[:2]
    terms: list[str] = []
    for word in longest:
        kept = [length for length in _BEGINNINGS if length <= len(word)]
        terms += [word, word[: max(kept)]] if kept else []
    return list(dict.fromkeys(terms))


def fits(typed: str, words: Collection[str]) -> bool:
    """Whether each typed word begins one of the words, which may be the terms of a document."""
    return all(any(word.startswith(part) for word in words) for part in _typed(typed))


def _typed(typed: str) -> list[str]:
    """What has to fit: letters with dots between them as one word."""
    return _words(_undotted(_plain(typed)))


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text[:_LOOKED_AT_CHARS].casefold())
    folded = unicodedata.normalize("NFKD", folded.casefold())  # 𝓗 becomes H only by the first
    return unicodedata.normalize("NFC", _MARKS.sub("", folded))


def _words(plain: str) -> list[str]:
    return [word[:_WORD_CHARS] for word in _WORD.findall(plain)][:_WORDS]


def _undotted(plain: str) -> str:
    return _DOTTED.sub(lambda letters: letters.group().replace(".", ""), plain)


def _terms(words: Collection[str]) -> list[str]:
    return sorted({*words, *(word[:length] for word in words for length in _BEGINNINGS)})
