"""A chaos run from the first process to the report."""

import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from emulator.chaos.articles import Kind, make_plan
from emulator.chaos.attack import Attack, Say
from emulator.chaos.end import end_roles, examine_scene
from emulator.chaos.ledger import Recount
from emulator.chaos.report import Report
from emulator.chaos.scene import Hosts, own_emulators, scene
from emulator.chaos.schedule import Fault, make_schedule
from emulator.errors import CannotRun

_FAULTS_A_SECOND: Final = 0.6


@dataclass(frozen=True, slots=True)
class Options:
    """What decides a run. `source` is where the roles look for the worker first."""

    seed: int
    seconds: float = 90.0
    articles: int = 5_000
    kinds: Sequence[str] = ()  # only these kinds of faults; every kind if empty
    faults: int | None = None
    source: Path | None = None

    @property
    def schedule(self) -> list[Fault]:
        count = round(self.seconds * _FAULTS_A_SECOND) if self.faults is None else self.faults
        return make_schedule(self.seed, self.seconds, count=count, kinds=self.kinds)


def run_chaos(
    options: Options,
    recount: Recount,
    *,
    hosts: Hosts | None = None,
    project: str = "namewire-chaos",
    pause: Callable[[float], None] = time.sleep,
    say: Say = lambda line: None,
) -> Report:
    """Raises CannotRun when the run itself fails; what the pipeline did wrong is in the report.

    The logs of a run that is not clean are kept.
    """
    folder = Path(tempfile.mkdtemp(prefix="namewire-chaos-"))
    try:
        with own_emulators() if hosts is None else nullcontext(hosts) as found:
            report = _run(options, recount, folder, found, project, pause, say)
    except CannotRun as error:
        raise CannotRun(f"{error}\nThe logs are in {folder}.", exit_code=error.exit_code) from error
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    if report.clean:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        report.logs = str(folder)
    return report


def _run(
    options: Options,
    recount: Recount,
    folder: Path,
    hosts: Hosts,
    project: str,
    pause: Callable[[float], None],
    say: Say,
) -> Report:
    began = time.monotonic()
    plan = make_plan(options.seed, options.articles, options.seconds)
    report = Report(
        seed=options.seed,
        articles=plan.count(Kind.FIRST),
        duplicates=plan.count(Kind.DUPLICATE),
        corrections=plan.count(Kind.CORRECTION),
        hopeless=plan.count(Kind.NEVER),
    )
    with scene(folder, hosts, project, source=options.source, pause=pause) as ready:
        say(f"Both roles are ready after {time.monotonic() - began:.1f} s.")
        attack = Attack(options.schedule, options.seconds, plan, ready, folder, pause, say)
        attack.run(report)
        others = [*attack.problems, *end_roles(ready.roles, report)]
        say("Counting anew.")
        examine_scene(ready.outside(), plan, report, recount)
    report.findings.others += others
    for role in ready.roles:
        if left := role.left():
            report.findings.others.append(f"processes of {role.name} are left: {left}")
    report.took_s = time.monotonic() - began
    return report
