"""The moves of spaCy's entity recognizer: which exist, in which order, and what each one does."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from worker.engine.arrays import Flags, Floats, Ids


@dataclass(frozen=True, slots=True)
class Moves:
    """Classes in spaCy's order, because the first of two equal scores wins.

    The moves of a state without an open entity are `closed`: B- and U- of every label, and O.
    """

    labels: tuple[str, ...]
    closed: Ids  # their classes
    closed_label: Ids  # the label of each, -1 for O
    begins: Flags  # which of them are B-
    out: int  # the place of O among them
    inside: Ids  # the class of I- of each label
    last: Ids  # the class of L- of each label
    last_wins: Flags  # whether L- wins where the two score the same
    handicap: Floats  # added to the scores: a class that training never saw comes last


def read_moves(names: Sequence[str], *, unseen: frozenset[int]) -> Moves:
    """The moves of these class names, such as `B-ORG` and `O`. Raises ValueError saying what is odd."""
    classes = {name: index for index, name in enumerate(names)}
    labels = tuple(name[2:] for name in names if name.startswith("B-") and len(name) > 2)
    expected = {"O", "U-", *(f"{move}-{label}" for label in labels for move in "BILU")}
    if len(classes) != len(names) or expected - {"U-"} != classes.keys() - {"U-"}:
        raise ValueError("its moves are not the B, I, L, U of its labels and O")
    if classes["O"] in unseen:
        raise ValueError("its training never saw a token outside of an entity")
    closed = [name for name in names if name[0] in "BUO" and name != "U-"]
    inside = np.array([classes[f"I-{label}"] for label in labels], np.intp)
    last = np.array([classes[f"L-{label}"] for label in labels], np.intp)
    # spaCy gives unseen classes the least score of the whole batch.
    handicap = np.zeros(len(names), np.float32)
    handicap[sorted(unseen)] = -np.inf
    return Moves(
        labels=labels,
        closed=np.array([classes[name] for name in closed], np.intp),
        closed_label=np.array([-1 if name == "O" else labels.index(name[2:]) for name in closed], np.intp),
        begins=np.array([name[0] == "B" for name in closed], np.bool_),
        out=closed.index("O"),
        inside=inside,
        last=last,
        last_wins=last < inside,
        handicap=handicap,
    )
