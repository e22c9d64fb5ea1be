"""The document describes what the function does."""

import json
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import validate

from contract import limits
from contract.article import ALIASES, FIELDS
from publishing.body import _NDJSON_NAMES
from publishing.submission import MOST_ARTICLES, MOST_VERSIONS
from tests.unit.publish.house import FakeTopic, article, client


@pytest.fixture
def document() -> dict[str, Any]:
    response = client(FakeTopic(), keys=["needs none"]).get("/openapi.json")
    assert response.status_code == 200
    loaded: dict[str, Any] = json.loads(response.data)
    return loaded


def schema(document: dict[str, Any], name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}", "components": document["components"]}


def test_it_is_a_valid_openapi_document(document: dict[str, Any]) -> None:
    validate(document)
    assert document["openapi"].startswith("3.1")


def test_it_knows_every_field_and_alias(document: dict[str, Any]) -> None:
    names = {*FIELDS, *(alias for aliases in ALIASES.values() for alias in aliases)}
    assert set(document["components"]["schemas"]["Article"]["properties"]) == names


def test_it_knows_the_limits(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    numbers = (
        limits.CONTENT_CHARS,
        limits.TITLE_CHARS,
        limits.URL_CHARS,
        limits.BODY_BYTES,
        MOST_ARTICLES,
    )
    assert all(f"{number:,}" in text for number in numbers)
    assert f"at most {limits.PUBLICATION_CHARS} characters" in text
    assert f"up to {MOST_VERSIONS} times" in text
    properties = document["components"]["schemas"]["Article"]["properties"]
    assert properties["authors"]["maxItems"] == limits.AUTHORS
    assert properties["authors"]["items"]["maxLength"] == limits.AUTHOR_CHARS


def test_it_knows_the_content_types(document: dict[str, Any]) -> None:
    content = document["paths"]["/"]["post"]["requestBody"]["content"]
    assert set(content) == {"application/json", *_NDJSON_NAMES}
    assert document["paths"]["/articles"]["post"]["responses"] == document["paths"]["/"]["post"]["responses"]


@pytest.mark.parametrize("body", [article(), article(author="A. Writer", date="2026-11-24", id="x")])
def test_articles_that_are_accepted_fit_the_schema(document: dict[str, Any], body: dict[str, Any]) -> None:
    jsonschema.validate(body, schema(document, "Article"))
    assert client(FakeTopic()).post("/", json=body).status_code == 202


@pytest.mark.parametrize("body", [{}, {"content": "x"}, {"publication": "x"}])
def test_articles_that_are_not_do_not(document: dict[str, Any], body: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(body, schema(document, "Article"))


def test_answers_fit_their_schemas(document: dict[str, Any]) -> None:
    function = client(FakeTopic())
    broken = FakeTopic()
    broken.open_for = 1
    two = [article(id="same"), 1, article(id="same")]
    answers = {
        "Published": function.post("/", json=article()),
        "Batch": function.post("/", json=[article(), 5]),
        "Unprocessable": function.post("/", json=[5]),
        "TooLarge": function.post("/", json=[0] * (MOST_ARTICLES + 1)),
        "Problem": function.post("/", data=b"{"),
        "Health": function.get("/healthz"),
        "Unconfirmed": client(broken).post("/", json=two),
    }
    for name, response in answers.items():
        jsonschema.validate(response.json, schema(document, name))
