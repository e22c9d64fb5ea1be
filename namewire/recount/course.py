"""What `namewire verify` does, step by step: open, recount, tell, repair, tell."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from namewire.bars import CountBar
from namewire.database import COLLECTIONS, Database, open_database
from namewire.errors import Interrupted, Trouble
from namewire.recount.fence import Fence
from namewire.recount.findings import Difference, Findings
from namewire.recount.reading import Reading
from namewire.recount.recounting import Recount
from namewire.recount.repair import Repair
from namewire.recount.report import Report
from namewire.recount.sums import Sums, scratch
from namewire.settings import Settings
from namewire.signals import Signals
from worker import firestore
from worker.exits import CannotStart
from worker.fate import Never, TryLater

_SHOW_EVERY = 100  # documents


def recount(settings: Settings, signals: Signals, *, as_json: bool) -> Report:
    """Tells what differs. Raises Trouble and Interrupted."""
    with (
        open_database(settings) as database,
        _opened(settings, database.now(), as_json=as_json) as (sums, report),
    ):
        _recount(database, sums, report, signals)
        report.begin()
        report.end()
        return report


def recount_and_repair(settings: Settings, signals: Signals, *, as_json: bool) -> Report:
    """Tells what differs, and sets it right. Raises Trouble and Interrupted."""
    with open_database(settings) as database, _fence(settings) as fence:
        # What another repair has done was done before this moment; what it might still do is refused.
        since = fence.since.ToDatetime(tzinfo=UTC)
        with _opened(settings, since, as_json=as_json) as (sums, report):
            _recount(database, sums, report, signals)
            report.begin()
            _repair(Repair(fence, report.findings, signals.pause), report)
            report.end()
            return report


def differences(database: Database, *, pause: Callable[[float], None]) -> list[Difference]:
    """All of them as a list, for programs that know how large theirs is. Raises Trouble."""
    with scratch() as disk:
        findings = Findings(disk)
        Recount(Reading(database, database.now(), pause=pause), Sums(disk), findings).run()
        if findings.undecided:
            raise Trouble(f"{findings.undecided:,} documents could not be looked at again; verify once more.")
        return list(findings.all())


@contextmanager
def _opened(settings: Settings, since: datetime, *, as_json: bool) -> Iterator[tuple[Sums, Report]]:
    with scratch() as disk:
        yield Sums(disk), Report(settings.need_project(), since, Findings(disk), as_json=as_json)


@contextmanager
def _fence(settings: Settings) -> Iterator[Fence]:
    try:
        channel = firestore.open_channel()
    except CannotStart as error:
        raise Trouble(str(error)) from error
    try:
        fence = Fence(firestore.Database(channel, settings.need_project()))
        _seize(fence)
        try:
            yield fence
        finally:
            fence.release()
    finally:
        channel.close()


def _seize(fence: Fence) -> None:
    try:
        fence.seize()
    except (TryLater, Never) as error:
        raise Trouble(
            f"The repair could not begin, and nothing was changed: {error}. It needs the right to write to "
            "Firestore (roles/datastore.user)."
        ) from error


def _recount(database: Database, sums: Sums, report: Report, signals: Signals) -> None:
    with CountBar("Recounting", _total(database)) as bar:

        def count(what: str) -> None:
            signals.check()
            report.read[what] += 1
            if sum(report.read.values()) % _SHOW_EVERY == 0:
                again = report.read["again"]
                note = f"{again:,} of {report.findings.doubtful:,} once more" if again else ""
                bar.show(report.documents, note)

        reading = Reading(database, report.at, pause=signals.pause, say=bar.say)
        Recount(reading, sums, report.findings, count=count).run()
        bar.show(report.documents, total=report.documents)
    report.lost = reading.lost


def _total(database: Database) -> int | None:
    """How many documents there are to read, where Firestore can say so in time."""
    try:
        return sum(database.count(name) for name in COLLECTIONS)
    except Trouble:
        return None


def _repair(repair: Repair, report: Report) -> None:
    try:
        with CountBar("Repairing", report.findings.to_repair) as bar:
            repair.run(bar.show)
    except (Trouble, Interrupted):
        report.repaired, report.refused = repair.repaired, repair.refused
        report.end(complete=False)
        raise
    report.repaired, report.refused = repair.repaired, repair.refused
