"""Organisations: by an acronym, introduced or spelled, by a short form, with or without the legal form."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Final, NamedTuple

from worker.linking.folding import REMEMBERED, fold, tidy
from worker.linking.lands import UNIONS, WRITTEN_OUT, at_home, is_land, unified, whose
from worker.linking.names import Index, Links, Name
from worker.linking.vocabulary import (
    ADJECTIVES,
    CLUBS,
    DIVISIONS,
    KINDS,
    LEGAL,
    NATIONAL,
    NEWSPAPERS,
    PARENTS,
    POSSESSIVE,
    SMALL,
    SPELLINGS,
)

Words = tuple[str, ...]

_SHORTENED: Final = 5  # letters that are enough to know a word by: "Telecom" for "Telecommunications"
_GROUP_OF: Final = ("group", "of")
_NUMBERS: Final = {"seven": "7", "eight": "8", "ten": "10", "twenty": "20"}
_HOUSE: Final = ("house", "of", "representatives")
_WHITE_HOUSE: Final = "whitehouse"  # "the House" is another one
_UNIVERSITY: Final = ("university", "of")  # "Oxford" among organisations is the university
_TWO: Final = frozenset({"miami", "washington", "york"})  # have two, called one way and the other
_MINISTRIES: Final = frozenset({"ministry", "department"})
_AFFAIRS: Final = "affairs"  # the Ministry of Foreign Affairs is the Foreign Ministry
_COUNCIL: Final = ("council",)  # is a place's: Manchester City is not the Manchester City Council
# Another university: Michigan State is not Michigan.
_OTHERS: Final = frozenset({("state",), ("tech",)})
_COMPANY: Final = KINDS | {"motor", "motors"}  # Toyota Motor is Toyota
# Whose institutions are named without them first as well, in news from anywhere.
_EVERYWHERE: Final = frozenset({"United States", "un", "eu", "house", "senate"})
_ACRONYM: Final = range(2, 11)  # letters
# What a group called by an acronym may leave out.
_GROUPS: Final = frozenset({"group", "holding", "holdings"})
_JOINING: Final = frozenset({"&", "and"})
_LONG: Final = 7  # letters, of which the last may be a plural's
_TEAM: Final = 3  # words: where it plays, and its name in the plural
# "House Democrats" and "Northern Illinois" are not the whole, nor are they teams.
_NO_TEAMS: Final = frozenset(
    "arkansas democrats greens illinois kansas massachusetts republicans texas".split()
)
# What is meant by its kind alone, where only one country's is named.
_BODIES: Final = frozenset("army congress house marines navy parliament senate treasury".split())
_DESCRIBING: Final = KINDS | SMALL
_ALONE: Final = KINDS | NEWSPAPERS  # "the Bank", "the Times"
# The legal forms that are as often a part of a name of several words.
_IN_FULL: Final = frozenset({"company", "corporation"})
# What is no name without one.
_NO_NAMES: Final = frozenset(
    "the and news marine gas oil water power electric insurance trading railway steel".split()
)


class Organisation(NamedTuple):
    """What a name tells about an organisation by itself."""

    bare: Words  # without the legal form
    joint: str
    acronym: bool  # is one
    adjective: bool
    whole: bool  # with its legal form: not short for another
    home: str  # its `joint` without the country or union whose it is; empty where that says nothing
    land: str  # whose it is, or empty


@lru_cache(maxsize=REMEMBERED)
def organisation(text: str) -> Organisation:
    """What the form of a name tells."""
    text = tidy(text)
    owner, owns, rest = text.replace("’", "'").partition("'s ")
    if owns and is_land(unified(fold(owner))):
        text = f"{owner} {rest}"  # "Russia's Federal Security Service"
    words = fold(text)
    union = UNIONS.get(words)
    words = words if union else unified(words)
    bare = without_form(words)
    adjective = len(bare) == 1 and bare[0] in ADJECTIVES
    # "U.N.-African Union" is no African Union of the United Nations.
    land, home = ((), ()) if "-" in text.partition(" ")[0] else at_home(bare)
    joint = union or (f"{whose(land)} {_joint(home)}" if land else _joint(bare))
    if len(bare) == 2 and bare[1] in _GROUPS and is_acronym(text.split()[0]) and not is_land(bare[:1]):
        joint = bare[0]  # "AIA" is the AIA Group; of a word that is a name by itself, the order tells
    called = _joint(home) if home and _tells(home) else ""
    return Organisation(
        bare, joint, is_acronym(text), adjective, len(bare) < len(words), called, whose(land) if land else ""
    )


def link_organisations(names: Sequence[Name], introduced: Sequence[tuple[int, int]] = ()) -> Links:
    """Which of the names are the same organisation's."""
    links = Links(names)
    every = [organisation(name.text) for name in names]
    known = _join_twins(every, links)
    for name, other in introduced:
        links.join(name, other)
    short = [number for number, one in enumerate(every) if one.acronym]
    if short:
        join_acronyms(names, short, introduced, links)
    decided = _join_homes(names, every, known, links)
    _join_short_forms(names, every, links, decided)
    return links


