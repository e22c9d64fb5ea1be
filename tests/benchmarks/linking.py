"""How well the mentions of an article are linked to one name, against simple rules; `make names` shows it.

The folder of the corpora has redocred.clusters.jsonl.gz: passages of Wikipedia with every mention in its
cluster. Rules are made on the development half and judged on the test half; a document belongs to one by
the hash of its name.
"""

import gzip
import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from contract.entities import Entity
from tests.benchmarks.simple_links import last_names_and_acronyms, same_words
from tests.unit.linking.samples import sample_articles
from tests.unit.linking.scores import Linked, Links, score
from worker.linking import link

FILE: Final = "redocred.clusters.jsonl.gz"
BESIDE: Final = Path(__file__).parents[3] / "shared" / "data" / "ner"
_KINDS: Final = {
    "all": {"PERSON", "ORG", "LOC", "GPE"},
    "people": {"PERSON"},
    "organisations": {"ORG"},
    "places": {"LOC", "GPE"},
}


def linked(text: str, mentions: Sequence[Entity]) -> list[str | None]:
    return [mention.entity_id for mention in link(text, mentions)]


_WAYS: Final[dict[str, Links]] = {
    "the same words": same_words,
    "last names, acronyms": last_names_and_acronyms,
    "linking": linked,
}


def read(path: Path) -> Iterable[Linked]:
    """The documents with the mentions of people, organisations and places."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            chosen = [mention for mention in row["mentions"] if mention[2] in _KINDS["all"]]
            mentions = [Entity(row["text"][start:end], label, start, end) for start, end, label, _ in chosen]
            yield Linked(row["doc_id"], row["text"], mentions, [cluster for *_, cluster in chosen])


def is_test(article: Linked) -> bool:
    return bool(hashlib.sha256(article.doc_id.encode()).digest()[0] & 1)


def show(title: str, articles: Sequence[Linked]) -> None:
    mentions = sum(len(article.mentions) for article in articles)
    print(f"\n{title}: {len(articles)} articles, {mentions:,} mentions")
    print(f"{'':38}{'pairwise':^24}{'B-cubed':^24}")
    print(f"{'':38}" + f"{'P':>8}{'R':>8}{'F':>8}" * 2)
    for kind, labels in _KINDS.items():
        for way, links in _WAYS.items():
            pairwise, cubed = score(articles, links, frozenset(labels))
            figures = (*pairwise, pairwise.f, *cubed, cubed.f)
            print(f"{kind:15}{way:23}" + "".join(f"{figure:8.3f}" for figure in figures))


def show_samples() -> None:
    show("Linked: samples of the project", sample_articles())


def show_corpus(data: Path) -> None:
    documents = list(read(data / FILE))
    show("Linked: Re-DocRED, development half", [one for one in documents if not is_test(one)])
    show("Linked: Re-DocRED, test half", [one for one in documents if is_test(one)])


def problems(data: Path) -> list[str]:
    """What is missing in the folder, one line each."""
    return [] if (data / FILE).is_file() else [f"{FILE}: missing"]
