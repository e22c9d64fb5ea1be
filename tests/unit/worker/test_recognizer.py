"""Loading only what entities need, and offsets that fit whatever the text holds."""

import itertools
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.messages import decode_entity_message
from model import EMBEDDED
from tests.fakes.pubsub import FakeTopic
from tests.unit.worker.lifelines import TimedLifeline
from tests.unit.worker.making import EPOCH
from worker.dead import DeadLetters
from worker.exits import CannotStart
from worker.outbox import Outbox
from worker.pubsub import Received
from worker.recognizer import Recognizer, load_recognizer
from worker.status import Counts
from worker.work import Work

LONGEST = 100_000
NEWS = "Angela Merkel met Emmanuel Macron in Paris. Reuters reported it on Tuesday."
NAMES = (
    "李小龍 and Zoë O’Neill of Peugeot–Citroën visited القاهرة and 東京 with 👩‍🚀 Samantha Cristoforetti 🇮🇹."
)
TRICKY = {
    "white space runs": "Angela \t\t Merkel\n\n\n   met \u00a0\u2003Emmanuel\u2028Macron   in\v Paris \n",
    "white space around": "\n\n  " + NEWS + "  \n\n",
    "windows line ends": "Angela Merkel\r\nmet Emmanuel\r\nMacron.\r\n\r\nParis\r\nReuters",
    "one long word": "x" * 100_000,
    "one long word with a capital": "Macron" + "o" * 99_994,
    "right to left": "وقالت أنغيلا ميركل في القاهرة إن \u202bEmmanuel Macron\u202c وصل. אנגלה מרקל בירושלים.",
    "emoji and joiners": "👩‍🚀👨‍👩‍👧‍👦 Angela 🇩🇪 Merkel 🇫🇷 met 👍🏽 Emmanuel Macron 🎉 in Paris.",
    "combining marks": "Zoe\u0308 Sal\u0301dana met Angela\u0300\u0301\u0302 in Pari\u0300s..",
    "names of many scripts": NAMES,
    "zero width characters": "Ange\u200bla Merkel\u200d met \ufeffEmmanuel\u00ad Macron in \u2060Paris.",
    "only punctuation": "?!—…“”‘’'s's's's",
    "only digits": "1 2 3 1,000,000 $5bn 10% 3:45pm",
    "astral planes": "𝐀𝐧𝐠𝐞𝐥𝐚 𝐌𝐞𝐫𝐤𝐞𝐥 and 𠮷野家 in 𝒫aris.",
    "control characters": "Angela\x01\x02 Merkel\x7f met\x1b[31m Macron.",
    "many names": " ".join(f"Anna Nummer{n} met Otto Beispiel{n} in Berlin." for n in range(200)),
}


@pytest.fixture(scope="module")
def embedded() -> Recognizer:
    return load_recognizer("", longest=LONGEST)


def assert_offsets_fit(recognizer: Recognizer, text: str) -> None:
    (entities,) = recognizer.find([text])
    for entity in entities:
        assert text[entity.start : entity.end] == entity.text
        assert entity.label
    assert all(one.end <= two.start for one, two in itertools.pairwise(entities))


def test_the_embedded_pipeline_finds_names_and_has_nothing_but_the_recognizer(embedded: Recognizer) -> None:
    assert embedded.nlp.pipe_names == ["ner"]
    (entities,) = embedded.find([NEWS])
    found = {entity.text: entity.label for entity in entities}
    assert found["Angela Merkel"] == found["Emmanuel Macron"] == "PERSON"
    assert found["Paris"] == "GPE"


def test_the_model_is_named_as_its_card_names_it(embedded: Recognizer) -> None:
    meta = json.loads((EMBEDDED / "meta.json").read_text())
    assert embedded.model.name == f"{meta['lang']}_{meta['name']}"
    assert embedded.model.version == meta["version"]


def test_each_text_gets_its_own_entities_in_order(embedded: Recognizer) -> None:
    texts = [NEWS, "nothing here", NAMES, "  ", NEWS]
    together = embedded.find(texts)
    assert together == [embedded.find([text])[0] for text in texts]
    assert together[0] == together[4] != []
    assert together[3] == []


