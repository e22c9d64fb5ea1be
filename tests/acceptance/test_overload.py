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
    assert result["worker_growth"] < 1.25  # a process that has hardly begun still learns words
    assert result["function_growth"] < 1.25
