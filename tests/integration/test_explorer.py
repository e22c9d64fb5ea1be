"""The explorer on the emulator: right numbers, bounded reads, whole lists, nothing that breaks it."""

import json
import random
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

import jsonschema
import pytest
from google.cloud import firestore
from openapi_spec_validator import validate

from contract.documents import counted_name
from contract.entities import name_of
from exploring import leaders as rankings
from exploring.openapi import DOCUMENT
from namewire.database import Database
from namewire.leaders import leaders
from tests.integration.explorers import NOW, Asked, explorer_of
from tests.integration.test_verify import contents, write
from tests.unit.worker.making import make_message

# What docs/explorer.md promises for a page that nobody has asked for yet, however much there is.
MOST_READS: Final = {
    "/": 200,
    "/?period=today": 200,
    "/?period=7d&label=PERSON": 580,
    "/?period=30d": 580,
    "/entities": 51,
    "/entities/{name}": 133,
    "/entities/{name}/articles": 22,
    "/publications": 51,
    "/publications/{key}": 212,
    "/publications/{key}/articles": 52,
    "/articles": 51,
    "/articles/{article}": 1,
    "/search?q=co": 280,
    "/suggestions?q=co": 300,
}
NAME: Final = name_of("Common", "PERSON").id
KEY: Final = "source-1"


@pytest.fixture(scope="module")
def project(firestore_emulator: str) -> str:
    """150 articles of four publications in 60 days, with more than 400 names."""
    assert firestore_emulator
    made = random.Random(6)
    words = [f"Name{number}" for number in range(400)]
    messages = []
    for number in range(150):
        chosen = made.sample(words, 10)
        messages.append(
            make_message(
                f"Common met {' and '.join(chosen)}. Common left.",
                article_id=f"a{number:03}",
                publication=f"Source {number % 4}",
                sent=number * 12,
                published_at=f"2026-{9 + number % 60 // 30:02}-{number % 30 + 1:02}",
                label="PERSON" if number % 3 else "ORG",
                title=f"Coming news {number}",
            )
        )
    name = f"test-{uuid.uuid4().hex[:12]}"
    write(name, *messages)
    return name


@pytest.fixture
def asked(project: str) -> Asked:
    return explorer_of(project)


@pytest.fixture
def client(project: str) -> Iterator[firestore.Client]:
    client = firestore.Client(project=project)
    yield client
    client.close()


def filled(path: str) -> str:
    return path.format(name=NAME, key=KEY, article="a000")


@pytest.mark.parametrize("path", MOST_READS)
def test_a_page_reads_a_bounded_number_of_documents(asked: Asked, path: str) -> None:
    assert 0 < asked.reads(filled(path)) <= MOST_READS[path]


def test_reads_are_counted_as_firestore_bills_them(asked: Asked) -> None:
    """The document, its publications, a hundred articles, ten of them whole, and twelve names."""
    assert asked.reads(f"/entities/{NAME}") == 1 + 4 + 100 + 10 + 12
    assert asked.reads(f"/publications/{KEY}") == 1 + 200 + 11
    assert asked.reads("/api/overview") == 1 + 1 + 30 + 4 + 11


def test_rankings_are_those_of_namewire_top(asked: Asked, client: firestore.Client) -> None:
    database = Database(client)
    for parameters, question in (
        ({}, {}),
        ({"label": "ORG"}, {"label": "ORG"}),
        ({"day": "2026-10-03"}, {"day": "2026-10-03"}),
        ({"publication": KEY}, {"publication_key": KEY}),
    ):
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        answer = asked.ask(f"/api/entities?limit=20&{query}")
        assert answer["entities"] == [each.as_json() for each in leaders(database, limit=20, **question)]
        assert answer["complete"]


def recounted(client: firestore.Client, days: set[str], label: str | None) -> Counter[str]:
    """By the articles themselves."""
    found = Counter[str]()
    for item in client.collection("articles").stream():
        article = item.to_dict() or {}
        for entity in article["entities"] if article["day"] in days else ():
            if label in (None, entity["label"]):
                found[counted_name(entity).id] += 1
    return found