def test_no_texts_no_entities(embedded: Recognizer) -> None:
    assert embedded.find([]) == []


@pytest.mark.parametrize("text", TRICKY.values(), ids=TRICKY)
def test_offsets_slice_the_text_to_the_entity(embedded: Recognizer, text: str) -> None:
    assert_offsets_fit(embedded, text)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                ["Angela Merkel", "Paris", "Reuters", " ", "\r\n", "\n\n", "’s", "\u0301", "👩‍🚀"]
            ),
            st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
        ),
        max_size=40,
    ).map("".join)
)
def test_offsets_fit_in_any_text(embedded: Recognizer, text: str) -> None:
    assert_offsets_fit(embedded, text)


def test_the_writer_accepts_what_the_worker_makes_of_tricky_texts(embedded: Recognizer) -> None:
    entities, letters, lifeline, counts = FakeTopic(), FakeTopic(), TimedLifeline(), Counts()
    work = Work(
        recognizer=embedded,
        outbox=Outbox(entities, lifeline, "entities"),
        dead=DeadLetters(Outbox(letters, lifeline, "articles-dead"), counts),
        counts=counts,
        batch_words=4_000,
        content_chars=LONGEST,
        message_content=True,
        survived=lambda messages: None,
    )
    batch = [
        Received(f"ack-{n}", str(n), json.dumps({"content": text, "source": "R"}).encode(), {}, EPOCH, 1)
        for n, text in enumerate(TRICKY.values())
    ]
    assert sum(len(done) for done in work.handle(batch)) == len(TRICKY)
    assert letters.sent == []
    # Decoding checks every offset against the content.
    assert [decode_entity_message(message.data).content for message in entities.sent] == list(TRICKY.values())


def test_the_longest_content_that_the_setting_allows_is_taken() -> None:
    recognizer = load_recognizer("", longest=1_100_000)
    assert recognizer.nlp.max_length > 1_100_000


def test_strings_of_past_batches_are_forgotten(embedded: Recognizer) -> None:
    """News never stops bringing new words; keeping them all would fill the memory."""
    embedded.find([NEWS])
    before = len(embedded.nlp.vocab.strings)
    for turn in range(3):
        embedded.find([f"Unheardof{turn}x{n} spoke." for n in range(20)])
    assert len(embedded.nlp.vocab.strings) == before


def test_the_engine_is_used_unless_it_is_switched_off(embedded: Recognizer) -> None:
    plain = load_recognizer("", longest=LONGEST, engine="spacy")
    assert embedded.engine is not None
    assert plain.engine is None
    assert plain.find(list(TRICKY.values())) == embedded.find(list(TRICKY.values()))


def test_a_pipeline_that_the_engine_does_not_know_is_left_to_spacy_and_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = _save(tmp_path, _add_rules)
    recognizer = load_recognizer(path, longest=LONGEST, engine="auto")
    recognizer.find([NEWS])
    assert recognizer.engine is None
    said = [
        record.getMessage() for record in caplog.records if "slower than the engine" in record.getMessage()
    ]
    assert len(said) == 1
    assert said[0].endswith(": its components are spacy.pipeline.entityruler.EntityRuler")


def test_an_engine_that_is_insisted_on_says_why_there_is_none(tmp_path: Path) -> None:
    path = _save(tmp_path, _add_rules)
    with pytest.raises(CannotStart, match="cannot stand in for this pipeline: its components are"):
        load_recognizer(path, longest=LONGEST, engine="fast")