def _tells(home: Words) -> bool:
    """Whether the name without its country is a name too: "the Bank" need not be the Bank of Japan."""
    return len(home) > 1 or home[0] in _BODIES


def fullness(words: Words) -> int:
    """How much of a name it is: its words, single letters for less, without the legal form."""
    return sum(2 if len(word) > 1 else 1 for word in without_form(words) if word != "and")


def without_form(words: Words) -> Words:
    """The name without its legal form."""
    end = len(words)
    while end > 1 and words[end - 1] in LEGAL:
        end -= 1
    return words[:end]


def _joint(words: Words) -> str:
    """Equal for the Ministry of Health and the Health Ministry, for SC Freiburg and Freiburg, ..."""
    if words[:2] == _GROUP_OF and len(words) == len(_GROUP_OF) + 1:
        return f"g{_NUMBERS.get(words[-1], words[-1])}"
    if len(words) > 2 and words[1] == "of" and words[0] in _MINISTRIES:
        words = (*words[2 : -1 if words[-1] == _AFFAIRS else None], words[0])
    elif len(words) == len(_UNIVERSITY) + 1 and words[:2] == _UNIVERSITY and words[2] not in _TWO:
        words = (words[2], words[0])
    elif words[-3:] == _HOUSE:
        words = words[:-2]
    elif len(words) > 1 and words[0] in CLUBS and len(words[1]) > 2:  # AC/DC is no club
        words = words[1:]
    elif len(words) > 1 and words[-1] in CLUBS:
        words = words[:-1]
    joint = "".join(SPELLINGS.get(word, word) for word in words if word != "and")
    # The Defence Force is the Defence Forces; but Time is not the Times.
    return joint.removesuffix("s") if len(words) > 1 and len(joint) > _LONG else joint


def without_legal_form(text: str) -> str:
    """The name as people see it: not "Kestrel Inc." but "Kestrel"; yet the "Ford Motor Company"."""
    words = text.split()
    while len(words) > 1 and (form := words[-1].casefold().replace(".", "").rstrip(",")) in LEGAL:
        if (len(words) > 2 and form in _IN_FULL) or words[-2].casefold() in _NO_NAMES:
            break
        del words[-1]
        if len(words) > 1 and words[-1] in _JOINING:
            del words[-1]  # "Merck & Co."
    return " ".join(words).rstrip(",") or text


def written_out(text: str) -> str:
    """What everybody knows by a shorter name, as articles name it that name it in full: unions, Moody's."""
    words = fold(text)
    if len(words) == 1 and words[0] in POSSESSIVE:
        return f"{tidy(text)}'s"
    return WRITTEN_OUT.get(UNIONS.get(words, "".join(words)), text) if is_acronym(text) else text


@lru_cache(maxsize=REMEMBERED)
def is_acronym(text: str) -> bool:
    """Whether it is written as one: a word that is mostly capitals, or letters with points."""
    letters = [char for char in text if char.isalpha()]
    if len(letters) not in _ACRONYM or any(len(part) > 1 for part in fold(text)[1:]):
        return False
    return sum(char.isupper() for char in letters) * 2 > len(letters)


