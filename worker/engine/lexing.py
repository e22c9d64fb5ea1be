"""spaCy's own tokenizer at work on pieces of text that the engine has not met before."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from worker.engine.arrays import Hashes, Ids

# What is between white space, with one space that follows it; any other white space by itself. spaCy
# tokenizes the same pieces, each alone.
PIECE: Final = re.compile(r"\S+ ?|\s+")
# Between pieces that are tokenized at one go: not a space, so that it is a token of its own.
_SEAM: Final = "\n"
_BATCH_CHARS: Final = 200_000


@dataclass(frozen=True, slots=True)
class Lexed:
    """The tokens of some pieces, one piece after the other."""

    counts: Ids  # tokens of each piece
    rows: Hashes  # attributes of each token
    offsets: Ids  # where it starts in its piece
    lengths: Ids


@contextmanager
def brief_lexemes(nlp: Any, columns: Sequence[str | int]) -> Iterator[None]:
    """A memory zone in which lexemes have these attributes only: all would cost as much as tokenizing.

    They end with the zone, so that nobody else meets them.
    """
    vocab = nlp.vocab
    # In spaCy's table of strings the number of an attribute's name is that of the attribute.
    needed = {vocab.strings[column] if isinstance(column, str) else column for column in columns}
    every = vocab.lex_attr_getters
    with nlp.memory_zone():
        vocab.lex_attr_getters = {number: get for number, get in every.items() if number in needed}
        try:
            yield
        finally:
            vocab.lex_attr_getters = every


class Lexer:
    """Tokenizes pieces. To be called among brief lexemes."""

    def __init__(self, tokenizer: Any, columns: Sequence[str | int]) -> None:
        self._tokenizer = tokenizer
        self._columns = [*columns, "IDX", "LENGTH"]

    def lex(self, pieces: Sequence[str]) -> Lexed:
        found: list[tuple[Ids, Hashes]] = []  # the number of the piece of each token, and its attributes
        for batch in _batches(pieces):
            its = [pieces[number] for number in batch]
            place, rows = self._one(its[0]) if len(its) == 1 else self._joined(its)
            found.append((np.array(batch, np.intp)[place], rows))
        numbers = np.concatenate([number for number, _ in found])
        rows = np.concatenate([rows for _, rows in found])[np.argsort(numbers, kind="stable")]
        return Lexed(
            counts=np.bincount(numbers, minlength=len(pieces)),
            rows=rows[:, :-2],
            offsets=rows[:, -2].astype(np.intp),
            lengths=rows[:, -1].astype(np.intp),
        )

    def _one(self, piece: str) -> tuple[Ids, Hashes]:
        rows: Hashes = self._tokenizer(piece).to_array(self._columns)
        return np.zeros(len(rows), np.intp), rows

    def _joined(self, pieces: list[str]) -> tuple[Ids, Hashes]:
        """One call for many pieces; the seams between them are dropped."""
        rows: Hashes = self._tokenizer(_SEAM.join([*pieces, ""])).to_array(self._columns)
        lengths = np.fromiter(map(len, pieces), np.intp, len(pieces))
        ends = np.cumsum(lengths + len(_SEAM))
        starts = ends - lengths - len(_SEAM)
        offsets = rows[:, -2].astype(np.intp)
        place = np.searchsorted(starts, offsets, side="right") - 1
        inside = offsets < starts[place] + lengths[place]
        rows, place = rows[inside], place[inside]
        rows[:, -2] -= starts[place].astype(np.uint64)
        return place, rows


def _batches(pieces: Sequence[str]) -> Iterable[list[int]]:
    """Numbers of pieces that go together. White space would run into the seam: it comes alone."""
    batch: list[int] = []
    chars = 0
    for number, piece in enumerate(pieces):
        if len(piece) > _BATCH_CHARS or _runs_into_the_seam(piece):
            yield [number]
            continue
        if chars > _BATCH_CHARS:
            yield batch
            batch, chars = [], 0
        batch.append(number)
        chars += len(piece)
    if batch:
        yield batch


def _runs_into_the_seam(piece: str) -> bool:
    return piece[0].isspace() or piece[-2:].isspace() or (piece[-1].isspace() and piece[-1] != " ")
