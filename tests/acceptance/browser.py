"""A real Chromium, and what went wrong in it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from playwright.sync_api import Browser, ConsoleMessage, Error, Page, sync_playwright

from tests.skipping import missing

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_MISSING: Final = (
    "Chromium is missing, which the explorer's pages are looked at with. Install it (on Debian: apt-get "
    "install chromium; elsewhere: .venv/bin/playwright install chromium), or name it in NAMEWIRE_CHROMIUM."
)
DESKTOP: Final = {"width": 1280, "height": 900}
PHONE: Final = {"width": 390, "height": 844}


@contextmanager
def chromium() -> Iterator[Browser]:
    """Skips where there is none, or fails where CI=true."""
    named = os.environ.get("NAMEWIRE_CHROMIUM", "").strip()
    found = named or next(filter(None, map(shutil.which, _NAMES)), None)
    with sync_playwright() as playwright:
        try:
            # Root has no sandbox of its own; the pages are ours.
            browser = playwright.chromium.launch(
                executable_path=found, args=["--no-sandbox"] if os.geteuid() == 0 else []
            )
        except Error as error:
            missing(f"{_MISSING}\n{error}")
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Watched:
    """A page whose complaints and requests are written down."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")


@contextmanager
def watched(browser: Browser, **options: Any) -> Iterator[Watched]:
    """A page in a context of its own: no storage, no cache."""
    context = browser.new_context(**{"viewport": DESKTOP, **options})
    try:
        yield Watched(context.new_page())
    finally:
        context.close()