@lru_cache(maxsize=REMEMBERED)
def acronyms(text: str) -> frozenset[str]:
    """What the first letters of a name spell, with and without the small words and the legal form.

    A word with a hyphen or an elision is one or two: the IDB is Inter-American, and "l'Automobile" has an A.
    """
    words = fold(text)
    if not 2 <= len(words) <= 12:
        return frozenset()
    named = without_form(words)
    big = tuple(word for word in named if word not in SMALL)
    every = [words, named, big, at_home(unified(big))[1]]
    if "-" in text or "'" in text or "’" in text:
        parts = [fold(part) for part in text.replace("’", "'").replace("'", " ").split()]
        every.append(tuple(part[0] for part in parts if part[0] not in SMALL and len("".join(part)) > 1))
    return frozenset("".join(word[0] for word in part) for part in every if len(part) > 1)


def _join_twins(every: Sequence[Organisation], links: Links) -> dict[str, int]:
    """The first name of each `joint`, which the others with it are joined with."""
    known: dict[str, int] = {}
    for number, one in enumerate(every):
        twin = known.setdefault(one.joint, number)
        if twin != number:
            links.join(twin, number)
    return known


def join_acronyms(
    names: Sequence[Name], short: Iterable[int], introduced: Iterable[tuple[int, int]], links: Links
) -> None:
    """Joins each acronym with the only one whose words it spells.

    One that was introduced for another name spells no third: the Palestinian Authority (PA) is no Press
    Association, and beside the Asian Development Bank (ADB) the African one is not meant. Where only a part
    of the name was found before the brackets, it spells what has a word in common with that.
    """
    meant = {one: other for pair in introduced for one, other in (pair, pair[::-1])}
    spelled: dict[str, set[int]] = {}
    for number, name in enumerate(names):
        for letters in acronyms(name.text):
            spelled.setdefault(letters, set()).add(number)
    for number in short:
        letters = "".join(without_form(names[number].words))
        if number in meant and letters in acronyms(names[meant[number]].text):
            continue
        full = {links.root(other) for other in spelled.get(letters, ())} - {links.root(number)}
        if len(full) == 1:
            root = full.pop()
            known = set(names[meant.get(number, root)].words) - SMALL
            if not known.isdisjoint(names[root].words):
                links.join(root, number)


def _join_homes(
    names: Sequence[Name], every: Sequence[Organisation], known: Mapping[str, int], links: Links
) -> set[int]:
    """Joins "Supreme Court" with the only one that is named, a country's or a union's.

    Before that it is more likely another's, of the country that the news is from: "The Defence Ministry
    spoke. The Ukrainian Defence Ministry did not." Returned are the numbers of those about which that
    decides, also where it may be several's.
    """
    named: dict[str, set[int]] = {}
    decided: set[int] = set()
    for number, one in enumerate(every):
        if one.home in known:
            alone = known[one.home]
            decided.add(alone)
            if _may_mean(names[alone], one, names[number]):
                named.setdefault(one.home, set()).add(links.root(number))
    if not named:
        return decided
    index = Index()
    for number, one in enumerate(every):
        index.add((one.bare[0], one.bare[-1]), number)
    for home, roots in named.items():
        bare = every[known[home]].bare
        near = [index.get(word) for word in {bare[0], bare[-1]}]
        # Where not even the name itself is near, a crowd is.
        if len(roots) == 1 and all(near):
            others = (every[number] for numbers in near for number in numbers)
            if not any(_is_rival(one, bare, home) for one in others):
                links.join(roots.pop(), known[home])
    return decided


def _may_mean(bare: Name, one: Organisation, full: Name) -> bool:
    """Whether a name without a country may be the one of this country."""
    words = unified(fold(bare.owner()))
    owner = next((words[start:] for start in range(len(words)) if is_land(words[start:])), ())
    if owner and whose(owner) != one.land:
        return False  # "Russia's Defence Ministry" is not the Ukrainian one
    return one.land in _EVERYWHERE or full.first < bare.first


