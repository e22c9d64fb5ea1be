"""Names of the world, written by hand: other names for the people, cities and bodies of a text.

The corpora are Wikipedia and older American news, so most foreign names in them
are few and famous. A document keeps its sentences and gets one region's names, the
same name for the same word throughout.
"""

import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from model.recipe.gazetteer import composed, countries
from model.recipe.samples import Mention, Sample

LISTS = Path(__file__).with_name("world.toml")
PLACE_SHARE = 0.5  # of the cities in a renamed text change
BODY_SHARE = 0.6  # of the organisations
KNOWN_SHARE = 0.25  # of the new organisations are known ones; the others are composed
FACILITY_SHARE = 0.8  # of the buildings, roads and stadiums
LAND_SHARE = 0.35  # of the mountains, waters and regions
COMPOSED_SHARE = 0.12  # of the new cities are counties, provinces and the like
GAZETTEER_SHARE = (
    0.6  # of the texts take the names of one country of the gazetteer, not of a region of the lists
)
TOWNS = 40  # that one text chooses from
LONGER_SHARE = 0.15  # of the people have a second given name or an initial
DOUBLE_SHARE = 0.05  # a double family name


@dataclass(frozen=True)
class Region:
    """The names that belong together."""

    given: Sequence[str]
    family: Sequence[str]
    cities: Sequence[str]
    countries: Sequence[tuple[str, str]]  # with the word for its people
    organisations: Sequence[str]
    family_first: bool

    def person(self, rng: random.Random) -> tuple[str, str]:
        """A full name and its family name."""
        given, family = rng.choice(self.given), rng.choice(self.family)
        return (f"{family} {given}" if self.family_first else f"{given} {family}"), family


@dataclass(frozen=True)
class World:
    """All regions, and what belongs to none."""

    regions: Sequence[Region]
    places: Sequence[str]
    bodies: Sequence[str]
    countries: frozenset[str]


def _parts(row: dict[str, str], key: str) -> list[str]:
    return [part.strip() for part in row[key].split(",")]


@cache
def world() -> World:
    """The lists, read once."""
    rows = tomllib.loads(LISTS.read_text(encoding="utf-8"))
    everywhere = rows.pop("everywhere")
    regions = [_region(row) for row in rows.values()]
    countries = frozenset(name for region in regions for name, _ in region.countries)
    return World(regions, _parts(everywhere, "places"), _parts(everywhere, "organisations"), countries)


def _region(row: dict[str, str]) -> Region:
    countries = [(name, people) for name, _, people in (c.partition(" = ") for c in _parts(row, "countries"))]
    given, family, cities, bodies = (
        _parts(row, key) for key in ("given", "family", "cities", "organisations")
    )
    return Region(given, family, cities, countries, bodies, family_first="order" in row)


def somewhere(rng: random.Random) -> Region:
    """A region of the lists, or a country's towns, with its people where the gazetteer has them."""
    region = rng.choice(world().regions)
    if rng.random() >= GAZETTEER_SHARE:
        return region
    country = rng.choice(countries())
    return replace(
        region,
        given=country.given or region.given,
        family=country.family or region.family,
        cities=[country.town(rng) for _ in range(TOWNS)],
        family_first=region.family_first and not country.given,
    )


def body(label: str, region: Region, rng: random.Random) -> str:
    """A new name of an organisation, building or stretch of land, after the region's people and towns."""
    country, adjective = rng.choice(region.countries)
    cast = {"S": region.family, "G": region.given, "C": region.cities, "L": [country], "N": [adjective]}
    return composed(label, cast, rng)


def renamed(sample: Sample, rng: random.Random) -> Sample:
    """The same text with the names of one region."""
    region = somewhere(rng)
    return replaced(sample, dict(_people(sample, region, rng)) | dict(_others(sample, region, rng)))


def replaced(sample: Sample, changed: Mapping[tuple[str, str], str]) -> Sample:
    """The same text with other names: label and name to the new name."""
    text, end, mentions, shifts = "", 0, [], []
    for mention in sorted(sample.mentions, key=lambda m: m.start):
        if mention.start < end:
            return sample  # nested names: nothing to gain
        name = changed.get((mention.label, sample.text[mention.start : mention.end]))
        name = name or sample.text[mention.start : mention.end]
        text += sample.text[end : mention.start]
        mentions.append(Mention(len(text), len(text) + len(name), mention.label))
        text, end = text + name, mention.end
        shifts.append((mention.end, len(text) - mention.end))
    unknown = tuple((_shifted(a, shifts), _shifted(b, shifts)) for a, b in sample.unknown)
    return replace(sample, text=text + sample.text[end:], mentions=tuple(mentions), unknown=unknown)


def _shifted(position: int, shifts: Sequence[tuple[int, int]]) -> int:
    return position + next((by for end, by in reversed(shifts) if end <= position), 0)


def names(sample: Sample, label: str) -> list[str]:
    """The names of one label, each once."""
    return list(dict.fromkeys(sample.text[m.start : m.end] for m in sample.mentions if m.label == label))


def _people(sample: Sample, region: Region, rng: random.Random) -> Iterator[tuple[tuple[str, str], str]]:
    """New names word by word: the first word becomes a given name, the last a family name."""
    words: dict[str, str] = {}
    for old in sorted(names(sample, "PERSON"), key=lambda text: -len(text.split())):
        parts = old.split()
        if any(not part[0].isupper() for part in (parts[0], parts[-1])):
            continue
        first, last = (words.get(parts[0]), words.get(parts[-1]))
        last = last or words.setdefault(parts[-1], rng.choice(region.family))
        if len(parts) == 1:
            yield ("PERSON", old), last
            continue
        first = first or words.setdefault(parts[0], _longer(rng.choice(region.given), region, rng))
        if rng.random() < DOUBLE_SHARE:
            last = f"{last}{rng.choice('- ')}{rng.choice(region.family)}"
        yield ("PERSON", old), f"{last} {first}" if region.family_first else f"{first} {last}"


def _longer(given: str, region: Region, rng: random.Random) -> str:
    if rng.random() >= LONGER_SHARE:
        return given
    second = rng.choice(region.given)
    return rng.choice(
        (f"{given} {second}", f"{given} {second[0]}.", f"{given[0]}. {second[0]}.", f"{given[0]}.")
    )


def _others(sample: Sample, region: Region, rng: random.Random) -> Iterator[tuple[tuple[str, str], str]]:
    """New cities, organisations, buildings and land; countries stay, their people are named beside them."""
    for old in names(sample, "GPE"):
        if old not in world().countries and old.istitle() and rng.random() < PLACE_SHARE:
            yield (
                ("GPE", old),
                body("GPE", region, rng) if rng.random() < COMPOSED_SHARE else rng.choice(region.cities),
            )
    for old in names(sample, "ORG"):
        if rng.random() < BODY_SHARE:
            known = rng.random() < KNOWN_SHARE
            yield (
                ("ORG", old),
                rng.choice((*region.organisations, *world().bodies)) if known else body("ORG", region, rng),
            )
    for label, share in (("FAC", FACILITY_SHARE), ("LOC", LAND_SHARE)):
        for old in names(sample, label):
            if rng.random() < share:
                yield (label, old), body(label, region, rng)
