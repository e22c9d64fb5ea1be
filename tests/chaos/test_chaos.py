"""Under attack nothing is lost and nothing is counted twice; and the attack would tell if it were."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from google.cloud import firestore

from emulator.chaos.ledger import Findings
from emulator.chaos.run import Options, run_chaos
from emulator.chaos.scene import Hosts
from namewire.chaos import recount
from tests.acceptance.ledger import assert_numbers_add_up
from tests.chaos import planted
from tests.chaos.planted import Planted

SEED = 20_261_125
# Enough of everything for each planted fault to show many times over.
FEW, SECONDS, FAULTS = 600, 15.0, 8


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_pipeline_under_attack_loses_nothing_and_counts_nothing_twice(hosts: Hosts) -> None:
    report = run_chaos(Options(seed=SEED), recount, hosts=hosts, project="chaos", say=print)
    assert report.findings.problems == [], f"seed {SEED}; logs in {report.logs}"
    assert report.articles == 5_000
    assert sum(kind.injected for kind in report.kinds) > 40
    # Nearly always none: whose messages were lost on their way five times may be in the dead letters.
    assert report.findings.buried < 10
    # The recount above is the command's own; a mistake in it must not excuse one in the worker.
    client = firestore.Client(project="chaos")
    assert_numbers_add_up(client)
    client.close()


def _lost(findings: Findings) -> int:
    return len(findings.lost)


def _counted_twice(findings: Findings) -> int:
    return findings.counted_twice


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("fault", "sign"),
    [
        (planted.ACK_BEFORE_COMMIT, _lost),
        (planted.INCREMENT_OUTSIDE, _counted_twice),
        (planted.NO_MARKER, _counted_twice),
        (planted.SWALLOWED, _lost),
    ],
    ids=lambda value: value.what if isinstance(value, Planted) else value.__name__,
)
def test_a_planted_fault_is_found(
    hosts: Hosts, tmp_path: Path, fault: Planted, sign: Callable[[Findings], int]
) -> None:
    options = Options(SEED, SECONDS, FEW, kinds=fault.kinds, faults=FAULTS, source=fault.install(tmp_path))
    report = run_chaos(options, recount, hosts=hosts, project=f"chaos-{fault.what.split()[0]}", say=print)
    print(fault.what, *report.findings.problems, sep="\n")  # `pytest -rP` shows what was found
    assert not report.clean
    assert sign(report.findings) > 0, report.as_json()
    shutil.rmtree(report.logs)  # it failed as it should
