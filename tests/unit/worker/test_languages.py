"""Each article read by the pipeline of its language, declared or detected; the rest by a setting."""

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.article import Article, read_article
from contract.errors import InvalidMessage
from contract.messages import decode_entity_message
from tests.architecture.interpreter import ROOT
from tests.unit.contract.making import few
from tests.unit.engine.pipelines import SHAPES, random_pipeline
from tests.unit.worker.test_work import Desk, article
from worker.exits import CannotStart
from worker.languages import Detect, Languages, load_detector, load_languages
from worker.settings import Settings, read_settings

ENGLISH = "The ministers met in Berlin on Monday to talk about energy prices and the coming winter."
GERMAN = "Die Minister trafen sich am Montag in Berlin, um über Energiepreise und den Winter zu reden."
FRENCH = "Les ministres se sont réunis lundi à Berlin pour parler des prix de l'énergie et de l'hiver."


@pytest.fixture(scope="module")
def detect() -> Detect:
    return load_detector()


@pytest.fixture(scope="module")
def german(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A German pipeline with random weights, which the engine knows."""
    folder = tmp_path_factory.mktemp("pipelines") / "de"
    nlp = random_pipeline(SHAPES["German"], seed=5, out=1.0, last=1.0)
    nlp.meta["name"] = "test"
    nlp.to_disk(folder)
    return str(folder)


def settings(**environment: str) -> Settings:
    return read_settings({"GOOGLE_CLOUD_PROJECT": "p", **environment})


@pytest.fixture(scope="module")
def languages(german: str, detect: Detect) -> Languages:
    return load_languages(settings(NAMEWIRE_MODELS=f"en=,de={german}"), detect=detect)


@pytest.fixture(scope="module")
def strict(german: str, detect: Detect) -> Languages:
    wanted = settings(NAMEWIRE_MODELS=f"en=,de={german}", NAMEWIRE_OTHER_LANGUAGES="dead")
    return load_languages(wanted, detect=detect)


def made(content: str, language: str | None = None) -> Article:
    return read_article({"content": content, "publication": "P", "language": language})


def chosen(languages: Languages, content: str, language: str | None = None) -> str:
    return languages.choose(made(content, language)).model.name


@pytest.mark.parametrize(
    ("content", "declared", "model"),
    [
        (ENGLISH, None, "en_namewire_news"),
        (GERMAN, None, "de_test"),
        (ENGLISH, "de", "de_test"),
        (ENGLISH, "de-AT", "de_test"),
        (ENGLISH, "DE-Latn-AT", "de_test"),
        (GERMAN, "en-GB", "en_namewire_news"),
        (GERMAN, "und", "de_test"),
        (FRENCH, None, "en_namewire_news"),
        (GERMAN, "fr", "en_namewire_news"),
        ("Angela Merkel", None, "en_namewire_news"),
        ("1 2 3", None, "en_namewire_news"),
    ],
)
def test_the_declared_language_counts_then_the_detected_one_then_the_default(
    languages: Languages, content: str, declared: str | None, model: str
) -> None:
    assert chosen(languages, content, declared) == model


def test_the_more_exact_tag_wins() -> None:
    readers: Any = {"pt": "any", "pt-br": "Brazilian"}
    languages = Languages(readers, None, lambda _: "und")
    chosen = [str(languages.choose(made("x", tag))) for tag in ("pt-PT", "pt-BR", "pt-BR-x-a")]
    assert chosen == ["any", "Brazilian", "Brazilian"]


@pytest.mark.parametrize(
    ("content", "declared", "words"),
    [
        (FRENCH, None, "is not declared, and the text looks like fr; there are pipelines for de, en"),
        (ENGLISH, "sw", "is sw; there are pipelines for de, en"),
        ("1 2 3", None, "is not declared, and the text does not show which it is"),
    ],
)
def test_other_languages_can_be_refused(
    strict: Languages, content: str, declared: str | None, words: str
) -> None:
    with pytest.raises(InvalidMessage) as refusal:
        strict.choose(made(content, declared))
    assert refusal.value.errors[0].field == "language"
    assert words in str(refusal.value)


def test_the_worker_names_the_model_that_read_each_article_and_buries_what_none_reads(
    strict: Languages,
) -> None:
    desk = Desk()
    desk.work.choose = strict.choose
    messages = [
        article(1, GERMAN),
        article(2, ENGLISH),
        article(3, FRENCH),
        article(4, ENGLISH, language="de"),
        article(5, ENGLISH),
    ]
    assert sorted(desk.handle(*messages)) == ["m1", "m2", "m3", "m4", "m5"]
    found = {sent.attributes["article_id"]: decode_entity_message(sent.data) for sent in desk.entities.sent}
    models = {name: message.model.name for name, message in found.items()}
    english = "en_namewire_news"
    assert models == {"a1": "de_test", "a2": english, "a4": "de_test", "a5": english}
    assert found["a1"].language is None
    for message in found.values():
        for entity in message.entities:
            assert (message.content or "")[entity.start : entity.end] == entity.text
    (letter,) = desk.letters.sent
    assert (letter.attributes["stage"], letter.attributes["field"]) == ("language", "language")
    assert json.loads(letter.data)["id"] == "a3"


def test_a_pipeline_that_serves_two_languages_is_loaded_once(german: str, detect: Detect) -> None:
    wanted = settings(NAMEWIRE_MODELS=f"de={german},nl={german}", NAMEWIRE_OTHER_LANGUAGES="dead")
    languages = load_languages(wanted, detect=detect)
    assert languages.pipelines["de"] is languages.pipelines["nl"]


def test_what_further_pipelines_take_is_added_to_what_a_process_may_have(languages: Languages) -> None:
    assert 0 <= languages.megabytes < 200


def test_a_pipeline_that_is_missing_names_its_setting(detect: Detect) -> None:
    with pytest.raises(CannotStart, match="NAMEWIRE_MODELS names 'de_none_such', which is neither"):
        load_languages(settings(NAMEWIRE_MODELS="de=de_none_such"), detect=detect)


@few
@given(st.text(max_size=60))
def test_any_text_has_some_language(detect: Detect, text: str) -> None:
    assert detect(text)


@pytest.mark.parametrize("text", ["de", "=x", "de=a,DE=b", "en,de=x", "deutsch!=x", "d=x"])
def test_nonsense_in_the_setting_is_named(text: str) -> None:
    with pytest.raises(CannotStart, match="NAMEWIRE_MODELS holds"):
        settings(NAMEWIRE_MODELS=text)


@pytest.mark.parametrize(
    ("text", "models"),
    [
        ("", {}),
        (" , ", {}),
        ("en=, de-AT = /m/de ,", {"en": "", "de-at": "/m/de"}),
        ("fr=a=b", {"fr": "a=b"}),
    ],
)
def test_pipelines_are_listed_by_language(text: str, models: dict[str, str]) -> None:
    assert settings(NAMEWIRE_MODELS=text).models == models


def test_one_pipeline_for_all_detects_nothing() -> None:
    """Neither the library nor this room's module for it is so much as imported."""
    script = (
        "import sys\n"
        "from worker.__main__ import _load\n"
        "from worker.settings import read_settings\n"
        "_load('work', read_settings({'GOOGLE_CLOUD_PROJECT': 'test'}), count=1)\n"
        "print([name for name in sys.modules if 'langid' in name or name == 'worker.languages'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout == "[]\n"
