"""Two models on the same items: ratio, difference, flips and how often the intervals hold."""

import numpy as np
import pytest

from falloff.analysis.paired import compare_paired, mcnemar


def test_ratio_difference_and_flips_are_those_of_the_counts():
    reference = np.repeat([1.0, 1.0, 0.0, 0.0], [40, 20, 10, 30])
    model = np.repeat([1.0, 0.0, 1.0, 0.0], [40, 20, 10, 30])
    found = compare_paired(reference, model, np.arange(100))
    assert found.difference.estimate == pytest.approx(-0.1)
    assert found.retention.estimate == pytest.approx(50 / 60)
    assert (found.churn.both, found.churn.lost, found.churn.gained, found.churn.neither) == (
        40, 20, 10, 30,
    )  # fmt: skip
    assert found.p == pytest.approx(mcnemar(20, 10))


def test_mcnemar_is_the_binomial_test_of_the_flips():
    assert mcnemar(0, 0) == 1
    assert mcnemar(5, 5) == 1
    assert mcnemar(8, 0) == pytest.approx(2 / 256)


def test_intervals_hold_the_truth_nine_times_in_ten_also_in_groups():
    rng = np.random.default_rng(1)
    held = {"single": 0, "groups": 0}
    for _ in range(100):
        hard = rng.random(60)
        for kind, each in (("single", 1), ("groups", 6)):
            p = np.repeat(hard, each)
            reference = (rng.random(p.size) < p).astype(float)
            model = (rng.random(p.size) < 0.8 * p).astype(float)
            found = compare_paired(reference, model, np.repeat(np.arange(60), each)).difference
            held[kind] += found.low <= -0.1 <= found.high
    assert min(held.values()) >= 82


def test_chance_is_taken_out_of_the_ratio_alone():
    reference, model = np.repeat([1.0, 0.0], [75, 25]), np.repeat([1.0, 0.0], [50, 50])
    found = compare_paired(reference, model, np.arange(100), chance=0.25)
    assert found.retention.estimate == pytest.approx(0.25 / 0.5)
    assert found.difference.estimate == pytest.approx(-0.25)


def test_a_reference_that_guesses_has_nothing_to_keep():
    reference = np.repeat([1.0, 0.0], [25, 75])
    assert (
        compare_paired(reference, reference, np.arange(100), chance=0.25).retention.estimate is None
    )
