"""Invented news: hand-written sentences with the names of one region in them."""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from model.recipe.samples import Mention, Sample
from model.recipe.world import KNOWN_SHARE, body, somewhere, world

SENTENCES = Path(__file__).with_name("scenes.txt")
COUNT = 1200  # texts, about 90 words each
LINE_SHARE = 0.5  # of the texts open, and as many close, with a headline or byline
LABELS: Mapping[str, str] = {
    **dict.fromkeys("AaBb", "PERSON"),
    **dict.fromkeys("CDLRMU", "GPE"),
    **dict.fromkeys("NF", "NORP"),
    **dict.fromkeys("OPG", "ORG"),
    "W": "LOC",
    "t": "DATE",
}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("January", "March", "April", "June", "July", "August", "October", "Nov.", "Dec.")
_SLOT = re.compile(r"\{(\w)\}")


@cache
def _sections() -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {}
    for line in SENTENCES.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            current = sections.setdefault(line.strip("[]"), [])
        elif not line.startswith("#"):
            current.append(line)
    return sections


def _cast(rng: random.Random) -> dict[str, str]:
    """One name for each slot."""
    home, abroad = somewhere(rng), somewhere(rng)
    (one, one_short), (two, two_short) = home.person(rng), home.person(rng)
    country, people = rng.choice(home.countries)
    foreign, foreigners = rng.choice(abroad.countries)
    cities = rng.sample(list(home.cities), 2)
    bodies = [
        rng.choice(home.organisations) if rng.random() < KNOWN_SHARE else body("ORG", home, rng) for _ in "OP"
    ]
    day = rng.choice((rng.choice(_DAYS), f"{rng.choice(_MONTHS)} {rng.randint(1, 30)}"))
    people_cast = {"A": one, "a": one_short, "B": two, "b": two_short, "N": people, "F": foreigners}
    places = {"C": cities[0], "D": cities[1], "L": country, "R": foreign, "M": rng.choice(abroad.cities)}
    places["U"] = cities[0].upper()
    rest = {"O": bodies[0], "P": bodies[1], "t": day}
    return people_cast | places | rest | {"G": rng.choice(world().bodies), "W": rng.choice(world().places)}


def _lines(rng: random.Random) -> Iterator[tuple[str, str]]:
    """The sentences of one text, each with the blank or break behind it."""
    pools = _sections()
    gap = rng.choice((" ", " ", "\n\n", "\n"))
    if rng.random() < LINE_SHARE:
        yield rng.choice(pools["line"]), "\n\n"
    yield rng.choice(pools["open"]), gap
    for sentence in rng.sample(pools["more"], rng.randint(2, 7)):
        yield sentence, gap if rng.random() < LINE_SHARE else " "
    if rng.random() < LINE_SHARE:
        yield "", "\n"
        yield rng.choice(pools["line"]), ""


def _article(slot: str, name: str, before: str) -> str:
    """The "the" in front of most world bodies and waters; it belongs to no name."""
    if (
        slot not in "GW"
        or " " not in name
        or name.startswith(("Lake", "Mount", "Central", "South", "Amnesty"))
    ):
        return ""
    return "the " if before[-1:] == " " and before[-2:-1] not in '."' else "The "


def _filled(lines: Sequence[tuple[str, str]], cast: Mapping[str, str], name: str) -> Sample:
    text, mentions = "", []
    for piece in (part for line, gap in lines for part in (*_SLOT.split(line), gap)):
        text += piece
        if len(piece) == 1 and piece in cast:
            text = text[:-1] + _article(piece, cast[piece], text[:-1])
            mentions.append(Mention(len(text), len(text) + len(cast[piece]), LABELS[piece]))
            text += cast[piece]
    return Sample(text=text.rstrip(), mentions=tuple(mentions), unknown=(), source="scenes", doc_id=name)


def scenes(seed: int, count: int = COUNT) -> Iterator[Sample]:
    """Texts of invented news, the same on every run."""
    for number in range(count):
        rng = random.Random(f"{seed}:scene:{number}")
        yield _filled(list(_lines(rng)), _cast(rng), str(number))
