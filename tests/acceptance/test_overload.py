"""Ten times more articles than the worker can take: nothing is refused, nothing is lost, nothing swells."""

import pytest

from tests.benchmarks.overload import measure


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_flood_is_taken_in_shown_and_worked_off() -> None:
    result = measure(seconds=15.0, times=10.0)
    assert result["refused"] == 0
    assert result["missing"] == 0
    # Nine tenths of the flood cannot have been read while it lasted.
    assert result["waiting_most"] > 0.6 * result["sent"]
    assert result["oldest_first"] > 0.9
    # So short a flood ends while a process still learns words; that it stays flat takes minutes to see.
    assert result["worker_last_mb"] < 450
    assert result["function_last_mb"] < 200
