"""People: by family or given name, with or without what is between, in the order of any country."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from worker.linking.folding import LONGEST, REMEMBERED, fold
from worker.linking.names import Index, Links, Name
from worker.linking.vocabulary import GENERATIONS, GIVEN_TOO, KIN, OFFICES, PARTICLES, TITLES

_OFFICE: Final = frozenset({"and", "of"})  # after a title: the office, which has no name in it
_WRITTEN: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae"})
_UMLAUTS: Final = frozenset("äöüøå")
# Whom their numbers tell apart, and who are named without one where there is but one.
_RULERS: Final = frozenset("king queen pope emperor empress tsar sultan".split())


class Person(NamedTuple):
    """What a name is made of, without titles and particles; "bin Salman" is one part."""

    parts: tuple[str, ...]
    generation: str
    hyphens: int = 0  # in the name as written: "Pérez-Castejón" is two parts, and one family name


@lru_cache(maxsize=REMEMBERED)
def person(words: tuple[str, ...]) -> Person:
    """The parts of a folded name."""
    start = 0
    while start < len(words) - 1 and words[start] in TITLES and words[start + 1] not in _OFFICE:
        start += 1
    end = len(words)
    generation = words[-1] if end - start > 1 and words[-1] in GENERATIONS else ""
    return Person(_parts(words[start : end - 1 if generation else end]), generation)


def _parts(words: tuple[str, ...]) -> tuple[str, ...]:
    parts: list[str] = []
    kin = ""
    for place, word in enumerate(words[:-1]):
        if word in KIN:
            kin += f"{word} "
        elif word not in PARTICLES or (place == 0 and word in GIVEN_TOO):
            parts.append(kin + word)
            kin = ""
    return (*parts, kin + words[-1])


def without_titles(text: str) -> str:
    """The name as people see it: neither "Mrs. Merkel" nor "Dr. Angela Merkel", but "Lady Gaga"."""
    words = text.split()
    while len(words) > 1 and _title(words[0]) in (TITLES if len(words) > 2 else OFFICES):
        if words[1] in _OFFICE:
            break
        del words[0]
    return " ".join(words)


def _title(word: str) -> str:
    return word.casefold().rstrip(".")


def fullness(words: tuple[str, ...]) -> int:
    """How much of somebody's name it is: its parts, initials for less, then whatever is between."""
    parts, generation, *_ = person(words)
    named = sum(3 if len(part) > 1 else 1 for part in parts) + bool(generation)
    return named * LONGEST + len(words)


def link_people(names: Sequence[Name], introduced: Sequence[tuple[int, int]] = ()) -> Links:
    """Which of the names are the same person's."""
    links = Links(names)
    people = _people(names)
    index = _join_full_names(names, people, links)
    for one, other in introduced:
        # "Alan, called Victor" does not make the Alans and the Victors one.
        if not any(
            len(people[name].parts) == 1 and _bearers(name, names, people, index) for name in (one, other)
        ):
            links.join(one, other)
    for number, who in enumerate(people):
        if len(who.parts) == 1:
            links.shorten(number, _bearers(number, names, people, index))
    return links


def _people(names: Sequence[Name]) -> list[Person]:
    people = [person(name.words) for name in names]
    for number, name in enumerate(names):
        if "-" in name.text:
            people[number] = people[number]._replace(hyphens=name.text.count("-"))
    _spell_alike(names, people)
    _take_hyphenated_whole(names, people)
    doubtful = [number for number, name in enumerate(names) if name.words[0] in GIVEN_TOO]
    if doubtful:
        within = {
            name.words[start : start + size]
            for name in names
            for size in (2, 3)
            for start in range(1, len(name.words) - size + 1)
        }
        for number in doubtful:
            # "Al Suwaidi" or "El Chapo" alone, which is within somebody's name: there it is no given name.
            if names[number].words in within and len(people[number].parts) > 1:
                people[number] = Person(people[number].parts[1:], "")
    return people


def _spell_alike(names: Sequence[Name], people: list[Person]) -> None:
    """Schröder, whom one writes Schroeder where the keyboard has no ö, and folded is Schroder."""
    written = {
        fold(word.casefold().translate(_WRITTEN))[0]: fold(word)[0]
        for name in names
        if not name.text.isascii()
        for word in name.text.replace("-", " ").split()
        if not _UMLAUTS.isdisjoint(word.casefold())
    }
    if written:
        for number, one in enumerate(people):
            people[number] = one._replace(parts=tuple(written.get(part, part) for part in one.parts))


