"""The figures as JSON, as markdown, and in their place in the model card."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from model.recipe.evaluate import Figures, Percent, SourceFigures, evaluate, mean
from model.recipe.sources import problems

CARD = Path(__file__).resolve().parent.parent / "README.md"
BEGIN, END = "<!-- figures: written by the recipe -->", "<!-- end of figures -->"
LABELS = ("PERSON", "ORG", "GPE", "LOC", "NORP", "DATE", "MONEY", "EVENT", "WORK_OF_ART")


def as_json(figures: Figures) -> str:
    """All figures, machine-readable."""
    return json.dumps({source: asdict(one) for source, one in figures.items()}, indent=1) + "\n"


def as_markdown(figures: Figures) -> str:
    """Two tables: the core labels together, then F per label."""
    core = _table(
        ("corpus", "P", "R", "**F**", "place F", "all judged labels F", "names"),
        [(source, *_core_cells(one)) for source, one in figures.items()],
    )
    labels = _table(
        ("F per label", *LABELS),
        [(source, *(_cell(one.labels.get(label)) for label in LABELS)) for source, one in figures.items()],
    )
    return f"{core}\n\n{labels}"


def _core_cells(one: SourceFigures) -> tuple[str, ...]:
    core = one.core
    return (
        f"{core.p:.1f}",
        f"{core.r:.1f}",
        f"**{core.f:.1f}**",
        f"{one.place.f:.1f}",
        f"{one.micro.f:.1f}",
        f"{core.support:,}",
    )


def _cell(percent: Percent | None) -> str:
    return f"{percent.f:.1f} ({percent.support})" if percent and percent.support else ""


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---", *("---:" for _ in head[1:])]
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, rule, *rows))


def refresh(figures: Figures, card: Path = CARD) -> None:
    """Put the tables between the card's two markers."""
    before, _, rest = card.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"{card.name} has lost its markers {BEGIN} and {END}")
    card.write_text(f"{before}{BEGIN}\n\n{as_markdown(figures)}\n\n{END}{after}", encoding="utf-8")


def main() -> int:
    """Print the figures of any pipeline."""
    parser = argparse.ArgumentParser(prog="python -m model.recipe.report", description=main.__doc__)
    parser.add_argument("pipeline", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--split", choices=("dev", "test"), default="test")
    parser.add_argument("--json", type=Path, help="also write them to this file")
    options = parser.parse_args()
    if found := problems(options.data, [options.split]):
        print("cannot measure, the data folder is not complete:", *found, sep="\n  ", file=sys.stderr)
        return 2
    figures = evaluate(options.pipeline, options.data, options.split)
    if options.json:
        options.json.write_text(as_json(figures), encoding="utf-8")
    print(f"{options.split}, mean F {mean(figures):.1f}\n\n{as_markdown(figures)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
