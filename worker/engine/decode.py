"""spaCy's greedy search for entities, without its loop over tokens.

While no entity is open the state is the token alone, so that the best move of every token is known at once.
Where that is B- a walk starts; all walks of a batch go on together, a token a step, until L- beats I-. Only
then it is seen which of them start where no earlier one still runs.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import as_strided

from worker.engine.arrays import Flags, Floats, Ids
from worker.engine.encode import maxout
from worker.engine.moves import Moves
from worker.engine.network import Scorer

# Longer walks are rare, and go on only if they turn out to be needed: the work for a token is bounded.
_STEPS: Final = 8
# Walks that go on together, so that they take no more than 10 MB.
_TOGETHER: Final = 4_096
# A walk that goes on looks this far ahead, then twice as far, but never further than the second.
_LOOK_AHEAD: Final = (16, 1024)


@dataclass(frozen=True, slots=True)
class Span:
    """An entity in rows of the batch, end exclusive."""

    start: int
    end: int
    label: str


class Decoder:
    """Chooses moves as spaCy does: the best valid one, the first of equals."""

    def __init__(self, scorer: Scorer, moves: Moves) -> None:
        features = len(scorer.features)
        self._moves = moves
        self._pieces = scorer.pieces
        # Feature 0 is the token. With three features the others are the first token of the open entity and
        # the token before; with six they are the first five tokens of the open entity that are there.
        anchored = slice(1, 2) if features == 3 else slice(1, features)
        self._token = scorer.features[0]
        before = scorer.features[2] if features == 3 else np.zeros_like(self._token)
        self._near = np.concatenate([before, self._token])  # a token and the one before it
        self._anchors = scorer.features[anchored]
        self._anchor_offsets = scorer.offsets[anchored]
        always = scorer.bias + scorer.offsets[0]
        self._closed_bias = always + scorer.padding[1:].sum(axis=0)
        open_bias = always + (scorer.offsets[2] if features == 3 else np.float32(0))
        # What is still padding when so many anchors are there.
        padding = scorer.padding[anchored]
        self._open_bias = np.stack(
            [open_bias + padding[there:].sum(axis=0) for there in range(len(padding) + 1)]
        )
        self._upper = scorer.upper
        self._upper_bias = scorer.upper_bias + moves.handicap
        self._closed_upper = (
            None if scorer.upper is None else np.ascontiguousarray(scorer.upper[:, moves.closed])
        )
        self._closed_upper_bias = self._upper_bias[moves.closed]
        self._not_at_end = np.where(moves.begins, np.float32(-np.inf), np.float32(0))

    def closed_moves(self, vectors: Floats, *, at_end: bool = False) -> Ids:
        """The best move of each token while no entity is open, as a place in `Moves.closed`.

        The last token of a document starts no entity that goes on.
        """
        hidden = np.matmul(vectors, self._token)
        hidden += self._closed_bias
        hidden = maxout(hidden, self._pieces)
        if self._closed_upper is None:
            scores = hidden[:, self._moves.closed]
        else:
            scores = np.matmul(hidden, self._closed_upper)
        scores += self._closed_upper_bias
        if at_end:
            scores += self._not_at_end
        best: Ids = scores.argmax(axis=1)
        return best

    def spans(self, vectors: Floats, best: Ids, last_rows: Ids) -> list[Span]:
        """The entities, given the best closed move of every row and the last row of each document."""
        starts = np.flatnonzero(best != self._moves.out)
        moves = best[starts]
        labels = self._moves.closed_label[moves]
        ends = starts + 1
        begun = np.flatnonzero(self._moves.begins[moves])
        finals = last_rows[np.searchsorted(last_rows, starts)]
        for first in range(0, len(begun), _TOGETHER):
            some = begun[first : first + _TOGETHER]
            ends[some] = self._walk(vectors, starts[some], labels[some], finals[some])
        spans: list[Span] = []
        free = 0
        for start, end, label, final in zip(
            starts.tolist(), ends.tolist(), labels.tolist(), finals.tolist(), strict=True
        ):
            if start < free:
                continue
            free = end or self._walk_on(vectors, start, label, final)
            spans.append(Span(start, free, self._moves.labels[label]))
        return spans

    def _walk(self, vectors: Floats, starts: Ids, labels: Ids, finals: Ids) -> Ids:
        """Where entities that begin at these rows end; 0 where that is still open after some steps."""
        ends = np.zeros(len(starts), np.intp)
        walking = np.arange(len(starts))
        anchors = np.zeros((len(starts), self._near.shape[1]), np.float32)
        for step in range(1, _STEPS + 1):
            if not len(walking):
                break
            if step <= len(self._anchors):
                anchors += vectors[starts + step - 1] @ self._anchors[step - 1]
                anchors += self._anchor_offsets[step - 1]
            rows = starts + step
            leaving = self._leaving(vectors, rows, labels, anchors, step) | (rows == finals)
            ends[walking[leaving]] = rows[leaving] + 1
            going = ~leaving
            walking, starts, labels = walking[going], starts[going], labels[going]
            finals, anchors = finals[going], anchors[going]
        return ends

    def _walk_on(self, vectors: Floats, start: int, label: int, final: int) -> int:
        """The end of a long entity: what it scores at each of the next tokens is known beforehand."""
        anchor = sum(
            vectors[start + place] @ weights + offset
            for place, (weights, offset) in enumerate(zip(self._anchors, self._anchor_offsets, strict=True))
        )
        row, ahead = start + _STEPS + 1, _LOOK_AHEAD[0]
        while row < final:
            rows = np.arange(row, min(row + ahead, final))
            leaving = self._leaving(vectors, rows, np.full(len(rows), label), anchor, _STEPS + 1)
            if leaving.any():
                return row + int(leaving.argmax()) + 1
            row, ahead = row + len(rows), min(2 * ahead, _LOOK_AHEAD[1])
        return final + 1

    def _leaving(self, vectors: Floats, rows: Ids, labels: Ids, anchors: Floats, step: int) -> Flags:
        """Whether the open entities end with these rows: L- of their label beats I-."""
        width = vectors.shape[1]
        stride = vectors.strides[0]
        two = as_strided(
            vectors, (len(vectors) - 1, 2 * width), (stride, vectors.strides[1]), writeable=False
        )
        hidden = np.matmul(two[rows - 1], self._near)
        hidden += anchors
        hidden += self._open_bias[min(step, len(self._anchors))]
        scores = maxout(hidden, self._pieces)
        if self._upper is not None:
            scores = np.matmul(scores, self._upper)
        scores = scores + self._upper_bias
        every = np.arange(len(rows))
        inside, last = scores[every, self._moves.inside[labels]], scores[every, self._moves.last[labels]]
        leaving: Flags = (last > inside) | ((last == inside) & self._moves.last_wins[labels])
        return leaving
