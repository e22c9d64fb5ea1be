"""One labelled text as the data folder has it, before spaCy sees it."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Mention:
    """A labelled stretch of text, in characters, end exclusive."""

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class Sample:
    """A text, its names, and the spans of which nobody knows the type."""

    text: str
    mentions: tuple[Mention, ...]
    unknown: tuple[tuple[int, int], ...]
    source: str
    doc_id: str

    def covers(self, position: int) -> bool:
        """Is this character inside a mention or an unknown span, not at its edge?"""
        return any(m.start < position < m.end for m in self.mentions) or any(
            start < position < end for start, end in self.unknown
        )


def file_of(data: Path, source: str, split: str) -> Path:
    """The file of one source and split inside the data folder."""
    return data / f"{source}.{split}.jsonl.gz"


def read(path: Path) -> Iterator[Sample]:
    """Yield the samples of one file in file order."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield _parse(json.loads(line))


def _parse(row: dict[str, object]) -> Sample:
    ents: list[tuple[int, int, str]] = row["ents"]  # type: ignore[assignment]
    unknown: list[tuple[int, int]] = row.get("unk", [])  # type: ignore[assignment]
    return Sample(
        text=str(row["text"]),
        mentions=tuple(Mention(start, end, label) for start, end, label in ents),
        unknown=tuple((start, end) for start, end in unknown),
        source=str(row["source"]),
        doc_id=str(row["doc_id"]),
    )
