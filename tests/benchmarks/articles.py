"""Real articles for benchmarks and for tests that want many: a folder beside the project, or the samples."""

import gzip
import json
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]
_SAMPLES = _ROOT / "emulator" / "samples" / "articles.jsonl"


def articles_folder() -> Path | None:
    """The folder of `*.jsonl.gz` files: `NAMEWIRE_ARTICLES`, or `../shared/data/articles`, or None."""
    named = os.environ.get("NAMEWIRE_ARTICLES", "").strip()
    folder = Path(named) if named else _ROOT.parent / "shared" / "data" / "articles"
    return folder if any(folder.glob("*.jsonl.gz")) else None


def real_articles(count: int) -> list[dict[str, Any]]:
    """So many articles of all files in turn. Raises FileNotFoundError saying what is missing."""
    folder = articles_folder()
    if folder is None:
        raise FileNotFoundError(
            "no articles: set NAMEWIRE_ARTICLES to a folder of .jsonl.gz files (id, title, body, publication)"
        )
    files = [_lines(path) for path in sorted(folder.glob("*.jsonl.gz"))]
    return list(islice(_in_turn(files), count))


def sample_articles(count: int) -> list[dict[str, Any]]:
    """So many articles made of the samples: each round has other ids and one more sentence."""
    lines = [json.loads(line) for line in _SAMPLES.read_text(encoding="utf-8").splitlines()]
    articles = []
    for number in range(count):
        line = dict(lines[number % len(lines)])
        for name in ("content", "text", "body"):
            if name in line:
                line[name] += f"\n\nEdition {number} was printed in Lagos."
        articles.append({**line, "id": f"sample-{number}"})
    return articles


def many_articles(count: int) -> list[dict[str, Any]]:
    """Real articles where they are at hand, else the samples over and over."""
    return sample_articles(count) if articles_folder() is None else real_articles(count)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _in_turn(files: list[Iterator[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    while files:
        for file in list(files):
            try:
                yield next(file)
            except StopIteration:
                files.remove(file)