def _take_hyphenated_whole(names: Sequence[Name], people: list[Person]) -> None:
    """Where two words with a hyphen are a name, they are one part: Kara-Murza is neither Kara nor Murza.

    "Trump-Biden" is no third one of either family.
    """
    pairs = [number for number, name in enumerate(names) if len(name.words) == 2 and " " not in name.text]
    if not pairs:
        return
    apart = frozenset(pairs)
    families = {one.parts[-1] for number, one in enumerate(people) if number not in apart}
    whole: set[tuple[str, ...]] = set()
    for number in pairs:
        pair = names[number].words
        if families.issuperset(pair):
            people[number] = Person((" ".join(pair),), "")
        elif pair[0] not in PARTICLES:
            whole.add(pair)
    for number, one in enumerate(people):
        for place, pair in enumerate(pairwise(one.parts)):
            if pair in whole:
                parts = (*one.parts[:place], " ".join(pair), *one.parts[place + 2 :])
                people[number] = one._replace(parts=parts, hyphens=one.hyphens - (one.hyphens > 0))
                break


def _join_full_names(names: Sequence[Name], people: Sequence[Person], links: Links) -> Index:
    """The fullest first, so that a shorter one meets all that it may be short for; initials last."""
    index = Index()
    twins: dict[str, int] = {}
    fullest = sorted(
        (len(one.parts[0]) == 1, -len(one.parts), not one.generation, number)
        for number, one in enumerate(people)
    )
    for initial, _, _, number in fullest:
        one = people[number]
        twin = twins.setdefault("".join(one.parts) + one.generation, number)
        if twin != number:
            links.join(twin, number)
        elif len(one.parts) > 1:
            near = (*index.get(one.parts[-1]), *index.get(one.parts[0]))
            same = {
                links.root(other)
                for other in near
                if _is_same(one, people[other]) and not _is_related(names, people, number, other)
            }
            if initial and not same:
                # "J. F. Mooney" has more initials than John Mooney has names.
                same = {links.root(other) for other in near if _is_same(people[other], one)}
            if len(same) == 1:
                links.join(same.pop(), number)
            index.add(one.parts, number)
        elif one.generation:
            index.add(one.parts, number)  # "Elizabeth" is Elizabeth II
    return index


def _is_related(names: Sequence[Name], people: Sequence[Person], one: int, other: int) -> bool:
    """Whether the longer name is a son's, who has all of his father's: Shrikant Eknath Shinde is Eknath's.

    What is only added at the end is a husband's.
    """
    shorter, longer = sorted((people[one].parts, people[other].parts), key=len)
    return longer[: len(shorter)] != shorter and (names[one].is_relative() or names[other].is_relative())


def _bearers(number: int, names: Sequence[Name], people: Sequence[Person], index: Index) -> Sequence[int]:
    """Those of whom it is the family name; where there are none, those of whom it is another part.

    "Peña" is Enrique Peña Nieto for as long as Santiago Peña has not been named.
    """
    (part,), generation, *_ = people[number]
    every = [other for other in index.get(part) if generation in ("", people[other].generation)]
    family = [other for other in every if people[other].parts[-1] == part]
    named = [other for other in every if names[other].first < names[number].first]
    return family if family and (not named or not set(named).isdisjoint(family)) else every


def _is_same(short: Person, full: Person) -> bool:
    """Whether one is the other with parts left out, with initials, or in the other order."""
    one, other = short.parts, full.parts
    if short.generation != full.generation and (
        short.generation or (len(one) == len(other) and one[0] not in _RULERS)
    ):
        return False
    if len(one) == 2 and one == other[::-1]:
        return True
    # George W. and George H. W. are two people.
    middle = len(one) > 2 or len(one[-1]) == 1
    if middle and _alike(one[0], other[0]) and not _alike(one[1], other[1]):
        return False
    # The second family name may be left out; Aung San is not Aung San Suu Kyi.
    given = one[0] == other[0] and len(one[0]) > 1 and _named(full) - full.hyphens <= _named(short) + 1
    return (one[-1] == other[-1] or given) and _in_order(one, other)


def _named(who: Person) -> int:
    return sum(len(part) > 1 for part in who.parts)


def _in_order(short: Sequence[str], full: Sequence[str]) -> bool:
    rest = iter(full)
    return all(any(_alike(part, other) for other in rest) for part in short)


def _alike(one: str, other: str) -> bool:
    return one == other or (one[0] == other[0] and 1 in (len(one), len(other)))
