"""The sample articles with their hand-made clusters."""

import re
from pathlib import Path
from typing import Final

from contract.entities import Entity
from tests.unit.linking.scores import Linked

_FILE: Final = Path(__file__).parent / "articles.txt"
_MARK: Final = re.compile(r"\[([^\]|]+)\|([a-z])(\d+)\]")
_LABELS: Final = {"p": "PERSON", "o": "ORG", "g": "GPE", "l": "LOC", "f": "FAC", "n": "NORP"}


def sample_articles() -> list[Linked]:
    parts = _FILE.read_text(encoding="utf-8").split("\n= ")[1:]
    return [_parse(*part.split("\n", 1)) for part in parts]


def marked(text: str) -> Linked:
    """An article from one marked line."""
    return _parse(text, text)


def _parse(title: str, marked: str) -> Linked:
    text, mentions, clusters, end = "", [], [], 0
    for mark in _MARK.finditer(marked):
        text += marked[end : mark.start()]
        start, end = len(text), mark.end()
        text += mark[1]
        mentions.append(Entity(mark[1], _LABELS[mark[2]], start, len(text)))
        clusters.append(mark[2] + mark[3])
    return Linked(title, text + marked[end:].rstrip("\n"), mentions, clusters)
