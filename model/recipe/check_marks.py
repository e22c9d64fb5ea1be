"""What looks wrong in texts and lists marked by hand.

    python -m model.recipe.check_marks FILE...                  texts marked in place
    python -m model.recipe.check_marks FILE... --articles DIR   lists, with the folder of the articles

Capitalized words without a mark are a hint only: titles, products and languages have none.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from model.recipe.marks import MARK, lists, placed, standing, texts
from model.recipe.news import articles_of, bodies
from model.recipe.samples import Sample

_TITLED = re.compile(
    r"(?:Mr|Mrs|Ms|Dr|President|Prime Minister|Minister|Senator|Judge|Pope|King|Queen|Prince|Princess|Sir"
    r"|Lord|Gen|General|Col|Colonel|Captain|Chancellor|Governor|Mayor|Professor|Prof|Sheikh|Ayatollah|Bishop"
    r"|Archbishop|Cardinal|Sgt|Lt|Rep|Sen|Gov|Rev)\.? "
)
_SHUT = re.compile(r"(?:'s|’s|[,;:]|\s)$")
_STRAY = re.compile(r"\[[A-Z] |\[[A-Z]\]|\]\]")
_CAPITAL = re.compile(r"(?<![\w@#./-])[A-Z][\w’'-]*")
_COMMON = frozenset(
    "I I'm I'd I've I'll A The Mr Mrs Ms Dr President Prime Minister Sir TV OK No Yes".split()
)
_OPENS = frozenset(".!?:\n—-")


def problems(sample: Sample) -> Iterator[str]:
    """What looks wrong in one text."""
    names = {sample.text[m.start : m.end]: m.label for m in sample.mentions}
    for name, label in names.items():
        if label == "PERSON" and _TITLED.match(name):
            yield f"title in {name!r}"
        if name.startswith(("the ", "The ")) and label != "WORK_OF_ART":
            yield f"'the' in {name!r}"
        if _SHUT.search(name) or name != name.strip() or "\n" in name:
            yield f"border of {name!r}"
    for found in standing(names, sample.text):
        if not _marked(sample, found.start(), found.end()):
            around = sample.text[max(0, found.start() - 30) : found.end() + 20]
            yield f"{found.group()!r} once without a mark: …{around!r}"
    if capitals := dict.fromkeys(_capitals(sample)):
        yield f"capitals without a mark: {', '.join(capitals)}"


def _marked(sample: Sample, start: int, end: int) -> bool:
    spans = (*((m.start, m.end) for m in sample.mentions), *sample.unknown)
    return any(a < end and start < b for a, b in spans)


def _capitals(sample: Sample) -> Iterator[str]:
    """Capitalized words inside of sentences."""
    for found in _CAPITAL.finditer(sample.text):
        before = sample.text[: found.start()].rstrip(" \"“‘'(")
        inside = before and before[-1] not in _OPENS and found.group() not in _COMMON
        if inside and not _marked(sample, *found.span()):
            yield found.group()


def _of_texts(path: Path) -> Iterator[tuple[Sample, list[str]]]:
    for stray in _STRAY.finditer(MARK.sub("", path.read_text(encoding="utf-8"))):
        print(f"{path.name}: broken or nested mark near {stray.group()!r}")
    for sample in texts(path):
        yield sample, list(problems(sample))


def _of_lists(path: Path, articles: Path) -> Iterator[tuple[Sample, list[str]]]:
    wanted = lists(path)
    for source in sorted({key.partition(" ")[0] for key in wanted}):
        for doc_id, text in bodies(articles_of(articles, source)):
            if names := wanted.pop(f"{source} {doc_id}", None):
                absent = [name for name in names if not next(standing({name: ""}, text), None)]
                sample = placed(text, names, source, doc_id)
                yield (
                    sample,
                    [*(f"{name!r} does not stand in the text" for name in absent), *problems(sample)],
                )
    for key in wanted:
        print(f"{path.name}: no article {key!r}")


def main() -> int:
    """Print a line for each problem, and how much was read."""
    parser = argparse.ArgumentParser(prog="python -m model.recipe.check_marks", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--articles", type=Path)
    options = parser.parse_args()
    if absent := [str(path) for path in options.files if not path.is_file()]:
        parser.error(f"no such file: {', '.join(absent)}")
    count = words = names = 0
    for path in options.files:
        read = _of_lists(path, options.articles) if options.articles else _of_texts(path)
        for sample, found in read:
            count, words, names = count + 1, words + len(sample.text.split()), names + len(sample.mentions)
            for problem in found:
                print(f"{path.name} {sample.doc_id} ({sample.text[:40]!r}): {problem}")
    print(f"{count:,} texts, {words:,} words, {names:,} names")
    return 0


if __name__ == "__main__":
    sys.exit(main())
