"""Makes the engine of a loaded pipeline, and believes it once it has given the pipeline's own answers."""

from typing import Any, Final

import numpy as np

from worker.engine.extract import Extractor
from worker.engine.network import Network
from worker.engine.probes import PROBES
from worker.engine.reading import Unsupported, read_network
from worker.engine.specials import Specials

# The engine adds the same numbers in another order.
_CLOSE: Final = 1e-3


def prepare(nlp: Any) -> Extractor:
    """The engine that stands in for the pipeline. Raises Unsupported, saying why there is none."""
    try:
        return _prepare(nlp)
    except Unsupported:
        raise
    except Exception as error:  # of a foreign pipeline anything may be missing
        raise Unsupported(f"it is of no known shape ({type(error).__name__}: {error})") from error


def _prepare(nlp: Any) -> Extractor:
    kind = f"{type(nlp.tokenizer).__module__}.{type(nlp.tokenizer).__qualname__}"
    if kind != "spacy.tokenizer.Tokenizer":
        raise Unsupported(f"its tokenizer is {kind}")
    network = read_network(nlp)
    with nlp.memory_zone():
        specials = Specials(nlp.tokenizer)
    engine = Extractor(nlp, network, specials)
    _compare(nlp, network, engine)
    return engine


def _compare(nlp: Any, network: Network, engine: Extractor) -> None:
    """Tokens, vectors and entities of the probes, the pipeline's and the engine's. Raises Unsupported."""
    with nlp.memory_zone():
        docs = list(nlp.pipe(PROBES))
        tokens = [[(token.idx, token.idx + len(token)) for token in doc] for doc in docs]
        vectors = network.tok2vec.predict(docs)
        entities = [[(e.start_char, e.end_char, e.label_) for e in doc.ents] for doc in docs]
    for text, its_tokens, its_vectors, its_entities in zip(PROBES, tokens, vectors, entities, strict=True):
        if engine.tokens(text) != its_tokens:
            raise Unsupported("its tokenizer does not cut at white space first")
        if not np.allclose(engine.vectors(text), its_vectors, rtol=_CLOSE, atol=_CLOSE):
            raise Unsupported("its token vectors are computed in another way")
        if [(e.start, e.end, e.label) for e in engine.find([text])[0]] != its_entities:
            raise Unsupported("it decides about entities in another way")
