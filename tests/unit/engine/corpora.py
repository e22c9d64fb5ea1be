"""Real texts for the engine: articles, and the texts of the NER corpora beside them."""

import gzip
import json
import os
from collections.abc import Iterator
from typing import Any

from tests.benchmarks.articles import articles_folder, many_articles, real_articles
from tests.skipping import missing

ALL = 1_000_000
# spaCy itself takes minutes for all of them: `NAMEWIRE_TEST_EVERY=1 make test-slow` leaves none out.
EVERY = int(os.environ.get("NAMEWIRE_TEST_EVERY", "4"))


def texts_at_hand(count: int) -> list[str]:
    """So many real articles, or the samples over and over."""
    return [_content(article) for article in many_articles(count)]


def all_articles() -> list[str]:
    """The articles beside the project, or each fourth; skips the test where there is none, on a laptop."""
    try:
        return [_content(article) for article in real_articles(ALL)][::EVERY]
    except FileNotFoundError as error:
        missing(str(error))


def corpus_texts() -> list[str]:
    """The texts of the NER corpora, or each fourth; skips the test where there is none, on a laptop."""
    folder = articles_folder()
    files = sorted((folder.parent / "ner").glob("*.jsonl.gz")) if folder else []
    if not files:
        missing("no NER corpora: a folder `ner` beside that of NAMEWIRE_ARTICLES, with .jsonl.gz files")
    return list(dict.fromkeys(line["text"] for file in files for line in _lines(file)))[::EVERY]


def _lines(file: Any) -> Iterator[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _content(article: dict[str, Any]) -> str:
    return str(article.get("content") or article.get("body") or article.get("text"))
