"""The data folder as spaCy reads it: one DocBin for training, one to choose the best step."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span

from model.recipe import famous, world
from model.recipe.augment import Rename, copies
from model.recipe.marks import texts
from model.recipe.news import Predict, dated, listed, listed_ids
from model.recipe.samples import Sample, file_of, read
from model.recipe.scenes import scenes
from model.recipe.sources import AGAIN_WEIGHTS, DEV_WEIGHTS, TRAIN_WEIGHTS

SEED = 0
WRITTEN = Path(__file__).with_name("written")
# Copies of each text in the second stage, as TRAIN_WEIGHTS of the corpora.
WRITTEN_WEIGHT = 3.0
LISTED_WEIGHTS: Mapping[str, float] = {"wikinews": 2.0, "voa_gmb_rebuilt": 1.0}

# Too few examples to learn them apart: a building is a place, the others are not offered.
OFFERED: Mapping[str, str | None] = {"FAC": "LOC", "PRODUCT": None, "LAW": None}


def to_doc(nlp: Language, sample: Sample) -> Doc:
    """A gold Doc; what is unknown or does not fall on token borders is missing, not "no name"."""
    doc = nlp.make_doc(sample.text)
    names, missing = [], []
    for mention in sample.mentions:
        label = OFFERED.get(mention.label, mention.label)
        span = doc.char_span(mention.start, mention.end, label=label or "")
        if span is None or label is None:
            missing += _touched(doc, mention.start, mention.end)
        else:
            names.append(span)
    for start, end in sample.unknown:
        missing += _touched(doc, start, end)
    taken = {token.i for span in names for token in span}
    gaps = sorted({i for span in missing for i in range(span.start, span.end)} - taken)
    doc.set_ents(names, missing=[doc[i : i + 1] for i in gaps], default="outside")
    return doc


def _touched(doc: Doc, start: int, end: int) -> list[Span]:
    span = doc.char_span(start, end, alignment_mode="expand")
    return [] if span is None else [span]


def training(data: Path, seed: int = SEED) -> Iterator[Sample]:
    """Weighted and augmented training samples, then invented ones, the same on every run."""
    for sample, weight in _weighted(data, TRAIN_WEIGHTS):
        yield from copies(sample, weight, _random(sample, seed))
    yield from scenes(seed)


def again(articles: Path, data: Path, predict: Predict, seed: int) -> Iterator[Sample]:
    """Fresh copies of all that, of our own texts, and of articles with lists, which are better than what a
    corpus says of them; half of the copies under names that exist.
    """
    better = listed_ids()
    samples = [(one, weight) for one, weight in _weighted(data, AGAIN_WEIGHTS) if one.doc_id not in better]
    samples += [(one, WRITTEN_WEIGHT) for one in _written()]
    samples += [(one, LISTED_WEIGHTS[one.source]) for one in dated(list(listed(articles)), predict)]
    for sample, weight in samples:
        yield from copies(sample, weight, _random(sample, seed), _renames(sample.source))
    yield from scenes(seed)


def words(articles: Path, data: Path) -> "Counter[str]":
    """How often each word stands in what there is to learn from, each text counted once."""
    nlp, better = spacy.blank("en"), listed_ids()
    corpus = (one for one, _ in _weighted(data, TRAIN_WEIGHTS) if one.doc_id not in better)
    texts_of_all = chain(corpus, _written(), listed(articles))
    return Counter(token.text for sample in texts_of_all for token in nlp.make_doc(sample.text))


def _written() -> Iterator[Sample]:
    for path in sorted(WRITTEN.glob("*.txt")):
        yield from texts(path)


def _weighted(data: Path, weights: Mapping[str, float]) -> Iterator[tuple[Sample, float]]:
    for source, weight in weights.items():
        for sample in read(file_of(data, source, "train")):
            yield sample, weight


def _renames(source: str) -> Rename:
    """Famous people do not write each other mails: there the names stay everyday ones."""
    return world.renamed if source == "uner_ewt" else famous.renamed


def development(data: Path, weights: Mapping[str, float] = DEV_WEIGHTS) -> Iterator[Sample]:
    """Unchanged development samples, thinned by weight."""
    for source, weight in weights.items():
        for sample in read(file_of(data, source, "dev")):
            if _random(sample).random() < weight:
                yield sample


def _random(sample: Sample, seed: int = SEED) -> random.Random:
    """Tied to the document, so that one more document does not change the others' copies."""
    return random.Random(f"{seed}:{sample.source}:{sample.doc_id}")


def write(samples: Iterable[Sample], path: Path) -> int:
    """Write a DocBin; returns its number of documents."""
    nlp = spacy.blank("en")
    bundle = DocBin(attrs=["ORTH", "ENT_IOB", "ENT_TYPE"])
    for sample in samples:
        bundle.add(to_doc(nlp, sample))
    path.parent.mkdir(parents=True, exist_ok=True)
    bundle.to_disk(path)
    return len(bundle)
