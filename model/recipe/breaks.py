"""How many names run over a line break, on unlabelled articles.

python -m model.recipe.breaks PIPELINE ARTICLES.jsonl.gz ...

No name does, so every one found is a mistake; the count needs no labels.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from spacy.language import Language

from model.recipe.hooks import load
from model.recipe.news import bodies


@dataclass(frozen=True)
class Breaks:
    """One file's names, and those with a line break inside."""

    names: int
    broken: int


def count(nlp: Language, texts: Iterator[str]) -> Breaks:
    """Find names and look for a break in each."""
    names = [name.text for doc in nlp.pipe(texts, batch_size=64) for name in doc.ents]
    return Breaks(len(names), sum("\n" in name for name in names))


def main() -> int:
    """Print one line per file."""
    parser = argparse.ArgumentParser(prog="python -m model.recipe.breaks", description=__doc__)
    parser.add_argument("pipeline", type=Path)
    parser.add_argument("articles", type=Path, nargs="+")
    options = parser.parse_args()
    nlp = load(options.pipeline)
    for path in options.articles:
        found = count(nlp, (text for _, text in bodies(path)))
        print(f"{path.name}: {found.broken:,} of {found.names:,} names run over a line break")
    return 0


if __name__ == "__main__":
    sys.exit(main())
