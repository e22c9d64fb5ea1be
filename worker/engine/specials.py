"""Where spaCy's special cases reach over a space, so that a piece may not be tokenized by itself.

After cutting at white space and affixes the tokenizer looks for its special cases among the tokens of the
whole text. A match that runs over a space changes nothing unless the special case has that space too, but it
hides a shorter match that it overlaps.
"""

import re
from collections.abc import Mapping
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
        # A rule is looked for as the tokens that it would be without rules.
        tokens = {rule: [token.text for token in plain(rule)] for rule in rules}
        self._rules = frozenset(rules)
        spaced = sorted(rule for rule in rules if len(rule) > 1 and any(map(str.isspace, rule)))
        self._spaced = re.compile("|".join(map(re.escape, spaced))) if spaced else None
        self._most = max((len(rules[rule]) for rule in rules), default=0)
        pairs = {(one[-1], two[0]) for texts in tokens.values() for one, two in pairwise(texts)}
        self._tails = {char: code for code, char in enumerate(sorted({tail for tail, _ in pairs}), 1)}
        self._heads = {char: code for code, char in enumerate(sorted({head for _, head in pairs}), 1)}
        # Whether a special case has a token that ends like a tail and then one that begins like a head.
        self.reaches: Flags = np.zeros((len(self._tails) + 1, len(self._heads) + 1), np.bool_)
        for tail, head in pairs:
            self.reaches[self._tails[tail], self._heads[head]] = True

    def spaced(self, text: str) -> bool:
        """Whether a special case that contains white space stands in the text."""
        return self._spaced is not None and self._spaced.search(text) is not None

    def head(self, piece: str) -> int:
        """The code of the piece's first character; 0 for none that matters."""
        return self._heads.get(piece[0], 0)

    def tail(self, piece: str) -> int:
        """The code of the last character before the piece's space; 0 for none that matters."""
        return self._tails.get(piece[-2:-1], 0) if piece[-1] == " " else 0

    def may_change(self, piece: str, offsets: list[int], lengths: list[int]) -> bool:
        """Whether a special case may have been found inside of the piece, whose tokens these are."""
        starts = [*offsets, offsets[-1] + lengths[-1]]
        whole = starts[-1] - starts[0]
        for first, start in enumerate(offsets):
            for end in starts[first + 1 : first + 1 + self._most]:
                if piece[start:end] in self._rules and end - start != whole:
                    return True
        return False
