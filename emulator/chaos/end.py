"""The end of a run: the roles drain, and what they leave behind is collected and examined."""

import time
from collections.abc import Sequence
from typing import Final

from contract import names
from emulator.chaos.articles import Plan
from emulator.chaos.ledger import Recount, examine
from emulator.chaos.outside import Letter, Outside
from emulator.chaos.processes import Role
from emulator.chaos.report import Report

# As promised, with a margin for a machine that computes other things too.
_END_SECONDS: Final = 27.0
_PULL_EVERY: Final = 0.1
_EMPTY_PULLS: Final = 3  # the emulator may give less than it has


def end_roles(roles: Sequence[Role], report: Report) -> list[str]:
    """TERM to each; what was wrong with how they ended, now and during the attack."""
    problems = []
    for role in roles:
        began = time.monotonic()
        code = role.stop()
        role.drains.append(time.monotonic() - began)
        if code:
            problems.append(f"{role.name} ended with exit code {code} after TERM, although all was well")
        slowest = max(role.drains)
        if slowest > _END_SECONDS:
            problems.append(f"{role.name} took {slowest:.1f} s to end after TERM")
        report.slowest_end_s = max(report.slowest_end_s, slowest)
    return problems


def examine_scene(outside: Outside, plan: Plan, report: Report, recount: Recount) -> None:
    """Everything that is stored and everything that waits, against what was published."""
    letters = [*_take_all(outside, names.ARTICLES_REVIEW), *_take_all(outside, names.ENTITIES_REVIEW)]
    articles = dict(outside.documents(names.ARTICLES))
    differences = recount(outside.project, outside.firestore_host)
    report.dead_letters = len(letters)
    report.findings = examine(plan, articles, letters, differences)
    for name in (names.ARTICLES_SUBSCRIPTION, names.ENTITIES_SUBSCRIPTION):
        if left := _take_all(outside, name):
            report.findings.others.append(f"{len(left)} messages are left in {name}")
    outside.close()


def _take_all(outside: Outside, subscription: str) -> list[Letter]:
    found: list[Letter] = []
    empty = 0
    while empty < _EMPTY_PULLS:
        letters = outside.pull(subscription)
        if letters:
            outside.acknowledge(subscription, letters)
            found += letters
            empty = 0
        else:
            empty += 1
            time.sleep(_PULL_EVERY)
    return found
