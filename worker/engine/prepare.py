"""Makes the engine of a loaded pipeline, and believes it once it has given the pipeline's own answers."""

from typing import Any

from worker.engine.extract import Extractor
from worker.engine.network import Unsupported, read_network


def prepare(nlp: Any) -> Extractor:
    """The engine that stands in for the pipeline. Raises Unsupported, saying why there is none."""
    kind = f"{type(nlp.tokenizer).__module__}.{type(nlp.tokenizer).__qualname__}"
    if kind != "spacy.tokenizer.Tokenizer":
        raise Unsupported(f"its tokenizer is {kind}")
    return Extractor(nlp, read_network(nlp))
