"""Where spaCy's special cases reach over a space, so that a piece may not be tokenized by itself.

After cutting at white space and affixes the tokenizer looks for its special cases among the tokens of the
whole text. A match that runs over a space changes nothing unless the special case has that space too, but it
hides a shorter match that it overlaps.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from worker.engine.arrays import Flags


class Specials:
    """Knows which pieces a special case may have changed, and over which ends of pieces one could reach."""

    def __init__(self, tokenizer: Any) -> None:
        rules: Mapping[str, Any] = tokenizer.rules
        plain = type(tokenizer)(
            tokenizer.vocab,
            prefix_search=tokenizer.prefix_search,
            suffix_search=tokenizer.suffix_search,
            infix_finditer=tokenizer.infix_finditer,
            token_match=tokenizer.token_match,
            url_match=tokenizer.url_match,
        )
        # A special case is looked for as the tokens that it would be without special cases.
        sought = {rule: list(plain(rule)) for rule in rules if _is_sought(tokenizer, rule)}
        self._changing = frozenset(
            rule for rule, tokens in sought.items() if _outline(tokens) != _outline(tokenizer(rule))
        )
        self._most = max((len(rules[rule]) for rule in self._changing), default=0)
        spaced = sorted(rule for rule in rules if len(rule) > 1 and any(map(str.isspace, rule)))
        self._spaced = re.compile("|".join(map(re.escape, spaced))) if spaced else None
        self._pairs = {(one.text, two.text) for tokens in sought.values() for one, two in pairwise(tokens)}
        self._tails = _codes(tail[-1] for tail, _ in self._pairs)
        self._heads = _codes(head[0] for _, head in self._pairs)
        # Whether a special case has a token that ends like a tail and then one that begins like a head.
        self.reaches: Flags = np.zeros((len(self._tails) + 1, len(self._heads) + 1), np.bool_)
        for tail, head in self._pairs:
            self.reaches[self._tails[tail[-1]], self._heads[head[0]]] = True

    def spaced(self, text: str) -> bool:
        """Whether a special case that contains white space stands in the text."""
        return self._spaced is not None and self._spaced.search(text) is not None

    def head(self, piece: str) -> int:
        """The code of the piece's first character; 0 for none that matters."""
        return self._heads.get(piece[0], 0)

    def tail(self, piece: str) -> int:
        """The code of the last character before the piece's space; 0 for none that matters."""
        return self._tails.get(piece[-2:-1], 0) if piece[-1] == " " else 0

    def may_reach(self, piece: str, following: str) -> bool:
        """Whether a special case may run from the one piece over its space into the other."""
        return any(piece[:-1].endswith(tail) and following.startswith(head) for tail, head in self._pairs)

    def may_change(self, piece: str, offsets: list[int], lengths: list[int]) -> bool:
        """Whether a special case may have been found inside of the piece, whose tokens these are."""
        starts = [*offsets, offsets[-1] + lengths[-1]]
        return any(
            piece[start:end] in self._changing
            for first, start in enumerate(offsets)
            for end in starts[first + 1 : first + 1 + self._most]
        )


def _is_sought(tokenizer: Any, rule: str) -> bool:
    """Whether it is looked for at all: what no affix could touch is found where pieces are looked up."""
    return bool(
        not tokenizer.faster_heuristics
        or tokenizer.find_prefix(rule)
        or tokenizer.find_infix(rule)
        or tokenizer.find_suffix(rule)
        or " " in rule
    )


def _outline(tokens: Iterable[Any]) -> list[tuple[int, int]]:
    """All that a special case can set of its tokens."""
    return [(token.orth, token.norm) for token in tokens]


def _codes(chars: Iterable[str]) -> dict[str, int]:
    return {char: code for code, char in enumerate(sorted(set(chars)), 1)}
