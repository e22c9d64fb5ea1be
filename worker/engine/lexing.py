"""spaCy's own tokenizer at work on pieces of text that the engine has not met before."""

import re
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
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
# Pieces until the vocabulary is thrown away: about 20 MB, and a second or two of work.
_RENEWED: Final = 50_000


@dataclass(frozen=True, slots=True)
class Lexed:
    """The tokens of some pieces, one piece after the other."""

    counts: Ids  # tokens of each piece
    rows: Hashes  # attributes of each token
    offsets: Ids  # where it starts in its piece
    lengths: Ids


class Lexer:
    """Tokenizes pieces with a copy of the tokenizer, whose vocabulary is thrown away from time to time.

    spaCy's memory zones forget strings and lexemes, but the tables of what was forgotten grow for ever.
    """

    def __init__(self, nlp: Any, columns: Sequence[str | int]) -> None:
        self._nlp = nlp
        self._columns = [*columns, "IDX", "LENGTH"]
        # Vectors that are made of a word's letters look the word up in the pipeline's own table of strings.
        self._copies = getattr(nlp.vocab.vectors, "mode", None) == "default"
        self._tokenizer = nlp.tokenizer
        self._left = 0

    def zone(self) -> AbstractContextManager[Any]:
        """What pieces are tokenized in, and their types looked for."""
        if not self._copies:
            return self._nlp.memory_zone()  # type: ignore[no-any-return]
        if self._left <= 0:
            self._tokenizer, self._left = _copy(self._nlp.tokenizer, self._columns), _RENEWED
        return nullcontext()

    def lex(self, pieces: Sequence[str]) -> Lexed:
        self._left -= len(pieces)
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


def _copy(tokenizer: Any, columns: Sequence[str | int]) -> Any:
    """The tokenizer with a vocabulary of its own, in which lexemes have these attributes only.

    To make all of them would cost as much as the tokenizing.
    """
    vocab = tokenizer.vocab
    # In spaCy's table of strings the number of an attribute's name is that of the attribute.
    needed = {vocab.strings[column] if isinstance(column, str) else column for column in columns}
    getters = {number: get for number, get in vocab.lex_attr_getters.items() if number in needed}
    return type(tokenizer)(
        type(vocab)(lex_attr_getters=getters),
        rules=tokenizer.rules,
        prefix_search=tokenizer.prefix_search,
        suffix_search=tokenizer.suffix_search,
        infix_finditer=tokenizer.infix_finditer,
        token_match=tokenizer.token_match,
        url_match=tokenizer.url_match,
        faster_heuristics=tokenizer.faster_heuristics,
    )


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
