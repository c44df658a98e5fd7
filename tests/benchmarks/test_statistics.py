"""Summaries say what they promise."""

import pytest

from tests.benchmarks.statistics import middle_by, percentile, slope


def test_a_percentile_is_a_measured_value_that_this_share_does_not_exceed() -> None:
    values = [5.0, 1.0, 4.0, 2.0, 3.0]
    assert percentile(values, 0.5) == 3.0
    assert percentile(values, 0.99) == 5.0
    assert percentile(values, 0.2) == 1.0
    assert percentile(values, 0.0) == 1.0
    assert percentile(values, 1.0) == 5.0


def test_a_percentile_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError):
        percentile([], 0.5)
    with pytest.raises(ValueError):
        percentile([1.0], 50)


def test_the_middle_run_is_one_whole_run() -> None:
    runs = [("fast", 3.0), ("slow", 1.0), ("usual", 2.0)]
    assert middle_by(runs, lambda run: run[1]) == ("usual", 2.0)


def test_a_slope_tells_what_each_connection_adds() -> None:
    assert slope([0, 100, 200], [1_000, 3_000, 5_000]) == pytest.approx(20)


def test_a_slope_of_one_point_is_refused() -> None:
    with pytest.raises(ValueError):
        slope([1], [1])
    with pytest.raises(ValueError):
        slope([1, 1], [1, 2])
