"""Which articles a measurement reads: some of all, spread evenly, of the length that news has."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from contract import limits
from contract.article import read_article
from contract.errors import InvalidMessage
from contract.messages import count_words
from namewire.reading.records import Record, Unreadable

SEED: Final = 4


@dataclass(slots=True)
class Selection:
    """Keeps `most` articles of all that it sees, each with the same chance, in the order they came.

    Where none has from `low` to `high` words, it keeps of all lengths.
    """

    most: int
    low: int
    high: int
    unreadable: int = field(init=False, default=0)

    def choose(self, items: Iterable[Record | Unreadable]) -> list[str]:
        fitting, others = _Reservoir(self.most), _Reservoir(self.most)
        for item in items:
            text = _content(item)
            if text is None:
                self.unreadable += 1
            elif self.low <= count_words(text) <= self.high:
                fitting.offer(text)
            else:
                others.offer(text)
        return fitting.texts() or others.texts()


class _Reservoir:
    """Algorithm R: after n texts each of them is kept with a chance of most / n."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._random = random.Random(SEED)
        self._seen = 0
        self._kept: list[tuple[int, str]] = []

    def offer(self, text: str) -> None:
        self._seen += 1
        if len(self._kept) < self._most:
            self._kept.append((self._seen, text))
        elif (place := self._random.randrange(self._seen)) < self._most:
            self._kept[place] = self._seen, text

    def texts(self) -> list[str]:
        return [text for _, text in sorted(self._kept)]


def _content(item: Record | Unreadable) -> str | None:
    """The text of an article; a measurement does not ask where it was published."""
    if isinstance(item, Unreadable):
        return None
    try:
        fields = {"publication": "unknown", **{key: value for key, value in item.fields.items() if value}}
        return read_article(fields, content_chars=limits.CONTENT_CHARS).content
    except InvalidMessage:
        return None
