"""The explorer's pages: milliseconds, transferred kilobytes, document reads.

python -m tests.benchmarks.explorer [--json] [--articles PATH...] [--limit N] [--requests N]

"again" is what people meet who look where somebody has just looked: the answer is kept for seconds. "first"
asks for a page that nobody has asked for yet, each time another one.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from emulator.run import Running, run_house
from namewire.samples import sample_articles
from tests.integration.pages import Page
from tests.polling import eventually

_FIRSTS = 10


def measure(paths: Sequence[str], limit: int, requests: int) -> dict[str, Any]:
    with run_house(project="namewire-explorer") as running:
        articles = _fill(running, paths, limit)
        with httpx.Client(base_url=running.house.explore_url, timeout=120) as http:
            return {"articles": articles, "requests": requests, "pages": _pages(http, requests)}


def _fill(running: Running, paths: Sequence[str], limit: int) -> int:
    """Articles by the command, as people send them; how many came to be stored."""
    environment = {**os.environ, **running.house.settings}
    for path in paths:
        command = [sys.executable, "-m", "namewire", "submit", path, "--limit", str(limit // len(paths))]
        subprocess.run(
            [*command], env=environment, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    with httpx.Client(base_url=running.house.explore_url, timeout=120) as http:
        seen = -1

        def is_steady() -> bool:
            nonlocal seen
            before, seen = seen, int(http.get("api/overview").json()["articles"])
            return seen == before > 0

        eventually(is_steady, seconds=1_800, pause=20)
        return seen


def _pages(http: httpx.Client, requests: int) -> dict[str, Any]:
    names = [each["id"] for each in http.get("api/entities?limit=100&label=PERSON").json()["entities"]]
    keys = [each["key"] for each in http.get("api/publications?limit=100").json()["publications"]]
    articles = [each["id"] for each in http.get("api/articles?limit=100").json()["articles"]]
    labels = ("PERSON", "ORG", "GPE", "NORP", "LOC", "FAC", "EVENT", "PRODUCT", "LAW", "LANGUAGE")
    return {
        "overview": _page(http, [f"?label={label}" for label in labels], "", requests),
        "entity": _page(http, [f"entities/{name}" for name in names[1:]], f"entities/{names[0]}", requests),
        "publication": _page(
            http,
            [f"publications/{quote(key)}" for key in keys[1:]],
            f"publications/{quote(keys[0])}",
            requests,
        ),
        "article": _page(
            http,
            [f"articles/{quote(each)}" for each in articles[1:]],
            f"articles/{quote(articles[0])}",
            requests,
        ),
        "search": _page(
            http,
            [f"search?q={word}" for word in ("mer", "york", "smi", "john", "wash")],
            "search?q=uni",
            requests,
        ),
    }


def _page(http: httpx.Client, firsts: Sequence[str], again: str, requests: int) -> dict[str, Any]:
    first = [_milliseconds(http, path) for path in firsts[:_FIRSTS]]
    _milliseconds(http, again)
    repeated = [_milliseconds(http, again) for _ in range(requests)]
    answer = http.get(again)
    assets = {
        attrs.get("src") or attrs.get("href") or ""
        for tag, attrs in Page.of(answer.text).elements
        if tag in ("script", "link")
    }
    page_bytes = _transferred(http, again)
    return {
        "again_median_ms": round(statistics.median(repeated), 1),
        "again_worst_ms": round(max(repeated), 1),
        "first_median_ms": round(statistics.median(first), 1),
        "page_kB": round(page_bytes / 1_000, 1),
        "page_and_assets_kB": round(
            (page_bytes + sum(_transferred(http, path) for path in assets)) / 1_000, 1
        ),
        "reads": int(answer.headers["Namewire-Reads"]),
    }


def _milliseconds(http: httpx.Client, path: str) -> float:
    began = time.monotonic()
    http.get(path).raise_for_status()
    return 1_000 * (time.monotonic() - began)


def _transferred(http: httpx.Client, path: str) -> int:
    """Packed, as it goes over the line."""
    with http.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
        return sum(len(part) for part in answer.iter_raw())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--articles", nargs="+", type=Path, default=[Path(sample_articles())])
    parser.add_argument("--limit", type=int, default=2_000, help="of all files together")
    parser.add_argument("--requests", type=int, default=30)
    options = parser.parse_args()
    result = measure([str(path) for path in options.articles], options.limit, options.requests)
    if options.json:
        print(json.dumps(result, indent=2))
        return
    print(f"{result['articles']:,} articles, {result['requests']} requests a page")
    for name, page in result["pages"].items():
        print(f"{name:12} " + "  ".join(f"{key} {value}" for key, value in page.items()))


if __name__ == "__main__":
    main()
