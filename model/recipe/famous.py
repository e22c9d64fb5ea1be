"""Names that exist, by country, written by hand (`famous/`): renamed copies of texts take theirs from there.

A file has `[country]`, or a part or field of one, and below it a line for each letter, names parted by
";". The last word of a person is the family name, unless `Mao Zedong = Mao` says otherwise.
"""

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import accumulate
from pathlib import Path

from model.recipe import world
from model.recipe.marks import LABELS
from model.recipe.samples import Sample

FAMOUS = Path(__file__).with_name("famous")
SHARE = 0.5  # of the renamed copies take names that exist; the others names of `world` and the gazetteer
CHANGED: Mapping[str, float] = {"ORG": 0.7, "GPE": 0.5, "LOC": 0.5, "FAC": 0.8}  # share of a text's names
FEWEST = 5  # of a label; a section with fewer borrows from all
_HEADING = re.compile(r"\[([^\[\]]+)\]")
_LETTERS: Mapping[str, str] = {letter: LABELS[letter] for letter in "POGLF"}

Names = Mapping[str, Sequence[str]]


def read(path: Path, lines: Mapping[str, str] = _LETTERS) -> dict[str, dict[str, list[str]]]:
    """Section to label to names; `lines` says what each kind of line holds.

    Raises:
        ValueError: a line is neither a heading nor names below one, or a name is empty.
    """
    sections: dict[str, dict[str, list[str]]] = {}
    current: dict[str, list[str]] | None = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if heading := _HEADING.fullmatch(line.strip()):
            current = sections.setdefault(heading[1], {})
            continue
        letter, _, rest = line.partition(": ")
        names = [name.strip() for name in rest.split(";")]
        if current is None or letter not in lines or not all(names):
            wanted = f"`{next(iter(lines))}: name; name` under a [heading]"
            raise ValueError(f"{path.name}:{number}: expected {wanted}, got {line!r}")
        current.setdefault(lines[letter], []).extend(names)
    return sections


@cache
def sections() -> tuple[Sequence[Names], Sequence[int]]:
    """All sections, each with what it lacks borrowed from all; and their sizes, cumulated."""
    found: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path in sorted(FAMOUS.glob("*.txt")):
        for title, names in read(path).items():
            for label, more in names.items():
                found[title][label] += more
    everything = {
        label: [name for names in found.values() for name in names[label]] for label in _LETTERS.values()
    }
    sizes = accumulate(sum(map(len, names.values())) for names in found.values())
    whole = [
        {label: names[label] if len(names[label]) >= FEWEST else everything[label] for label in everything}
        for names in found.values()
    ]
    return whole, list(sizes)


def renamed(sample: Sample, rng: random.Random) -> Sample:
    """The same text with other names, of people and bodies that exist in half of the cases."""
    if rng.random() >= SHARE:
        return world.renamed(sample, rng)
    choice, sizes = sections()
    names = rng.choices(choice, cum_weights=sizes)[0]
    return world.replaced(sample, dict(_people(sample, names, rng)) | dict(_others(sample, names, rng)))


def _people(sample: Sample, names: Names, rng: random.Random) -> Iterator[tuple[tuple[str, str], str]]:
    """A person under one name stays a person under one name: in full, by the first word, by the last."""
    first: dict[str, str] = {}
    last: dict[str, str] = {}
    for old in sorted(world.names(sample, "PERSON"), key=lambda text: -len(text.split())):
        parts = old.split()
        full, family = person(rng.choice(names["PERSON"]))
        if len(parts) == 1:
            yield ("PERSON", old), last.get(old) or first.get(old) or family
            continue
        yield ("PERSON", old), full
        first.setdefault(parts[0], full.split()[0])
        last.setdefault(parts[-1], family)


def person(entry: str) -> tuple[str, str]:
    """Full and family name of an entry."""
    full, _, family = (part.strip() for part in entry.partition("="))
    return full, family or full.split()[-1]


def _others(sample: Sample, names: Names, rng: random.Random) -> Iterator[tuple[tuple[str, str], str]]:
    for label, share in CHANGED.items():
        for old in world.names(sample, label):
            stays = label == "GPE" and (old in world.world().countries or not old.istitle())
            if not stays and rng.random() < share:
                yield (label, old), rng.choice(names[label])
