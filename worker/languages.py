"""Which pipeline reads an article: by the language that it declares, or that its text seems to be in."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from contract.article import Article
from contract.errors import InvalidMessage
from contract.messages import Model
from telemetry.events import event
from worker.exits import CannotStart
from worker.memory import resident_megabytes
from worker.recognizer import Recognizer, load_recognizer
from worker.settings import Settings

log = logging.getLogger(__name__)

Detect = Callable[[str], str]

# More characters take longer and tell no more.
_LOOKED_AT: Final = 1_000
# Of a guess with less behind it (a name or two, a list of numbers), nobody should believe the language.
_LEAST_CONFIDENCE: Final = 0.5
# Declared so by those who do not know it either.
_UNKNOWN: Final = frozenset({"und", "mul", "mis", "zxx"})


@dataclass(frozen=True, slots=True)
class Languages:
    """Pipelines by language tag in lower case; `default` reads the rest, or nobody does."""

    pipelines: Mapping[str, Recognizer]
    default: Recognizer | None
    detect: Detect
    megabytes: int = 0  # what all pipelines but one add to a process

    def choose(self, article: Article) -> Recognizer:
        """Raises InvalidMessage where no pipeline is for its language."""
        declared = (article.language or "").lower()
        if declared.partition("-")[0] in _UNKNOWN:
            declared = ""
        language = declared or self.detect(article.content[:_LOOKED_AT])
        found = self._find(language) or self.default
        if found is None:
            raise InvalidMessage.of("language", _refusal(language, declared, sorted(self.pipelines)))
        return found

    def _find(self, language: str) -> Recognizer | None:
        """As BCP 47 looks languages up: `pt-br` is `pt` where nothing is more exact."""
        while language:
            if language in self.pipelines:
                return self.pipelines[language]
            language = language.rpartition("-")[0]
        return None


def load_languages(settings: Settings, *, detect: Detect | None = None) -> Languages:
    """All pipelines, each once, before the fork. Raises CannotStart, saying what to install or change."""
    names = dict.fromkeys(settings.models.values())
    if settings.other_languages == "default":
        names = {settings.model: None, **names}
    loaded: dict[str, Recognizer] = {}
    sizes = []
    for name in names:
        before = resident_megabytes()
        loaded[name] = load_recognizer(
            name, longest=settings.content_chars, engine=settings.engine, setting=_setting(name, settings)
        )
        sizes.append(max(0, resident_megabytes() - before))
        said = _said(loaded[name].model)
        log.info(
            "%s takes %s MB of each process",
            *(said, sizes[-1]),
            extra=event("model.size", model=said, megabytes=sizes[-1]),
        )
    before = resident_megabytes()
    detect = detect or load_detector()
    detector = max(0, resident_megabytes() - before)
    return Languages(
        pipelines={language: loaded[name] for language, name in settings.models.items()},
        default=loaded.get(settings.model) if settings.other_languages == "default" else None,
        detect=detect,
        # A process with one pipeline is what NAMEWIRE_CHILD_MEGABYTES was measured for.
        megabytes=sum(sizes[1:]) + detector,
    )


def load_detector() -> Detect:
    """A naive Bayes model over 139 languages, 80 MB; a millisecond an article. Raises CannotStart."""
    try:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier
    except ImportError as error:
        raise CannotStart(
            "NAMEWIRE_MODELS is set, and languages are detected by py3langid, which is not installed. "
            "Install it (pip install py3langid), or unset NAMEWIRE_MODELS."
        ) from error
    identifier = LanguageIdentifier.from_model_file(
        MODEL_FILE, norm_probs=True, min_confidence=_LEAST_CONFIDENCE
    )
    return lambda text: str(identifier.classify(text)[0])


def _setting(name: str, settings: Settings) -> str:
    """Which variable names the pipeline, for messages about it."""
    return "NAMEWIRE_MODELS" if name in settings.models.values() else "NAMEWIRE_MODEL"


def _said(model: Model) -> str:
    return f"{model.name} {model.version}"


def _refusal(language: str, declared: str, known: list[str]) -> str:
    which = f"is {language}" if declared else f"is not declared, and the text looks like {language}"
    if language == "und":
        which = "is not declared, and the text does not show which it is"
    return (
        f"{which}; there are pipelines for {', '.join(known)} (NAMEWIRE_MODELS), and others are refused "
        "(NAMEWIRE_OTHER_LANGUAGES)"
    )
