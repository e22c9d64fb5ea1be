"""spaCy: the only module of the worker that imports it. Texts in, plain entities out."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import spacy
from spacy.language import Language
from spacy.util import get_package_path, is_package, load_config
from thinc.api import NumpyOps, set_current_ops

from contract.entities import Entity
from contract.messages import Model
from model import EMBEDDED
from telemetry.events import event
from worker.engine import Extractor, Unsupported, prepare
from worker.exits import CannotStart

log = logging.getLogger(__name__)

# What finds entities, and what that may listen to. Everything else of a pipeline is not even loaded.
_FINDS: Final = frozenset({"ner", "beam_ner", "entity_ruler"})
_SHARED: Final = frozenset({"tok2vec", "transformer", "curated_transformer"})
_BATCH_DOCS: Final = 64


@dataclass(frozen=True, slots=True)
class Recognizer:
    """Finds named entities with the entity recognizer of a spaCy pipeline, or with what stands in for it."""

    nlp: Language
    model: Model
    engine: Extractor | None = None

    def find(self, texts: Sequence[str]) -> list[list[Entity]]:
        """The entities of each text, in order of position; `text[start:end]` is the entity's text.

        Raises whatever the pipeline raises for the first text that it cannot take.
        """
        if self.engine is not None:
            try:
                return self.engine.find(texts)
            except Exception:
                # Either spaCy cannot take one of them, and says so again, or the engine has a mistake.
                log.exception(
                    "the engine failed on %s texts; spaCy reads them",
                    len(texts),
                    extra=event("engine.failed", articles=len(texts)),
                )
        # The zone frees the strings that these texts added to the vocabulary, which otherwise grows
        # for ever. No Doc may outlive it, so plain copies leave.
        with self.nlp.memory_zone():
            return [_entities(doc) for doc in self.nlp.pipe(texts, batch_size=_BATCH_DOCS)]


def load_recognizer(
    name: str, *, longest: int, engine: str = "auto", setting: str = "NAMEWIRE_MODEL"
) -> Recognizer:
    """The recognizer of an installed package or a folder; the embedded one when the name is empty.

    `engine` is what NAMEWIRE_ENGINE says, `setting` where the name comes from. Raises CannotStart, saying
    what to install or change.
    """
    path = _find(name, setting)
    try:
        recognizer = _load(path, longest=longest, engine=engine)
    except CannotStart:
        raise
    except Exception as error:  # a foreign model can fail to load in any way
        raise CannotStart(
            f"The spaCy pipeline {path} cannot be used ({type(error).__name__}: {error}). "
            f"Install one made for this spaCy version, or unset {setting} for the embedded one."
        ) from error
    model = recognizer.model
    names = ", ".join(recognizer.nlp.pipe_names)
    engine_name = "spacy" if recognizer.engine is None else "fast"
    log.info(
        "loaded %s %s (%s)",
        *(model.name, model.version, names),
        extra=event("model.loaded", model=model.name, version=model.version, engine=engine_name),
    )
    return recognizer


def load_pipeline(name: str, *, use_blis: bool = False) -> Language:
    """What finds entities in a pipeline, and nothing else of it. Raises CannotStart, or what spaCy raises.

    spaCy's default kernels, BLIS, leave two thirds of a core idle; without them numpy's own are used.
    """
    return _load_pipeline(_find(name), use_blis=use_blis)


def _load_pipeline(path: Path, *, use_blis: bool) -> Language:
    set_current_ops(NumpyOps(use_blis=use_blis))
    return spacy.load(path, exclude=_needless(path))


def _load(path: Path, *, longest: int, engine: str) -> Recognizer:
    nlp = _load_pipeline(path, use_blis=False)
    nlp.max_length = max(nlp.max_length, longest + 1)
    recognizer = Recognizer(nlp, model_of(nlp), _engine(nlp, engine))
    # The first call is slow; nobody should wait for it. It also shows that the pipeline works at all.
    recognizer.find(["Reuters reports from Paris."])
    return recognizer


def model_of(nlp: Language) -> Model:
    """Name and version of a pipeline, as messages and documents give them."""
    return Model(
        name=f"{nlp.meta['lang']}_{nlp.meta['name']}", version=str(nlp.meta.get("version", "unknown"))
    )


def _engine(nlp: Language, wish: str) -> Extractor | None:
    """The engine for this pipeline, if it is wished for and there is one."""
    if wish == "spacy":
        return None
    try:
        return prepare(nlp)
    except Unsupported as reason:
        if wish == "fast":
            raise CannotStart(
                f"NAMEWIRE_ENGINE is 'fast', but the engine cannot stand in for this pipeline: {reason}. "
                "Set it to auto, and spaCy's own loop is used."
            ) from reason
        log.warning(
            "spaCy's own loop is used, several times slower than the engine: %s",
            reason,
            extra=event("engine.unsupported", reason=str(reason)),
        )
        return None


def _find(name: str, setting: str = "NAMEWIRE_MODEL") -> Path:
    if not name:
        return EMBEDDED
    if is_package(name):
        folder = Path(get_package_path(name))
        # A packaged pipeline keeps its data in a folder named with its version.
        inside = sorted(folder.glob("*/config.cfg"))
        return inside[0].parent if inside else folder
    if (Path(name) / "config.cfg").is_file():
        return Path(name)
    raise CannotStart(
        f"{setting} {'is' if setting == 'NAMEWIRE_MODEL' else 'names'} {name!r}, which is neither an "
        "installed spaCy package nor a folder with a config.cfg. Install the package (pip install from the "
        f"wheel of its release), give the path of a pipeline, or unset {setting} for the embedded one."
    )


def _needless(path: Path) -> list[str]:
    """The components that finding entities does not need."""
    config = load_config(path / "config.cfg")
    components: dict[str, Any] = config.get("components", {})
    finds = [name for name, part in components.items() if part.get("factory") in _FINDS]
    if not finds:
        raise CannotStart(
            f"The spaCy pipeline {path} has no entity recognizer (components: "
            f"{', '.join(components) or 'none'}). Choose one with a component `ner`."
        )
    listens = any("Listener" in str(components[name].get("model", "")) for name in finds)
    keep = {
        *finds,
        *(name for name, part in components.items() if listens and part.get("factory") in _SHARED),
    }
    return [name for name in components if name not in keep]


def _entities(doc: Any) -> list[Entity]:
    return [Entity(entity.text, entity.label_, entity.start_char, entity.end_char) for entity in doc.ents]
