"""`namewire chaos`: attacks a pipeline of its own, and proves that nothing was lost or counted twice."""

import os
import secrets
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Final

import typer

from namewire.errors import FAILED

if TYPE_CHECKING:
    from emulator.chaos.report import Report
    from namewire.recount.findings import Difference

_MOST_SEED: Final = 1_000_000


def chaos(
    *,
    seconds: Annotated[float, typer.Option(min=5, help="How long the attack lasts.")] = 90.0,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Decides faults and articles; a random one if left out.")
    ] = None,
    articles: Annotated[
        int, typer.Option(min=1, help="How many; duplicates and corrections come on top.")
    ] = 5_000,
    as_json: Annotated[bool, typer.Option("--json", help="The result as JSON.")] = False,
) -> None:
    """Attack a pipeline of its own on the emulators; then count anew. Exit code 1 if anything is wrong.

    Processes are killed and stopped, connections cut, delayed and swallowed, answers of Pub/Sub and
    Firestore falsified, the disk filled and the clock set, at moments that the seed decides. Nothing else
    on this machine is touched. An attack of 90 s takes about three minutes.
    """
    from emulator.chaos.run import Options, run_chaos
    from namewire.output import print_json, say
    from namewire.signals import Signals

    chosen = secrets.randbelow(_MOST_SEED) if seed is None else seed
    again = f"namewire chaos --seed {chosen} --seconds {seconds:g} --articles {articles}"
    say(f"Seed {chosen}. To repeat: {again}")
    with Signals() as signals:
        options = Options(seed=chosen, seconds=seconds, articles=articles)
        report = run_chaos(options, partial(recount, pause=signals.pause), pause=signals.pause, say=say)
    if as_json:
        print_json(report.as_json())
    else:
        _show(report)
    if not report.clean:
        say(f"The logs are in {report.logs}. To repeat: {again}")
        raise typer.Exit(FAILED)


def recount(
    project: str, firestore_host: str, *, pause: Callable[[float], None] = time.sleep
) -> "Sequence[Difference]":
    """What `namewire verify` finds in a project on an emulator."""
    from namewire.database import open_database
    from namewire.recount.course import differences
    from namewire.settings import Settings

    # Google's client finds the emulator by the environment.
    os.environ["FIRESTORE_EMULATOR_HOST"] = firestore_host
    with open_database(Settings(project=project, firestore_emulator=firestore_host)) as database:
        return differences(database, pause=pause)


def _show(report: "Report") -> None:
    from namewire.output import cells, print_line, print_table, table

    columns = ("fault", "injected", "missed", "recovered in, median s", "worst s")
    made = table("Faults", columns, numbers=columns[1:])
    for kind in report.kinds:
        done = "not possible here" if kind.impossible else kind.injected
        made.add_row(*cells(kind.kind, done, kind.missed, _seconds(kind.median_s), _seconds(kind.worst_s)))
    print_table(made)
    findings = report.findings
    facts = table("Articles", ("what", "how many"), numbers=("how many",))
    for what, number in (
        ("articles", report.articles),
        ("sent again", report.duplicates),
        ("corrected", report.corrections),
        ("not to be handled, in the dead letters", report.hopeless),
        ("to be handled, in the dead letters all the same", findings.buried),
        ("lost", len(findings.lost)),
        ("not as published last", len(findings.stale)),
        ("counted twice", findings.counted_twice),
        ("not counted", findings.not_counted),
    ):
        facts.add_row(*cells(what, number))
    print_table(facts)
    for problem in findings.problems:
        print_line(f"WRONG: {problem}")
    faults = sum(kind.injected for kind in report.kinds)
    print_line(
        f"{'Clean' if report.clean else 'Not clean'}: seed {report.seed}, {faults} faults, "
        f"quiet {report.drain_s:.1f} s after the last one; all in all {report.took_s:.0f} s."
    )


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
