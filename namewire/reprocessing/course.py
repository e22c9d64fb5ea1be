"""What `namewire reprocess` does, step by step: open, go on or begin, run, tell."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from contract.names import ARTICLES
from contract.timestamps import format_time
from namewire.backlog import read_backlog
from namewire.bars import CountBar
from namewire.database import Database, open_database
from namewire.errors import USAGE, Trouble
from namewire.output import say
from namewire.reading.paths import STANDARD_INPUT, Reader, find_files
from namewire.reprocessing.bookmark import Bookmark, open_bookmark
from namewire.reprocessing.running import Run
from namewire.reprocessing.sending import Sender
from namewire.reprocessing.sources import Candidate, from_archive, from_files
from namewire.reprocessing.tally import Tally
from namewire.reprocessing.throttle import HOUSE_SECONDS, MONITORING_SECONDS, Throttle
from namewire.reprocessing.window import Window
from namewire.review import open_review
from namewire.settings import Settings
from namewire.signals import Signals
from worker import firestore
from worker.exits import CannotStart
from worker.store import Keeps

_ARCHIVE: Final = "archive"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line says."""

    paths: Sequence[str]
    publication: str | None
    rate: float | None
    in_flight: int
    behind: int
    anew: bool


def reprocess_all(settings: Settings, signals: Signals, wish: Wish, tally: Tally) -> None:
    """Fills the tally. Raises Trouble and Interrupted."""
    source = _source(wish)
    with (
        open_database(settings) as database,
        _writable(settings) as own,
        open_review(settings) as review,
    ):
        mark = open_bookmark(own, source, database.now(), anew=wish.anew, pause=signals.pause)
        tally.counts.update(mark.tally)
        _tell(mark)
        total = database.count(ARTICLES) if source == _ARCHIVE else None
        with CountBar("Reprocessing", total) as bar:
            Run(
                candidates=_candidates(wish, database, mark, signals),
                database=database,
                sender=Sender(review, signals.pause),
                bookmark=mark,
                throttle=_throttle(settings, wish),
                window=Window(mark.run),
                tally=tally,
                in_flight=wish.in_flight,
                pause=signals.pause,
                show=bar.show,
            ).run()


def _candidates(wish: Wish, database: Database, mark: Bookmark, signals: Signals) -> Iterator[Candidate]:
    if not wish.paths:
        return from_archive(database, mark.run, after=mark.after, pause=signals.pause)
    reader = Reader(find_files(wish.paths), publication=wish.publication)
    return from_files(reader.items(), database, mark.run, after=mark.after, pause=signals.pause)


def _throttle(settings: Settings, wish: Wish) -> Throttle:
    every = MONITORING_SECONDS if settings.pubsub_emulator is None else HOUSE_SECONDS
    return Throttle(lambda: read_backlog(settings), every, wish.behind, wish.rate)


def _source(wish: Wish) -> str:
    """What tells whether a run is over the same. Raises Trouble."""
    if not wish.paths:
        return _ARCHIVE
    if STANDARD_INPUT in wish.paths:
        raise Trouble(
            "Standard input cannot be read a second time when a run goes on; give a file.", exit_code=USAGE
        )
    files = [f"{path.name} {path.stat().st_size}" for path in find_files(wish.paths)]
    return f"files {hashlib.sha256(repr((files, wish.publication)).encode()).hexdigest()[:16]}"


def _tell(mark: Bookmark) -> None:
    if mark.resumed:
        done = sum(mark.tally.values())
        say(f"Going on with the run that began at {format_time(mark.run)}: {done:,} articles are done.")


@contextmanager
def _writable(settings: Settings) -> Iterator[Keeps]:
    try:
        channel = firestore.open_channel()
    except CannotStart as error:
        raise Trouble(str(error)) from error
    try:
        yield firestore.Database(channel, settings.need_project())
    finally:
        channel.close()