def _is_rival(one: Organisation, bare: Words, home: str) -> bool:
    """Whether the name without a country may mean this one, which is no country's: "Ohio Supreme Court"."""
    if one.home == home or one.joint in (home, _WHITE_HOUSE):
        return False
    size = len(bare)
    return one.joint.endswith(home) or (one.bare[:size] == bare and one.bare[size : size + 1] == ("of",))


def _join_short_forms(
    names: Sequence[Name], every: Sequence[Organisation], links: Links, decided: AbstractSet[int]
) -> None:
    """A short form comes after what it is short for; what comes before is a name of its own."""
    index = Index()
    known = frozenset(one.bare for one in every)
    # Siemens, where Siemens AG is named too, is not short for Siemens Energy.
    whole = {one.joint for one in every if one.whole}
    for number in sorted(range(len(names)), key=lambda number: names[number].first):
        words, joint, acronym, adjective, *_ = every[number]
        if not (acronym or adjective or joint in whole or number in decided) and (
            near := index.get(words[0]) or index.get(words[0].removesuffix("s"))
        ):
            found = [other for other in near if _is_short(words, every[other].bare, known)]
            if found:
                _join_only(number, words, found, every, links)
        index.add(words, number)


def _join_only(
    number: int, words: Words, found: Sequence[int], every: Sequence[Organisation], links: Links
) -> None:
    """Joins with the only one there is, or the only one that says no more than the kind besides."""
    closest = [other for other in found if set(every[other].bare[len(words) :]) <= KINDS]
    for some in (found, closest):
        roots = {links.root(other) for other in some}
        if len(roots) == 1:
            links.join(roots.pop(), number)
            return


def _is_short(short: Words, full: Words, known: AbstractSet[Words]) -> bool:
    """Whether it is how the other begins, and the rest is no name as well, or the kind that it is of."""
    size = len(short)
    if size >= len(full):
        return False
    if full[: size - 1] == short[:-1] and _begins(full[size - 1], short[-1]):
        rest = full[size:]
        # "Haneul" is Haneul Robotics; "Sony" need not be Sony Pictures.
        if (size == 1 and short[0] in KINDS and rest[0] not in SMALL) or rest == _COUNCIL or rest in _OTHERS:
            return False  # the Navy is not short for the Navy SEALs
        if size == 1 and short[0] in PARENTS and rest[0] not in _COMPANY:
            return False
        if rest[0] == "in":
            return False  # Al-Qaeda in the Islamic Maghreb
        whose = size == 1 and not is_land(short)
        # The Department of Health and Human Services is more than one of health.
        more = rest[0] == "and" and not KINDS.isdisjoint(short)
        describes = not more and (rest[0] in _DESCRIBING or (whose and not _is_division(rest)))
        return describes and (rest not in known or set(rest) <= KINDS)
    if size == 1 and short[0] in _ALONE and short[0] == _head(full):
        return short[0] not in _BODIES or full[0] in NATIONAL or is_land(full[:-1])
    if full[:2] == _UNIVERSITY and full[2:] == short:
        return True
    if size == 1 and len(full) == len(short) + 1 and full[0] in NATIONAL and full[1:] == short:
        return short[0] not in _DESCRIBING  # Saudi Aramco
    if size == 1 and short[0] == full[-1] and short[0].endswith("s"):  # the Hornets of a city
        return len(full) <= _TEAM and SMALL.isdisjoint(full) and short[0] not in _NO_TEAMS
    return size == 1 and full == (short[0].removesuffix("s"), "party")


def _is_division(rest: Words) -> bool:
    """Sony Pictures, Orange Belgium: a part of what it is called after."""
    return rest[-1] in DIVISIONS or is_land(rest)


def _head(full: Words) -> str:
    """What it is: the court of a "Supreme Court of Vanuatu"."""
    small = next((place for place, word in enumerate(full) if place and word in SMALL), len(full))
    return full[small - 1]


def _begins(full: str, short: str) -> bool:
    return full == short or (len(short) >= _SHORTENED and full.startswith(short))