@pytest.mark.slow
@pytest.mark.parametrize("period", ["today", "7d", "30d"])
@pytest.mark.parametrize("label", [None, "ORG"])
@pytest.mark.parametrize("reads", [None, 6])
def test_a_ranking_that_says_it_is_complete_is_right(
    asked: Asked,
    client: firestore.Client,
    monkeypatch: pytest.MonkeyPatch,
    period: str,
    label: str | None,
    reads: int | None,
) -> None:
    """Also where the lists are cut so short that the bounds have to tell."""
    if reads:
        monkeypatch.setattr(rankings, "_TOTAL_READS", reads)
        monkeypatch.setattr(rankings, "_DAY_READS", reads * 30)
    query = f"/api/entities?period={period}&limit=5" + (f"&label={label}" if label else "")
    answer = asked.ask(query)
    length = {"today": 1, "7d": 7, "30d": 30}[period]
    days = {f"2026-10-{number:02}" for number in range(33 - length, 32)} | {"2026-11-01"}
    days = set(sorted(days)[-length:])
    right = recounted(client, days, label)
    assert all(each["mentions"] == right[each["id"]] for each in answer["entities"])
    if answer["complete"]:
        numbers = sorted(right.values(), reverse=True)
        assert [each["mentions"] for each in answer["entities"]] == numbers[:5]
    else:
        assert reads


def walked(asked: Asked, path: str, what: str, limit: int) -> list[str]:
    """All pages of a list, one after the other."""
    found: list[str] = []
    cursor = ""
    while True:
        answer = asked.ask(f"{path}?limit={limit}{cursor}")
        found += [each.get("id") or each["key"] for each in answer[what]]
        if answer["next_cursor"] is None:
            return found
        cursor = f"&cursor={quote(answer['next_cursor'])}"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "what", "collection"),
    [
        ("/api/articles", "articles", "articles"),
        ("/api/entities", "entities", "entities"),
        ("/api/publications", "publications", "publications"),
        (f"/api/publications/{KEY}/articles", "articles", None),
        (f"/api/entities/{NAME}/articles", "articles", None),
    ],
)
def test_the_pages_of_a_list_have_everything_once(
    asked: Asked, client: firestore.Client, path: str, what: str, collection: str | None
) -> None:
    if collection:
        right = {item.id for item in client.collection(collection).select([]).stream()}
    else:
        articles = {item.id: (item.to_dict() or {}) for item in client.collection("articles").stream()}
        right = {
            name
            for name, article in articles.items()
            if article["publication_key"] == KEY or (NAME in article["entity_ids"] and NAME in path)
            if NAME not in path or NAME in article["entity_ids"]
        }
    found = walked(asked, path, what, 2 if collection == "publications" else 40)
    assert len(found) == len(set(found))
    assert set(found) == right


@pytest.mark.slow
def test_who_appears_with_a_name_is_counted_in_its_latest_articles(
    asked: Asked, client: firestore.Client
) -> None:
    answer = asked.ask(f"/api/entities/{NAME}/company")
    articles = [(item.to_dict() or {}) for item in client.collection("articles").stream()]
    latest = sorted(
        (each for each in articles if NAME in each["entity_ids"]),
        key=lambda each: (each["day"], each["received_at"]),
        reverse=True,
    )[:100]
    together = Counter(eid for each in latest for eid in each["entity_ids"] if eid != NAME)
    assert answer["looked_at"] == 100
    assert [each["articles"] for each in answer["companions"]] == sorted(together.values(), reverse=True)[:12]
    assert all(together[each["id"]] == each["articles"] for each in answer["companions"])


