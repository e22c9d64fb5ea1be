"""The distinct names of an article under one label, and which of them stand for the same."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

# An article in which more names than this share a word does not say who is who by that word.
_CROWD: Final = 12


@dataclass(slots=True)
class Name:
    """Mentions written alike but for case, accents and such."""

    words: tuple[str, ...]
    text: str  # the first of the forms, but for capitals only, as of a headline
    first: int  # the place of its first mention
    forms: dict[str, int]
    # What is seldom asked: whether the article introduces somebody's son or mother by it, and whose it is
    # ("Russia's" before the Defence Ministry).
    is_relative: Callable[[], bool] = bool
    owner: Callable[[], str] = str


class Links:
    """Names joined for good, and short names that mean another one for as long as only one can be meant."""

    def __init__(self, names: Sequence[Name]) -> None:
        self._parents = list(range(len(names)))
        self._firsts = [name.first for name in names]
        self._between: dict[int, tuple[int, int, int]] = {}

    def root(self, number: int) -> int:
        """The number that stands for all that are joined with this one."""
        parents = self._parents
        while parents[number] != number:
            parents[number] = number = parents[parents[number]]
        return number

    def join(self, one: int, other: int) -> None:
        """The one that is mentioned first stands for both."""
        first, second = sorted((self.root(one), self.root(other)), key=lambda root: self._firsts[root])
        if first != second:
            self._parents[second] = first

    def shorten(self, short: int, bearers: Iterable[int]) -> None:
        """The short name means its only bearer; of two, the first, from there until the second appears."""
        roots = {self.root(bearer) for bearer in bearers} - {self.root(short)}
        first, *others = sorted(roots, key=lambda root: self._firsts[root]) or [short]
        if others:
            self._between[short] = (first, self._firsts[first], self._firsts[others[0]])
        else:
            self.join(first, short)

    def depends(self, number: int) -> bool:
        """Whether it depends on the place what the name means."""
        return number in self._between

    def meant(self, number: int, place: int) -> int:
        """What a mention of such a name at this place counts for."""
        bearer, first, second = self._between[number]
        return self.root(bearer if first < place < second else number)


class Index:
    """Names by their words."""

    def __init__(self) -> None:
        self._numbers: dict[str, list[int]] = {}

    def add(self, words: Iterable[str], number: int) -> None:
        for word in set(words):
            numbers = self._numbers.setdefault(word, [])
            if len(numbers) <= _CROWD:
                numbers.append(number)

    def get(self, word: str) -> list[int]:
        """Those with the word, or nobody where it is a crowd."""
        numbers = self._numbers.get(word, [])
        return numbers if len(numbers) <= _CROWD else []
