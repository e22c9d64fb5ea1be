"""The attack would tell: each fault planted in a copy of the worker is found, for its own reason."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.chaos.ledger import Findings
from emulator.chaos.run import Options, run_chaos
from emulator.chaos.scene import Hosts
from namewire.chaos import recount
from tests.chaos import planted
from tests.chaos.planted import Planted

# Enough of everything for each planted fault to show many times over.
SEED, FEW, SECONDS, FAULTS = 20_261_125, 600, 15.0, 8


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
