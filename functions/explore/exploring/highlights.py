"""The text of an article in pieces, so that a template marks names without ever joining markup and text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from exploring.shapes import Mention

# A page holds so much of a text; a book would weigh more than everything else together.
PART_CHARS: Final = 20_000
_LOOK_BACK_CHARS: Final = 2_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, with the mention that it is."""

    text: str
    mention: Mention | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One page of a text."""

    pieces: Sequence[Piece]
    number: int
    count: int


def part_of(content: str, mentions: Sequence[Mention], number: int) -> Part:
    """The part with this number, from 1; the last one if there are fewer."""
    edges = _edges(content, mentions)
    number = max(1, min(number, len(edges) - 1))
    start, end = edges[number - 1], edges[number]
    inside = [each for each in mentions if start <= each.start and each.end <= end]
    return Part(_pieces(content, inside, start, end), number, len(edges) - 1)


def _edges(content: str, mentions: Sequence[Mention]) -> list[int]:
    """Where parts begin and end: at the end of a paragraph where there is one, never inside of a mention."""
    edges = [0]
    while len(content) - edges[-1] > PART_CHARS:
        edge = edges[-1] + PART_CHARS
        near = content.rfind("\n", edge - _LOOK_BACK_CHARS, edge)
        edge = near + 1 if near > 0 else edge
        for mention in mentions:
            if mention.start < edge < mention.end:
                edge = mention.start if mention.start > edges[-1] else mention.end
                break
        edges.append(edge)
    return [*edges, len(content)] if content else [0, 0]


def _pieces(content: str, mentions: Sequence[Mention], start: int, end: int) -> list[Piece]:
    pieces: list[Piece] = []
    place = start
    for mention in mentions:
        # Of two that overlap the first is marked; both are in the list below the text.
        if mention.start < place or content[mention.start : mention.end] != mention.text:
            continue
        if mention.start > place:
            pieces.append(Piece(content[place : mention.start]))
        pieces.append(Piece(mention.text, mention))
        place = mention.end
    if place < end:
        pieces.append(Piece(content[place:end]))
    return pieces
