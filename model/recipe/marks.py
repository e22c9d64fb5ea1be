"""Names marked by hand: texts of our own, and lists of the names of published articles.

A text has its marks in place, `[P Angela Merkel] spoke in [G Berlin].`, and ends at an empty line.
A list opens with `# source id` and has a line for each label, `P: Angela Merkel; Merkel`; a name stands
for every place of the article where it is no part of a longer name. GUIDELINE.md says what the letters
mean, `python -m model.recipe.check_marks` what looks wrong.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from model.recipe.samples import Mention, Sample

UNKNOWN = "X"
LABELS: Mapping[str, str] = {
    "P": "PERSON",
    "O": "ORG",
    "G": "GPE",
    "L": "LOC",
    "F": "FAC",
    "N": "NORP",
    "D": "DATE",
    "M": "MONEY",
    "E": "EVENT",
    "W": "WORK_OF_ART",
}
MARK = re.compile(rf"\[([{''.join((*LABELS, UNKNOWN))}]) ([^\[\]]+)\]")


def texts(path: Path) -> Iterator[Sample]:
    """The texts of one file of our own."""
    blocks = re.split(r"\n\s*\n", path.read_text(encoding="utf-8"))
    rows = ("\n".join(line for line in block.splitlines() if not line.startswith("#")) for block in blocks)
    for number, row in enumerate(filter(str.strip, rows)):
        yield marked(row.strip("\n"), path.stem, str(number))


def marked(row: str, source: str, doc_id: str) -> Sample:
    """A text without its marks, and what they said."""
    text, end, mentions, unknown = "", 0, [], []
    for found in MARK.finditer(row):
        text += row[end : found.start()]
        letter, name = found.groups()
        span = (len(text), len(text) + len(name))
        if letter == UNKNOWN:
            unknown.append(span)
        else:
            mentions.append(Mention(*span, LABELS[letter]))
        text, end = text + name, found.end()
    return Sample(text + row[end:], tuple(mentions), tuple(unknown), source, doc_id)


def lists(path: Path) -> dict[str, dict[str, str]]:
    """Article ("source id") to name to letter."""
    articles: dict[str, dict[str, str]] = {}
    names: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("# "):
            names = articles.setdefault(line[2:].strip(), {})
        elif line.strip():
            letter, colon, rest = line.partition(":")
            if letter not in (*LABELS, UNKNOWN) or not colon:
                raise ValueError(f"{path.name}:{number}: expected `P: name; name`, got {line!r}")
            names |= dict.fromkeys(filter(None, map(str.strip, rest.split(";"))), letter)
    return articles


def placed(text: str, names: Mapping[str, str], source: str, doc_id: str) -> Sample:
    """The article with each listed name wherever it stands, longer names first."""
    mentions, unknown = [], []
    for found in standing(names, text):
        letter = names[found.group()]
        if letter == UNKNOWN:
            unknown.append(found.span())
        else:
            mentions.append(Mention(*found.span(), LABELS[letter]))
    return Sample(text, tuple(mentions), tuple(unknown), source, doc_id)


def standing(names: Mapping[str, str], text: str) -> "Iterator[re.Match[str]]":
    """Where they stand as whole words."""
    longest = sorted(names, key=len, reverse=True)
    alternatives = "|".join(map(re.escape, longest)) or r"(?!)"
    return re.finditer(rf"(?<!\w)(?:{alternatives})(?!\w)", text)