def test_an_article_shows_where_each_name_stands(asked: Asked) -> None:
    article = asked.ask("/api/articles/a001")
    assert all(
        article["content"][each["start"] : each["end"]] == each["text"] for each in article["entities"]
    )
    page = asked.page("/articles/a001")
    marked = [
        attrs for tag, attrs in page.elements if tag == "a" and "m" in (attrs.get("class") or "").split()
    ]
    assert [attrs["href"] for attrs in marked] == [
        f"/entities/{each['entity_id']}" for each in article["entities"]
    ]
    assert "en_test 1" in page.text


def test_a_linked_mention_leads_to_whom_it_counts_for(firestore_emulator: str) -> None:
    """Beside an article of before the linking, whose mentions count for themselves."""
    assert firestore_emulator
    project = f"test-{uuid.uuid4().hex[:12]}"
    names = {"Merkel": "Angela Merkel"}
    write(
        project,
        make_message("Merkel spoke.", article_id="new", linked=names, linking_version=1),
        make_message("Merkel spoke.", article_id="old"),
    )
    asked = explorer_of(project)
    full, bare = name_of("Angela Merkel", "PERSON").id, name_of("Merkel", "PERSON").id
    [mention] = asked.ask("/api/articles/new")["entities"]
    assert (mention["text"], mention["canonical"], mention["entity_id"]) == ("Merkel", "Angela Merkel", full)
    assert [each["entity_id"] for each in asked.ask("/api/articles/old")["entities"]] == [bare]
    elements = asked.page("/articles/new").elements
    [mark] = [attrs for _, attrs in elements if "m" in (attrs.get("class") or "").split()]
    assert (mark["href"], mark["title"]) == (f"/entities/{full}", "Angela Merkel")
    assert asked.ask(f"/api/entities/{full}")["text"] == "Angela Merkel"
    [line] = asked.ask(f"/api/entities/{full}/articles")["articles"]
    assert (line["id"], line["quote"]["mention"]) == ("new", "Merkel")
    assert full in [each["id"] for each in asked.ask("/api/search?q=angela")["entities"]]
    names = {"Mutti": "Angela Merkel"}
    write(project, make_message("Mutti left.", article_id="pet", linked=names, linking_version=1))
    [found] = explorer_of(project).ask("/api/search?q=mutti")["entities"]
    assert (found["id"], found["text"]) == (full, "Angela Merkel")


def test_a_quote_is_the_sentence_around_the_mention(asked: Asked) -> None:
    [line, *_] = asked.ask(f"/api/entities/{NAME}/articles")["articles"]
    assert (line["quote"]["before"], line["quote"]["mention"], line["mentions"]) == ("", "Common", 2)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed", "texts"),
    [
        ("name39", {"Name39", *(f"Name39{digit}" for digit in range(10))}),
        ("NAME399", {"Name399"}),
        ("co", {"Common"}),
        ("comm", {"Common"}),
        ("common nobody", set()),
        ("x", set()),
        ("", set()),
    ],
)
def test_names_are_found_by_the_beginning_of_a_word(asked: Asked, typed: str, texts: set[str]) -> None:
    answer = asked.ask(f"/api/search?q={typed}&limit=100")
    assert {each["text"] for each in answer["entities"]} <= texts
    assert bool(answer["entities"]) == bool(texts)
    at_hand = asked.page(f"/suggestions?q={typed}").text
    everything = asked.page(f"/suggestions?q={typed}&all=1").text
    assert all(each["text"] in at_hand + everything for each in answer["entities"][:8])


def test_articles_are_found_by_words_of_their_titles(asked: Asked) -> None:
    assert [each["id"] for each in asked.ask("/api/search?q=news%20149")["articles"]] == ["a149"]
    assert len(asked.ask("/api/search?q=comi&limit=10")["articles"]) == 10


@pytest.mark.slow
def test_the_minutes_have_what_came_in(asked: Asked) -> None:
    """The articles came 12 seconds apart, from 12:00 on."""
    minutes = asked.ask("/api/overview")["minutes"]
    assert [each["articles"] for each in minutes] == [5] * 29 + [0]
    assert minutes[-1]["minute"] == NOW.replace(second=0).isoformat().replace("+00:00", "Z")


