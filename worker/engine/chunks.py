"""Texts to tokens by looking up their pieces, which are tokenized once and remembered within limits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, compress
from typing import Any, Final

import numpy as np

from worker.engine.arrays import Ids, spread, with_columns
from worker.engine.lexicon import Lexicon
from worker.engine.lexing import PIECE, Lexer
from worker.engine.specials import Specials

# About 200 bytes each, a piece of usual length.
KEPT_PIECES: Final = 120_000
KEPT_CHARS: Final = 8_000_000


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of some texts, one text after the other."""

    counts: Ids  # tokens of each text
    types: Ids
    starts: Ids  # in characters from the start of the text
    ends: Ids


class Chunks:
    """Every piece that was met of late, with its tokens."""

    def __init__(self, nlp: Any, lexicon: Lexicon, specials: Specials, *, kept: int = KEPT_PIECES) -> None:
        self._lexicon = lexicon
        self._lexer = Lexer(nlp, lexicon.columns)
        self._specials = specials
        self._kept = kept
        self._ids: dict[str, int] = {}
        self._chars = 0
        self._turn = 0
        # Of each piece: first token, number of tokens, length, turn of its last use, and what Specials says.
        self._pieces: Ids = np.zeros((7, kept), np.intp)
        # Of each token: type, offset in the piece, end in the piece.
        self._tokens: Ids = np.zeros((3, 2 * kept), np.intp)
        self._token_count = 0

    def __len__(self) -> int:
        return len(self._ids)

    def read(self, texts: Sequence[str]) -> Tokens:
        """Exactly spaCy's tokens of the texts. Raises what its tokenizer raises."""
        self._turn += 1
        if len(self._ids) > self._kept or self._chars > KEPT_CHARS or self._lexicon.full:
            self._forget()
        pieces = [PIECE.findall(text) for text in texts]
        for number, text in enumerate(texts):
            if self._specials.spaced(text):
                pieces[number] = [text]
        ids = self._look_up(pieces)
        hiding = set(self._may_hide(ids, pieces))
        if hiding:
            for number in hiding:
                pieces[number] = [texts[number]]
            ids = self._look_up(pieces)
        return self._expand(ids, np.fromiter(map(len, pieces), np.intp, len(pieces)))

    def _look_up(self, pieces: list[list[str]]) -> Ids:
        """The numbers of the pieces of all texts."""
        try:
            ids = self._numbers(pieces)
        except KeyError:
            new = dict.fromkeys(piece for piece in chain.from_iterable(pieces) if piece not in self._ids)
            self._learn(list(new))
            ids = self._numbers(pieces)
        self._pieces[_TURN][ids] = self._turn
        return ids

    def _numbers(self, pieces: list[list[str]]) -> Ids:
        flat = chain.from_iterable(pieces)
        return np.fromiter(map(self._ids.__getitem__, flat), np.intp, sum(map(len, pieces)))

    def _may_hide(self, ids: Ids, pieces: list[list[str]]) -> Iterator[int]:
        """Which texts hold a special case that another one, running over a space, might hide."""
        changed = self._pieces[_CHANGED][ids].astype(np.bool_)
        if not changed.any():
            return
        tails, heads = self._pieces[_TAIL][ids[:-1]], self._pieces[_HEAD][ids[1:]]
        places = np.flatnonzero(self._specials.reaches[tails, heads] & (changed[:-1] | changed[1:]))
        ends = np.cumsum([len(its) for its in pieces])
        texts = np.searchsorted(ends, places, side="right").tolist()
        for text, place in zip(texts, (places - ends[texts]).tolist(), strict=True):
            # Counted from the end; the last piece of a text is followed by none.
            if place < -1 and self._specials.may_reach(*pieces[text][place:][:2]):
                yield text

    def _expand(self, ids: Ids, counts: Ids) -> Tokens:
        first, many, length = self._pieces[:_TURN]
        ends = np.cumsum(length[ids])
        lengths = length[ids]
        starts = ends - lengths
        # Characters are counted from the start of each text.
        ends_of_texts = np.cumsum(counts)
        begins = np.concatenate([[0], ends])[ends_of_texts - counts]
        starts -= np.repeat(begins, counts)
        tokens = many[ids]
        places = spread(first[ids], tokens)
        shift = np.repeat(starts, tokens)
        totals = np.concatenate([[0], np.cumsum(tokens)])
        return Tokens(
            counts=totals[ends_of_texts] - totals[ends_of_texts - counts],
            types=self._tokens[_TYPE][places],
            starts=self._tokens[_START][places] + shift,
            ends=self._tokens[_END][places] + shift,
        )

    def _learn(self, pieces: list[str]) -> None:
        # Words enter a vocabulary for a while only; what is remembered are numbers.
        with self._lexer.zone():
            lexed = self._lexer.lex(pieces)
            types = self._lexicon.find(lexed.rows)
        first_piece, first_token = len(self._ids), self._token_count
        self._token_count += len(types)
        self._tokens = with_columns(self._tokens, self._token_count)
        ends = lexed.offsets + lexed.lengths
        self._tokens[:, first_token : self._token_count] = types, lexed.offsets, ends
        self._pieces = with_columns(self._pieces, first_piece + len(pieces))
        firsts = np.cumsum(lexed.counts) - lexed.counts
        new = slice(first_piece, first_piece + len(pieces))
        self._pieces[_FIRST, new] = firsts + first_token
        self._pieces[_MANY, new] = lexed.counts
        self._pieces[_LENGTH, new] = list(map(len, pieces))
        self._pieces[_HEAD, new] = [self._specials.head(piece) for piece in pieces]
        self._pieces[_TAIL, new] = [self._specials.tail(piece) for piece in pieces]
        self._pieces[_CHANGED, new] = 0
        for piece in np.flatnonzero(lexed.counts > 1).tolist():
            its = slice(firsts[piece], firsts[piece] + lexed.counts[piece])
            offsets, lengths = lexed.offsets[its].tolist(), lexed.lengths[its].tolist()
            changed = self._specials.may_change(pieces[piece], offsets, lengths)
            self._pieces[_CHANGED, first_piece + piece] = changed
        self._chars += sum(map(len, pieces))
        self._ids.update(zip(pieces, range(first_piece, first_piece + len(pieces)), strict=True))

    def _forget(self) -> None:
        """Keeps what was used last, to half of each limit."""
        table = self._pieces[:, : len(self._ids)]
        order = np.argsort(-table[_TURN], kind="stable")[: self._kept // 2]
        order = order[np.cumsum(table[_LENGTH][order]) <= KEPT_CHARS // 2]
        counts = table[_MANY][order]
        types = self._tokens[_TYPE][spread(table[_FIRST][order], counts)]
        met = np.sort(np.unique(types, return_index=True)[1])
        if len(met) > self._lexicon.kept // 2:
            order = order[np.cumsum(counts) <= met[self._lexicon.kept // 2]]
        self._keep(np.sort(order))

    def _keep(self, pieces: Ids) -> None:
        table = self._pieces[:, pieces]
        tokens = self._tokens[:, spread(table[_FIRST], table[_MANY])]
        tokens[_TYPE] = self._lexicon.keep(np.unique(tokens[_TYPE]))[tokens[_TYPE]]
        table[_FIRST] = np.cumsum(table[_MANY]) - table[_MANY]
        kept = np.zeros(len(self._ids), np.bool_)
        kept[pieces] = True
        self._ids = {piece: number for number, piece in enumerate(compress(self._ids, kept.tolist()))}
        self._chars = int(table[_LENGTH].sum())
        self._token_count = tokens.shape[1]
        self._pieces = with_columns(table, self._kept)
        self._tokens = with_columns(tokens, 2 * self._kept)


_FIRST, _MANY, _LENGTH, _TURN, _HEAD, _TAIL, _CHANGED = range(7)
_TYPE, _START, _END = range(3)
