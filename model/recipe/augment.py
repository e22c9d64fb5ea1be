"""Seeded copies of a sample: other names, other letter case, other line layout.

News arrives with capital headlines, paragraph breaks and lines that stop without
a full stop. The corpora are running prose, so without these copies a model
joins the last name of one line to the first of the next.
"""

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from model.recipe.samples import Mention, Sample
from model.recipe.world import renamed

RENAMED_SHARE = 1.0  # copies with other names that a document gets besides, for each as it stands
LAYOUT_SHARE = 0.25  # of the copies are laid out in lines and paragraphs
BREAK_SHARE = 0.45  # of the sentence ends in such a copy become a break
HEADLINE_SHARE = 0.5  # of such copies open with a headline
SUBHEAD_SHARE = 0.12  # of the breaks carry a short line of their own
TITLE_SHARE = 0.3  # of these short lines are Title-Cased
HEADLINE_WORDS = 12  # at most
LINK_SHARE = 0.04  # of the sentences in such copies are followed by an address, which is no name
LINK_WORDS = 6
WEB_SHARE = 0.8  # of the addresses; the others are for mail
BREAKS = ("\n\n", "\n\n", "\n\n", "\n", "\n", "\n\n\n", " \n", "\r\n\r\n")

Rename = Callable[[Sample, random.Random], Sample]

_SENTENCE_END = re.compile(r"[.!?][\"”’)]? (?=[\"“‘(]?[A-Z])")
_ADDRESS_WORD = re.compile(r"[a-z0-9]+")
_WORD_START = re.compile(r"(?<![\w'’])[a-z]")


def _same_length(letter: str, changed: str) -> str:
    """Offsets must survive: a letter that would grow stays as it is."""
    return changed if len(changed) == 1 else letter


def lower(text: str) -> str:
    """Lower case, character by character."""
    return "".join(_same_length(c, c.lower()) for c in text)


def upper(text: str) -> str:
    """Upper case, character by character."""
    return "".join(_same_length(c, c.upper()) for c in text)


def title(text: str) -> str:
    """Every Word Opened With A Capital, the rest as written."""
    return _WORD_START.sub(lambda found: found.group().upper(), text)


# Share of the documents that get one more copy in another letter case.
CASES: Mapping[Callable[[str], str], float] = {lower: 0.12, title: 0.06, upper: 0.06}


def sentence_ends(sample: Sample) -> list[int]:
    """Positions of the blanks between sentences, none of them inside a name."""
    ends = (found.end() - 1 for found in _SENTENCE_END.finditer(sample.text))
    return [end for end in ends if not sample.covers(end)]


def cut(sample: Sample, start: int, end: int) -> Sample:
    """The stretch [start, end) as a sample of its own; names cut in two become unknown."""
    inside = [m for m in sample.mentions if start <= m.start and m.end <= end]
    torn = [
        (max(a, start) - start, min(b, end) - start)
        for a, b in (
            *sample.unknown,
            *((m.start, m.end) for m in sample.mentions if m not in inside),
        )
        if a < end and start < b
    ]
    mentions = tuple(Mention(m.start - start, m.end - start, m.label) for m in inside)
    return replace(sample, text=sample.text[start:end], mentions=mentions, unknown=tuple(torn))


def join(parts: Sequence[Sample], glue: Sequence[str]) -> Sample:
    """One sample from several; glue[i] stands after parts[i]."""
    text, mentions, unknown = "", [], []
    for part, tail in zip(parts, glue, strict=True):
        shift = len(text)
        mentions += [Mention(m.start + shift, m.end + shift, m.label) for m in part.mentions]
        unknown += [(start + shift, end + shift) for start, end in part.unknown]
        text += part.text + tail
    return replace(parts[0], text=text, mentions=tuple(mentions), unknown=tuple(unknown))


def headline(sentence: Sample, rng: random.Random) -> Sample:
    """The opening of a sentence as a line without a full stop.

    It ends with a name where it can: that is where a model runs on into the next line.
    """
    words = list(re.finditer(r"\S+", sentence.text))[:HEADLINE_WORDS]
    limit = words[-1].end() if words else 0
    ends = [m.end for m in sentence.mentions if m.end <= limit]
    line = cut(sentence, 0, rng.choice(ends) if ends else limit)
    stripped = line.text.rstrip(" .,;:")
    if not any(m.end > len(stripped) for m in line.mentions):
        line = cut(line, 0, len(stripped))
    return replace(line, text=title(line.text)) if rng.random() < TITLE_SHARE else line


def link(sentence: Sample, rng: random.Random) -> Sample:
    """A web or mail address made of the sentence's own words."""
    words = _ADDRESS_WORD.findall(lower(sentence.text))[:LINK_WORDS] or ["news"]
    site = f"{rng.choice(words)}.{rng.choice(('com', 'org', 'net', 'gov', 'co.uk'))}"
    path = rng.choice((f"/{rng.randint(2004, 2026)}/{rng.randint(1, 12):02}/", "/news/", "/"))
    web = f"{rng.choice(('https://www.', 'http://', 'www.'))}{site}{path}{'-'.join(words)}"
    text = web if rng.random() < WEB_SHARE else f"{'.'.join(words[:2])}@{site}"
    return replace(sentence, text=text, mentions=(), unknown=())


def split(sample: Sample) -> list[Sample]:
    """Its sentences, without the blanks between them."""
    edges = sentence_ends(sample)
    starts = [0, *(edge + 1 for edge in edges)]
    stops = [*edges, len(sample.text)]
    return [cut(sample, start, stop) for start, stop in zip(starts, stops, strict=True)]


def laid_out(sample: Sample, rng: random.Random) -> Sample:
    """The same sentences in paragraphs, some under a headline."""
    sentences, style = split(sample), rng.choice(BREAKS)
    lines: list[tuple[Sample, str]] = []
    if rng.random() < HEADLINE_SHARE:
        lines.append((headline(rng.choice(sentences), rng), style))
    for sentence in sentences:
        lines += _line(sentence, sentences, style, rng)
    parts, glue = zip(*lines, strict=True)
    return join(parts, [*glue[:-1], ""])


def _line(
    sentence: Sample, sentences: Sequence[Sample], style: str, rng: random.Random
) -> Iterator[tuple[Sample, str]]:
    """A sentence and what may follow it, each with the blank or break behind it."""
    tail = style if rng.random() < BREAK_SHARE else " "
    yield sentence, tail
    if rng.random() < LINK_SHARE:
        yield link(sentence, rng), tail
    if tail == style and rng.random() < SUBHEAD_SHARE:
        yield headline(rng.choice(sentences), rng), style


def copies(sample: Sample, weight: float, rng: random.Random, rename: Rename = renamed) -> list[Sample]:
    """The copies of one training sample that its weight asks for, and some changed ones."""
    count = int(weight) + (rng.random() < weight - int(weight))
    plain = [sample] * count
    plain += [rename(sample, rng) for _ in range(count) if rng.random() < RENAMED_SHARE]
    made = [laid_out(one, rng) if rng.random() < LAYOUT_SHARE else one for one in plain]
    recased = [change for change, share in CASES.items() if rng.random() < share * count]
    return made + [replace(sample, text=change(sample.text)) for change in recased]
