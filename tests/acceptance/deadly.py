"""A pipeline that is the end of its process on some texts, installed as a foreign package would be."""

import json
import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc

from model import EMBEDDED

ABORT, KILL = "Xyzzy aborts.", "Xyzzy kills."
HOARD, DAWDLE = "Xyzzy hoards.", "Xyzzy dawdles."
_DAWDLES_SECONDS = 600


def _hoard() -> None:
    """Takes memory, without touching it, until there is none."""
    hoard = []
    while True:
        hoard.append(bytearray(50_000_000))


_DEATHS: dict[str, Callable[[], object]] = {
    ABORT: os.abort,
    KILL: lambda: os.kill(os.getpid(), signal.SIGKILL),
    HOARD: _hoard,
    DAWDLE: lambda: time.sleep(_DAWDLES_SECONDS),
}
_ROOT = Path(__file__).parents[2]


class DeadlyTokenizer(Tokenizer):  # type: ignore[misc]  # spaCy's classes are untyped
    """English, but for some sentences."""

    def __call__(self, text: str) -> Doc:
        for sentence, end in _DEATHS.items():
            if sentence in text:
                end()
        doc: Doc = super().__call__(text)
        return doc


def create() -> Callable[[Language], Tokenizer]:
    """What the entry point names."""

    return lambda nlp: DeadlyTokenizer(nlp.vocab)


def install(folder: Path) -> dict[str, str]:
    """The settings with which a role uses the pipeline."""
    pipeline, site = folder / "en_deadly", folder / "site"
    shutil.copytree(EMBEDDED, pipeline)
    config = (pipeline / "config.cfg").read_text(encoding="utf-8")
    (pipeline / "config.cfg").write_text(config.replace("spacy.Tokenizer.v1", "deadly.v1"), encoding="utf-8")
    metadata = site / "deadly-1.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: deadly\nVersion: 1\n")
    entry = "[spacy_tokenizers]\ndeadly.v1 = tests.acceptance.deadly:create\n"
    (metadata / "entry_points.txt").write_text(entry)
    return {"NAMEWIRE_MODEL": str(pipeline), "PYTHONPATH": os.pathsep.join((str(site), str(_ROOT)))}


def article(number: int, content: str) -> bytes:
    return json.dumps({"id": f"a{number}", "content": content, "publication": "The Gazette"}).encode()
