"""An inference engine that gives exactly the entities of spaCy's entity recognizer, many times faster."""

from worker.engine.extract import Extractor
from worker.engine.prepare import prepare
from worker.engine.reading import Unsupported

__all__ = ["Extractor", "Unsupported", "prepare"]
