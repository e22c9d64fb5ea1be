"""Where the dead letters are looked at: connections, progress, signals, for all four commands."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any

import typer

from namewire.letters.hand import Hand
from namewire.letters.selection import Selection, Topic
from namewire.settings import read_settings

Reason = Annotated[
    str | None,
    typer.Option(
        metavar="TEXT",
        help="Only this kind (decode, language, ner, publish, process, store, undelivered, unknown), "
        "or what has these words in its reason.",
    ),
]
Only = Annotated[Topic | None, typer.Option("--topic", help="Only what was to be handled in this topic.")]
AsJson = Annotated[bool, typer.Option("--json", help="The answer as JSON.")]


@dataclass(slots=True)
class Desk:
    """What a command works with."""

    review: Any
    hand: Hand
    signals: Any
    bar: Any
    _seen: int = field(init=False, default=0)

    def count(self, letters: int, note: str = "") -> None:
        self._seen += letters
        self.bar.show(self._seen, note)


@contextmanager
def open_desk() -> Iterator[Desk]:
    """What was looked at and not settled goes back at the end. Raises Trouble."""
    from namewire.bars import CountBar
    from namewire.review import open_review
    from namewire.signals import Signals

    with (
        Signals() as signals,
        open_review(read_settings()) as review,
        CountBar("Dead letters", None) as bar,
        Hand(review, signals.pause, bar.say) as hand,
    ):
        yield Desk(review, hand, signals, bar)


def nothing(wanted: Selection) -> str:
    """Why there may be none, in a sentence or two."""
    if wanted.missing:
        first = f"There is no dead letter {', '.join(wanted.missing)}, nor one of an article with that id."
    elif wanted.reason is not None or wanted.topic is not None:
        first = "There is no such dead letter."
    else:
        first = "There are no dead letters."
    return (
        f"{first} A command that looks at them hides them from others until it ends, "
        "or for a minute if it was killed."
    )