@pytest.mark.slow
def test_the_document_describes_every_answer(asked: Asked) -> None:
    validate(DOCUMENT)
    for path, item in DOCUMENT["paths"].items():
        answer = asked.ask(path.replace("{id}", "a000" if "articles/{" in path else NAME).format(key=KEY))
        schema = item["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        jsonschema.validate(answer, {**schema, "components": DOCUMENT["components"]})
        if "/{" not in path:
            assert path in asked.page("/api").text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nothing", 404),
        ("/entities/zz", 404),
        (f"/entities/{'0' * 24}", 404),
        ("/articles/nobody", 404),
        ("/articles/..%2f..", 404),
        ("/publications/Nobody", 404),
        ("/publications/nobody", 404),
        ("/?period=9d", 400),
        ("/?label=%3Cscript%3E", 400),
        ("/articles?cursor=nonsense", 400),
        ("/articles/a000?part=0", 400),
        ("/entities?limit=x", 200),
    ],
)
def test_what_is_not_there_is_told(asked: Asked, path: str, status: int) -> None:
    answer = asked.get(path)
    assert answer.status_code == status
    assert answer.mimetype == "text/html"
    if status >= 400:
        program = asked.get(
            f"/api{path}" if path.startswith(("/ent", "/art", "/pub", "/no")) else "/api/entities" + path[1:]
        )
        assert program.status_code == (404 if "part" in path else status) or "part" in path
        if program.status_code >= 400:
            assert program.mimetype == "application/problem+json"
            assert json.loads(program.text)["status"] == program.status_code


@pytest.mark.slow
@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=%D9%A3",
        "day=today",
        "day=2026-13-01",
        "publication=A%20B",
        "day=2026-10-03&period=7d",
        "cursor=e30&period=7d",
        "label=" + "x" * 99,
    ],
)
def test_a_question_that_cannot_be_meant_names_the_field(asked: Asked, query: str) -> None:
    answer = asked.get(f"/api/entities?{query}")
    assert answer.status_code == 400
    assert json.loads(answer.text)["errors"][0]["message"]


@pytest.mark.slow
def test_nothing_is_written_whatever_is_asked(asked: Asked, client: firestore.Client) -> None:
    before = contents(client)
    for path in (
        *map(filled, MOST_READS),
        *(each.replace("{id}", NAME).format(key=KEY) for each in DOCUMENT["paths"]),
    ):
        asked.get(path)
        for method in ("post", "put", "patch", "delete"):
            answer = getattr(asked.app.test_client(), method)(path, data=b"x")
            assert answer.status_code == 405
            assert answer.headers["Allow"] == "GET, HEAD"
    assert contents(client) == before


@pytest.mark.slow
def test_pages_keep_to_themselves(asked: Asked) -> None:
    for path in map(filled, MOST_READS):
        answer = asked.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        for tag, attrs in asked.page(path).elements:
            for name in ("src", "href", "action", "hx-get", "srcset"):
                if attrs.get(name) and attrs.get("rel") != "noopener noreferrer nofollow external":
                    assert (attrs[name] or "").startswith(("/", "#")), (tag, attrs)


