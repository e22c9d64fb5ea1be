"""The embedded pipeline and its engine, made once."""

import pytest
from spacy.language import Language

from tests.unit.engine.pipelines import trained
from worker.engine import Extractor, prepare


@pytest.fixture(scope="session")
def nlp() -> Language:
    return trained()


@pytest.fixture(scope="session")
def engine(nlp: Language) -> Extractor:
    return prepare(nlp)
