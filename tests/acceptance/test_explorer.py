"""The explorer of `namewire up` in a real Chromium: what people do there, by mouse, keyboard and phone."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from namewire.samples import sample_articles
from tests.acceptance import console
from tests.acceptance.browser import PHONE, Watched, chromium, watched
from tests.acceptance.test_up import Up, house

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

_PATIENCE_MS: Final = 60_000
LONG: Final = "Llanfair" + "pwllgwyngyll" * 800
HOSTILE: Final = {
    "id": "hostile",
    "publication": "<b>Bold</b> & Co",
    "title": "<script>document.title='owned'</script> " + LONG,
    "url": "javascript:document.title='owned'",
    "content": "Angela Merkel <img src=x onerror=\"document.title='owned'\"> met عمر الخيام 👩‍🚀 in Berlin. "
    + LONG,
}
PATHS: Final = {
    "overview": "/",
    "names": "/entities",
    "name": "/entities/{entity}",
    "publications": "/publications",
    "publication": "/publications/{publication}",
    "articles": "/articles",
    "article": "/articles/{article}",
    "hostile": "/articles/hostile",
    "search": "/search?q=an",
    "api": "/api",
    "missing": "/nothing",
}


@dataclass
class Explored:
    """A house with the samples in it, and the addresses of something of each kind."""

    up: Up
    browser: Browser
    url: str
    entity: str
    article: str
    publication: str

    def path(self, kind: str) -> str:
        found = {"entity": self.entity, "article": self.article, "publication": self.publication}
        return PATHS[kind].format(**{name: quote(value) for name, value in found.items()})

    def ask(self, path: str) -> Any:
        return httpx.get(f"{self.url}api/{path}", timeout=60).raise_for_status().json()


@pytest.fixture(scope="module")
def explored(firestore_emulator: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Explored]:
    assert firestore_emulator  # or there is no house either
    with chromium() as browser, house(tmp_path_factory.mktemp("explored"), "explored") as up:
        assert "explorer  " in up.out.read_text()
        assert up.ask("submit", sample_articles()).returncode == 0
        assert up.ask("submit", "-", stdin=json.dumps(HOSTILE)).returncode == 0
        up.wait_for("hostile")
        console.wait_until(lambda: up.answer("status")["articles"] == 81, what="the samples")
        url = up.settings["NAMEWIRE_EXPLORE_URL"]
        explored = Explored(up, browser, url, "", "", "")
        console.wait_until(lambda: explored.ask("overview")["articles"] == 81, what="the explorer")
        explored.entity = explored.ask("entities?label=PERSON&limit=1")["entities"][0]["id"]
        explored.publication = explored.ask("publications?limit=1")["publications"][0]["key"]
        explored.article = explored.ask(f"entities/{explored.entity}/articles")["articles"][0]["id"]
        yield explored


@pytest.fixture
def seen(explored: Explored) -> Iterator[Watched]:
    """A page that must not complain, nor ask anybody else."""
    with watched(explored.browser, base_url=explored.url) as found:
        yield found
        assert found.complaints == []
        assert [url for url in found.requests if not url.startswith(explored.url)] == []


def numbers(page: Page) -> dict[str, int]:
    """The bars of the ranking: name and number."""
    rows = page.locator("#ranking .bars li").all()
    texts = [(row.locator(".bar-name").inner_text(), row.locator(".bar-number").inner_text()) for row in rows]
    return {name: int(re.sub(r"\D", "", number)) for name, number in texts}


def serious(page: Page) -> list[tuple[str, str, list[str]]]:
    """What axe finds that keeps somebody from using the page, and whatever is wrong with its landmarks."""
    found = Axe().run(page).response["violations"]
    told = [
        (each["id"], each["impact"], [node["html"][:120] for node in each["nodes"][:3]]) for each in found
    ]
    order = ("landmark", "region", "page-has", "heading")
    return [each for each in told if each[1] in ("serious", "critical") or each[0].startswith(order)]


def test_the_overview_changes_without_a_reload(explored: Explored, seen: Watched) -> None:
    page = seen.page
    page.goto("/")
    expect(page.locator("#total-articles")).to_have_text("81")
    page.evaluate("window.stayed = true")
    text = {"publication": "Live News", "content": "Zebulon Quartermaine met Angela Merkel in Oslo."}
    lines = "\n".join(json.dumps({**text, "id": f"live-{number}"}) for number in range(40))
    assert explored.up.answer("submit", "-", stdin=lines)["accepted"] == 40
    expect(page.locator("#total-articles")).to_have_text("121", timeout=_PATIENCE_MS)
    expect(page.locator("#ranking")).to_contain_text("Quartermaine", timeout=_PATIENCE_MS)
    came_in = "els => els.reduce((sum, el) => sum + Number(el.textContent), 0)"
    console.wait_until(
        lambda: page.eval_on_selector_all("#values-rate td", came_in) == 121, what="the articles per minute"
    )
    expect(page.locator(".lines").first).to_contain_text("Live News")
    assert page.evaluate("window.stayed") is True


def test_the_overview_can_be_held_still(explored: Explored, seen: Watched) -> None:
    page = seen.page
    page.clock.install()
    page.goto("/")
    with page.expect_response(explored.url):
        page.clock.run_for(4_000)
    page.locator("#pause").click()
    expect(page.locator("#pause")).to_have_attribute("aria-pressed", "true")
    seen.requests.clear()
    page.clock.run_for(60_000)
    assert seen.requests == []
    with page.expect_response(explored.url):
        page.locator("#pause").click()


def test_numbers_are_those_of_namewire_top(explored: Explored, seen: Watched) -> None:
    page = seen.page
    for path, options in (
        ("/", ()),
        ("/?label=PERSON", ("--label", "PERSON")),
        ("/?label=gpe", ("--label", "GPE")),
    ):
        right = [each["mentions"] for each in explored.up.answer("top", *options)["entities"]]
        page.goto(path)
        assert list(numbers(page).values()) == right
    day = "2026-11-03"
    right = explored.up.answer("top", "--day", day)["entities"]
    assert [each["mentions"] for each in explored.ask(f"entities?day={day}")["entities"]] == [
        each["mentions"] for each in right
    ]
    name = explored.up.answer("top", "--label", "PERSON", "--limit", "1")["entities"][0]
    page.goto(f"/entities/{name['id']}")
    expect(page.locator("#mentions")).to_have_text(f"{name['mentions']:,}")


def test_labels_and_periods_are_switched_in_place(explored: Explored, seen: Watched) -> None:
    page = seen.page
    page.goto("/")
    page.evaluate("window.stayed = true")
    page.locator(".switch a", has_text="PERSON").click()
    expect(page.locator("#ranking-title")).to_have_text("People")
    assert set(page.locator("#ranking .bars .tag").all_inner_texts()) == {"PERSON"}
    assert page.url.endswith("?label=PERSON")
    page.locator(".spans a", has_text="30 days").click()
    expect(page.locator(".spans a[aria-current]")).to_have_text("30 days")
    assert "period=30d" in page.url
    assert "label=PERSON" in page.url
    # The next look of the page at itself asks for the same.
    with page.expect_response(lambda answer: "period=30d" in answer.url and answer.ok):
        page.evaluate("document.body.dispatchEvent(new CustomEvent('tick'))")
    expect(page.locator("#ranking-title")).to_have_text("People")
    assert page.evaluate("window.stayed") is True
    page.reload()
    expect(page.locator("#ranking-title")).to_have_text("People")


def test_from_a_name_to_an_article_to_its_publication(explored: Explored, seen: Watched) -> None:
    page = seen.page
    page.goto("/?label=PERSON")
    name = page.locator("#ranking .bar-name").first.inner_text()
    page.locator("#ranking .bar-name").first.click()
    expect(page.locator("h1")).to_have_text(name)
    expect(page.locator(".quote mark").first).to_contain_text(name.split()[-1])
    page.locator(".values summary").click()
    shown = [int(text.replace(",", "")) for text in page.locator(".values td").all_inner_texts()]
    assert sum(shown) == int(page.locator("#mentions").inner_text().replace(",", ""))
    page.locator(".line-title").first.click()
    expect(page.locator(".text a.m", has_text=name.split()[-1]).first).to_be_visible()
    page.locator(".kind a").click()
    expect(page.locator(".cloud-wide a").first).to_be_visible()
    page.goto(explored.path("publication"))
    places = "els => els.map(el => [el.textContent, el.getAttribute('x'), el.getAttribute('y')])"
    before = page.eval_on_selector_all(".cloud-wide text", places)
    page.reload()
    assert page.eval_on_selector_all(".cloud-wide text", places) == before
    assert len(before) > 15


def test_the_legend_switches_labels_on_and_off(explored: Explored, seen: Watched) -> None:
    page = seen.page
    page.goto(explored.path("article"))
    mark = page.locator(".text .m.t-person").first
    ground = "el => getComputedStyle(el).backgroundColor"
    assert mark.evaluate(ground) != "rgba(0, 0, 0, 0)"
    page.locator(".legend label", has_text="PERSON").click()
    expect(mark).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    page.locator(".legend label", has_text="PERSON").click()
    expect(mark).not_to_have_css("background-color", "rgba(0, 0, 0, 0)")
    page.locator("#tags").check()
    assert "PERSON" in mark.evaluate("el => getComputedStyle(el, '::after').content")


def test_search_by_keyboard(explored: Explored, seen: Watched) -> None:
    page = seen.page
    page.goto("/articles")
    name = explored.ask("entities?label=PERSON&limit=1")["entities"][0]["text"]
    page.keyboard.press("/")
    page.keyboard.type(name.split()[-1][:4], delay=30)
    expect(page.locator("#found [role=option]").first).to_be_visible()
    expect(page.locator("#q")).to_have_attribute("aria-expanded", "true")
    assert serious(page) == []
    page.keyboard.press("ArrowDown")
    expect(page.locator("#found [aria-selected=true]")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("#found")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(name.split()[-1])
    assert "/entities/" in page.url or "/articles/" in page.url
    page.keyboard.press("/")
    page.keyboard.type("an")
    expect(page.locator("#found [role=option]").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("an")
    assert "/search?q=" in page.url


def test_the_theme_is_chosen_and_kept(explored: Explored, seen: Watched) -> None:
    page = seen.page
    page.goto("/")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(ground)
    page.locator(".theme").click()
    dark = page.evaluate(ground)
    assert dark != light
    page.goto("/articles")
    assert page.evaluate(ground) == dark


@pytest.mark.parametrize("kind", ["overview", "name", "publication", "article", "hostile", "search"])
def test_a_phone_shows_all_of_it(explored: Explored, kind: str) -> None:
    with watched(explored.browser, base_url=explored.url, viewport=PHONE) as seen:
        seen.page.goto(explored.path(kind))
        wide = seen.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= PHONE["width"]
        assert seen.complaints == []


def test_without_scripts_the_content_is_there(explored: Explored) -> None:
    with watched(explored.browser, base_url=explored.url, java_script_enabled=False) as seen:
        page = seen.page
        page.goto("/")
        assert page.locator("#ranking .bars li").count() == 20
        page.locator(".switch a", has_text="ORG").click()
        assert set(page.locator("#ranking .bars .tag").all_inner_texts()) == {"ORG"}
        page.locator("#ranking .bar-name").first.click()
        assert page.locator(".lines li").count() > 0
        assert page.locator(".value").count() > 0


# In the dark, those with all the colours.
AXED: Final = [
    *((kind, "light") for kind in PATHS),
    *((kind, "dark") for kind in ("overview", "name", "publication", "article")),
]


@pytest.mark.parametrize(("kind", "theme"), AXED)
def test_axe_finds_nothing_serious(explored: Explored, kind: str, theme: str) -> None:
    with watched(explored.browser, base_url=explored.url, color_scheme=theme) as seen:
        seen.page.goto(explored.path(kind))
        if kind == "article":
            seen.page.locator("#tags").check()
        assert serious(seen.page) == []


def test_a_hostile_article_is_text(explored: Explored, seen: Watched) -> None:
    page = seen.page
    for path in (
        "/",
        "/articles",
        "/articles/hostile",
        f"/publications/{quote('b-bold-b-co')}",
        "/search?q=document",
    ):
        page.goto(path)
        assert page.title() != "owned"
        assert page.locator("main script, main img").count() == 0
    page.goto("/articles/hostile")
    expect(page.locator(".text")).to_contain_text("<img src=x onerror")
    expect(page.locator(".record")).to_contain_text("javascript:document")
    assert page.locator("a[href^='javascript']").count() == 0


def test_a_lost_connection_is_told_and_forgotten(explored: Explored) -> None:
    with watched(explored.browser, base_url=explored.url) as seen:
        page = seen.page
        page.goto("/")
        page.context.set_offline(True)
        expect(page.locator("#lost")).to_be_visible(timeout=_PATIENCE_MS)
        page.context.set_offline(False)
        expect(page.locator("#lost")).to_be_hidden(timeout=_PATIENCE_MS)