def test_assets_are_kept_for_ever_and_pages_asked_for_again(asked: Asked) -> None:
    page = asked.get("/articles")
    assert page.headers["Cache-Control"] == "private, no-cache"
    again = asked.get("/articles", **{"If-None-Match": page.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assets = [
        attrs.get("src") or attrs.get("href") or ""
        for tag, attrs in asked.page("/").elements
        if tag in ("script", "link")
    ]
    assert len(assets) == 5
    for path in assets:
        answer = asked.get(path)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
    assert asked.get("/assets/explorer.000000000000.css").status_code == 404


@pytest.mark.slow
def test_a_page_and_its_assets_are_light(asked: Asked) -> None:
    def weight(path: str) -> int:
        return len(asked.get(path, **{"Accept-Encoding": "gzip"}).data)

    for path in map(filled, MOST_READS):
        assets = {
            attrs.get("src") or attrs.get("href") or ""
            for tag, attrs in asked.page(path).elements
            if tag in ("script", "link")
        }
        assert weight(path) + sum(map(weight, assets)) < 150_000


def test_an_empty_house_says_how_to_send_an_article(firestore_emulator: str) -> None:
    empty = explorer_of(f"test-{uuid.uuid4().hex[:12]}")
    page = empty.page("/")
    assert "No articles yet" in page.text
    assert "curl http://127.0.0.1:9/" in page.text
    for path in ("/entities", "/publications", "/articles", "/search?q=ada"):
        empty.page(path)


def test_without_firestore_it_says_so_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:9")
    gone = explorer_of("test-gone")
    for path in ("/", f"/entities/{NAME}", "/api/overview"):
        answer = gone.get(path)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert "Firestore cannot be reached" in answer.text
        assert "127.0.0.1" not in answer.text
    assert gone.get("/healthz").status_code == 200


HOSTILE: Final[Mapping[str, Any]] = {
    "title": "<script>alert(1)</script><img src=x onerror=alert(2)>\"'>",
    "publication": '<b onmouseover=alert(3)>News</b> & "Co"',
    "url": "javascript:alert(4)",
    "author": "</bdi><script>alert(5)</script>",
    "section": "{{ 7 * 7 }} {% raw %}",
    "content": "</div><script>alert(6)</script> Ada & <i>Bo</i> met. "
    "Word" + "x" * 10_000 + " עברית مرحبا 👩‍🚀 &lt;Cy&gt;",
}


def test_a_hostile_article_is_shown_as_text(firestore_emulator: str) -> None:
    from contract.article import read_article
    from contract.entities import Entity
    from contract.messages import Model, entity_message

    project = f"test-{uuid.uuid4().hex[:12]}"
    article = read_article({"id": "evil", "published_at": "0001-01-01", **HOSTILE})
    content = article.content
    names = ["<script>alert(6)</script>", "Ada & <i>Bo</i>", "Word" + "x" * 10_000, "עברית", "👩‍🚀"]
    entities = [
        Entity(name, "PERSON", content.index(name), content.index(name) + len(name)) for name in names
    ]
    entities.append(Entity("Cy", "<LABEL>", content.index("Cy"), content.index("Cy") + 2))
    message = entity_message(
        article,
        entities,
        model=Model(name="<en>", version="1"),
        received_at=NOW,
        processed_at=NOW,
        source_message_id="1",
    )
    write(project, message)
    asked = explorer_of(project)
    [key] = [each["key"] for each in asked.ask("/api/publications")["publications"]]
    ids = [each["id"] for each in asked.ask("/api/entities")["entities"]]
    assert len(ids) == 6
    paths = [
        "/",
        "/articles",
        "/articles/evil",
        "/entities",
        f"/publications/{quote(key)}",
        "/search?q=script",
    ]
    paths += ["/suggestions?q=script", "/suggestions?q=script&all=1", "/search?q=%3Cscript%3Ealert(7)"]
    for path in [
        *paths,
        *(f"/entities/{name}" for name in ids),
        *(f"/entities/{name}/articles" for name in ids),
    ]:
        page = asked.page(path)
        assert [
            tag
            for tag, attrs in page.elements
            if tag == "script" and not (attrs.get("src") or "").startswith("/assets/")
        ] == []
        assert not {tag for tag, _ in page.elements} & {"img", "i", "b", "iframe", "object"}
        assert not [name for _, attrs in page.elements for name in attrs if name.startswith("on")]
        assert not [link for link in page.links() if not link.startswith(("/", "#"))]
    article_page = asked.page("/articles/evil")
    assert content in article_page.text
    assert "javascript:alert(4)" in article_page.text
    assert "{{ 7 * 7 }} {% raw %}" in article_page.text
    assert HOSTILE["title"] in article_page.text