def test_texts_on_which_the_engine_fails_are_left_to_spacy(
    embedded: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = embedded.find([NEWS])

    def fail(_engine: Any, _texts: Any) -> Any:
        raise IndexError("a mistake")

    monkeypatch.setattr("worker.engine.extract.Extractor.find", fail)
    assert embedded.find([NEWS]) == expected


def test_a_model_that_is_not_there_says_what_to_do() -> None:
    with pytest.raises(CannotStart) as caught:
        load_recognizer("en_core_web_huge", longest=LONGEST)
    text = str(caught.value)
    assert "NAMEWIRE_MODEL is 'en_core_web_huge', which is neither an installed spaCy package" in text
    assert "unset NAMEWIRE_MODEL for the embedded one" in text


@pytest.mark.parametrize("name", ["../nowhere", "./", "a b\tc", "spacy", "/dev/null"])
def test_odd_names_of_models_say_what_to_do(name: str) -> None:
    with pytest.raises(CannotStart, match="unset NAMEWIRE_MODEL"):
        load_recognizer(name, longest=LONGEST)


def test_a_damaged_pipeline_says_what_to_do(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(EMBEDDED, broken)
    (broken / "ner" / "model").write_bytes(b"not a model")
    with pytest.raises(CannotStart, match=r"The spaCy pipeline .*broken cannot be used \("):
        load_recognizer(str(broken), longest=LONGEST)


def test_a_pipeline_that_was_never_trained_says_what_to_do(tmp_path: Path) -> None:
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("ner")
    nlp.to_disk(tmp_path / "raw")
    with pytest.raises(CannotStart, match=r"The spaCy pipeline .*raw cannot be used \("):
        load_recognizer(str(tmp_path / "raw"), longest=LONGEST)


def test_a_pipeline_without_a_recognizer_is_refused(tmp_path: Path) -> None:
    path = _save(tmp_path, lambda nlp: nlp.add_pipe("sentencizer"))
    with pytest.raises(CannotStart, match=r"has no entity recognizer \(components: sentencizer\)"):
        load_recognizer(path, longest=LONGEST)


def test_an_empty_pipeline_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match=r"has no entity recognizer \(components: none\)"):
        load_recognizer(_save(tmp_path, lambda nlp: None), longest=LONGEST)


def test_of_a_larger_pipeline_only_the_recognizer_is_loaded(tmp_path: Path) -> None:
    def fill(nlp: Any) -> None:
        nlp.add_pipe("tok2vec")
        nlp.add_pipe("tagger", config={"model": _listener("spacy.Tagger.v2")}).add_label("NN")
        nlp.add_pipe("sentencizer")
        nlp.add_pipe("ner").add_label("ORG")

    recognizer = load_recognizer(_save(tmp_path, fill), longest=LONGEST)
    assert recognizer.nlp.component_names == ["ner"]
    assert_offsets_fit(recognizer, NEWS)


def test_what_the_recognizer_listens_to_is_loaded_too(tmp_path: Path) -> None:
    def fill(nlp: Any) -> None:
        nlp.add_pipe("tok2vec")
        nlp.add_pipe("tagger", config={"model": _listener("spacy.Tagger.v2")}).add_label("NN")
        model: dict[str, Any] = {"@architectures": "spacy.TransitionBasedParser.v2", "state_type": "ner"}
        model |= {"extra_state_tokens": False, "hidden_width": 64, "maxout_pieces": 2, "use_upper": True}
        nlp.add_pipe("ner", config={"model": {**model, **_listener(None)}}).add_label("ORG")

    recognizer = load_recognizer(_save(tmp_path, fill), longest=LONGEST)
    assert recognizer.nlp.component_names == ["tok2vec", "ner"]
    assert_offsets_fit(recognizer, NEWS)


def test_rules_find_entities_too(tmp_path: Path) -> None:
    recognizer = load_recognizer(_save(tmp_path, _add_rules), longest=LONGEST)
    assert recognizer.nlp.component_names == ["entity_ruler"]
    (entities,) = recognizer.find([NEWS])
    assert [(entity.text, entity.label) for entity in entities] == [("Reuters", "ORG")]


def _add_rules(nlp: Any) -> None:
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("entity_ruler", config={"phrase_matcher_attr": "LOWER"})
    patterns = [{"label": "ORG", "pattern": "Reuters"}]
    nlp.config["initialize"]["components"] = {"entity_ruler": {"patterns": patterns}}


def _listener(architecture: str | None) -> dict[str, Any]:
    tok2vec = {"@architectures": "spacy.Tok2VecListener.v1", "width": 96, "upstream": "*"}
    return {"tok2vec": tok2vec, **({"@architectures": architecture} if architecture else {})}


def _save(folder: Path, fill: Callable[[Any], object]) -> str:
    """The path of an untrained pipeline."""
    import spacy

    nlp = spacy.blank("en")
    fill(nlp)
    nlp.initialize()
    path = folder / "pipeline"
    nlp.to_disk(path)
    return str(path)
