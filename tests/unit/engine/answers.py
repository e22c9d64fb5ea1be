"""The pipeline's answers and the engine's, in the same form."""

from collections.abc import Sequence

from spacy.language import Language

from contract.entities import Entity
from worker.engine import Extractor


def stock(nlp: Language, texts: Sequence[str], *, batch_size: int = 64) -> list[list[Entity]]:
    """What `nlp.pipe` finds."""
    with nlp.memory_zone():
        return [
            [Entity(entity.text, entity.label_, entity.start_char, entity.end_char) for entity in doc.ents]
            for doc in nlp.pipe(texts, batch_size=batch_size)
        ]


def stock_tokens(nlp: Language, text: str) -> list[tuple[int, int]]:
    with nlp.memory_zone():
        return [(token.idx, token.idx + len(token)) for token in nlp.make_doc(text)]


def differing(nlp: Language, engine: Extractor, texts: Sequence[str]) -> list[str]:
    """The texts on which the two do not agree."""
    pairs = zip(texts, stock(nlp, texts), engine.find(texts), strict=True)
    return [text for text, theirs, ours in pairs if theirs != ours]
