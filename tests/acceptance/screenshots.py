"""`make screenshots`: every page of the explorer in both themes, on a phone and on a desk, to look at."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx
from playwright.sync_api import Browser

from emulator.run import run_house
from namewire.samples import sample_articles
from tests.acceptance import console
from tests.acceptance.browser import DESKTOP, PHONE, chromium, watched
from tests.polling import eventually

_SIZES: Final = {"desktop": DESKTOP, "phone": PHONE}
_THEMES: Final = ("light", "dark")
_LATE: Final = {"publication": "Daily Planet", "content": "Lois Lane met Angela Merkel in Paris."}


def take(target: Path, articles: Sequence[str]) -> int:
    """How many pictures there are now."""
    target.mkdir(parents=True, exist_ok=True)
    with run_house(project="namewire-pictures") as running, chromium() as browser:
        url = running.house.explore_url
        before = _pictures(browser, url, {"empty": "/"}, target)
        for path in articles:
            console.run("submit", path, settings=running.house.settings)
        late = "\n".join(json.dumps({**_LATE, "id": f"late-{number}"}) for number in range(5))
        console.run("submit", "-", settings=running.house.settings, stdin=late)
        eventually(lambda: _is_stored(url, "late-4"), seconds=1_800, pause=0.5)
        return before + _pictures(browser, url, _paths(url), target)


def _is_stored(url: str, article: str) -> bool:
    return httpx.get(f"{url}api/articles/{article}", timeout=60).is_success


def _paths(url: str) -> dict[str, str]:
    def ask(path: str) -> Any:
        return httpx.get(f"{url}api/{path}", timeout=120).raise_for_status().json()

    name = ask("entities?label=PERSON&limit=1")["entities"][0]["id"]
    publication = ask("publications?limit=1")["publications"][0]["key"]
    article = ask(f"entities/{name}/articles?limit=1")["articles"][0]["id"]
    return {
        "overview": "/",
        "overview-people": "/?label=PERSON",
        "names": "/entities",
        "name": f"/entities/{name}",
        "publications": "/publications",
        "publication": f"/publications/{quote(publication)}",
        "articles": "/articles",
        "article": f"/articles/{quote(article)}",
        "search": "/search?q=an",
        "api": "/api",
        "missing": "/nothing",
    }


def _pictures(browser: Browser, url: str, paths: dict[str, str], target: Path) -> int:
    taken = 0
    for theme in _THEMES:
        for size, viewport in _SIZES.items():
            with watched(browser, base_url=url, viewport=viewport, color_scheme=theme) as seen:
                for name, path in paths.items():
                    seen.page.goto(path, timeout=120_000)
                    seen.page.screenshot(path=target / f"{name}-{theme}-{size}.png", full_page=True)
                    taken += 1
    return taken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path, help="the folder to fill")
    parser.add_argument(
        "articles", nargs="*", help="files that `namewire submit` takes; otherwise the samples"
    )
    options = parser.parse_args()
    taken = take(options.target, options.articles or [sample_articles()])
    sys.stdout.write(f"{taken} pictures in {options.target}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
