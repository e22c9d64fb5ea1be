"""How good the names are: how well the embedded pipeline finds them, and how well an article's are linked.

    python -m tests.benchmarks.names [--data FOLDER]

FOLDER has the corpora, `<source>.test.jsonl.gz` and redocred.clusters.jsonl.gz; `make names` runs it. The
baseline is a first training of the same shape on the same corpora. Reading test texts chooses nothing: the
recipe looks at development texts alone.
"""

import argparse
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from model import EMBEDDED
from model.recipe import breaks
from model.recipe.augment import lower
from model.recipe.evaluate import evaluate, mean, predictor, score
from model.recipe.hooks import load
from model.recipe.news import articles_of, bodies
from model.recipe.samples import file_of, read
from model.recipe.sources import JUDGED, problems
from tests.benchmarks import linking

# F of the baseline, and what was aimed at; of the one in lower case too.
BASELINE: Final[Mapping[str, float]] = {
    "uner_pud": 69.0,
    "gum": 66.3,
    "redocred": 77.4,
    "wikigold": 69.2,
    "uner_ewt": 62.5,
    "crossner": 77.2,
    "gmb": 85.8,
    "wnut17": 41.4,
}
AIMS: Final[Mapping[str, float]] = {
    "uner_pud": 75,
    "gum": 71,
    "redocred": 81,
    "wikigold": 75,
    "uner_ewt": 66,
    "crossner": 79,
}
_LOWER: Final = "uner_pud"
_BASELINE_LOWER: Final = 31.0
_AIM_LOWER: Final = 50.0
_BREAKS_IN: Final = "wikinews"


def show_model(data: Path) -> None:
    figures = evaluate(EMBEDDED, data)
    print("Found: F of people, organisations and places, both borders and the label right; test texts")
    print(f"{'':22}{'baseline':>10}{'now':>8}{'change':>8}{'aim':>8}")
    for source, one in figures.items():
        _row(source, BASELINE[source], one.core.f, AIMS.get(source))
    _row("mean", sum(BASELINE.values()) / len(BASELINE), mean(figures), None)
    lowered = [replace(one, text=lower(one.text)) for one in read(file_of(data, _LOWER, "test"))]
    small = score(lowered, predictor(EMBEDDED), JUDGED[_LOWER]).core.f
    _row(f"{_LOWER}, lower case", _BASELINE_LOWER, small, _AIM_LOWER)
    articles = articles_of(data.resolve().parent / "articles", _BREAKS_IN)
    if articles.is_file():
        found = breaks.count(load(EMBEDDED), (text for _, text in bodies(articles)))
        print(f"names that run over a line break: {found.broken} of {found.names:,} in {articles.name}")


def _row(title: str, before: float, now: float, aim: float | None) -> None:
    print(f"{title:22}{before:10.1f}{now:8.1f}{now - before:+8.1f}" + (f"{aim:8.1f}" if aim else ""))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=linking.BESIDE)
    data = parser.parse_args().data
    linking.show_samples()
    found = problems(data, ["test"]) + linking.problems(data)
    if found:
        missing = (
            "cannot measure more, the folder of the NER corpora is not complete (make names DATA=folder):"
        )
        print(missing, *dict.fromkeys(found), sep="\n  ", file=sys.stderr)
        return 2
    linking.show_corpus(data)
    print()
    show_model(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
