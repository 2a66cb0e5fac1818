"""pass^k and flips: unbiased, clustered by item, and never rising with k."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.special import comb
from simulated import Truth, family

from falloff.analysis import BOX, CENTRE, Repeats
from falloff.analysis.repeatability import (
    changes,
    churn_draws,
    compare_repeats,
    flips,
    pass_all,
    repeat_draws,
    repeatability,
)

ASKED = st.integers(2, 8)
SCORES = arrays.arrays(
    np.float64,
    st.tuples(st.integers(2, 6), st.integers(1, 40)),
    elements=st.sampled_from([0.0, 1.0]),
)


def repeated(scores, *, role="m"):
    """A family whose probes are all draws from the box, with these scores [K, n]."""
    scores = np.asarray(scores, dtype=float)
    base = family({role: Truth(h=(0.7, 0.8))}, n=scores.shape[1])
    answers = tuple(tuple(f"{x:g}" for x in row) for row in scores)
    shares = (BOX,) * scores.shape[1]
    return replace(base, shares=shares, repeats={role: Repeats(scores=scores, answers=answers)})


def of(data, role="m"):
    return repeatability([(1.0, repeat_draws(data, role))])


@given(ASKED, st.data())
def test_the_estimator_is_a_ratio_of_binomials(asked, data):
    k = data.draw(st.integers(1, asked))
    solved = np.arange(asked + 1.0)
    assert pass_all(solved, asked, k) == pytest.approx(comb(solved, k) / comb(asked, k))


@given(ASKED, st.floats(0, 1), st.data())
def test_on_one_item_pass_k_and_flips_are_unbiased(asked, p, data):
    """The expectation over all counts that a binomial may give is p^k, and 2p(1 − p)."""
    k = data.draw(st.integers(1, asked))
    solved = np.arange(asked + 1.0)
    chance = comb(asked, solved) * p**solved * (1 - p) ** (asked - solved)
    assert chance @ pass_all(solved, asked, k) == pytest.approx(p**k, abs=1e-9)
    assert chance @ flips(solved, asked) == pytest.approx(2 * p * (1 - p), abs=1e-9)


@given(SCORES)
def test_pass_1_is_the_mean_and_pass_k_does_not_rise(scores):
    found = of(repeated(scores))
    assert found.pass_k[0].estimate == pytest.approx(scores.mean())
    assert len(found.pass_k) == found.repeats == len(scores)
    for name in ("estimate", "low", "high"):
        values = [getattr(interval, name) for interval in found.pass_k]
        assert all(a >= b - 1e-12 for a, b in itertools.pairwise(values))
    for interval in (*found.pass_k, found.flips, found.changes):
        assert -1e-9 <= interval.low <= interval.estimate <= interval.high <= 1 + 1e-9


@given(SCORES)
def test_changes_see_at_least_what_flips_see(scores):
    found = of(repeated(scores))
    assert found.changes.estimate == pytest.approx(found.flips.estimate)
    assert changes([["a", None], ["b", None]]).tolist() == [1.0, 0.0]


def test_a_model_that_never_changes_has_no_flips_and_one_pass_k():
    found = of(repeated([[1, 0, 1, 1]] * 4))
    assert found.flips.estimate == 0
    assert {interval.estimate for interval in found.pass_k} == {0.75}
    assert found.flips.high > 0.1, "four items do not prove that it never will"


def test_repeats_are_no_fresh_items():
    """Answers that are the same ten times over are worth no more than once."""
    scores = np.random.default_rng(1).integers(0, 2, size=(1, 60)).astype(float)
    few, many = of(repeated(np.repeat(scores, 2, axis=0))), of(repeated(np.repeat(scores, 20, 0)))
    assert few.pass_k[0] == many.pass_k[0]
    width = few.pass_k[0].high - few.pass_k[0].low
    assert width == pytest.approx(2 * 1.645 * math.sqrt(0.25 / 61), rel=0.15)


def test_items_that_lack_a_repeat_are_left_out_of_all_k():
    scores = np.array([[1, 1, 0, 1], [1, math.nan, 0, 1], [1, 1, 0, 0]])
    found = of(repeated(scores))
    assert found.items == 3
    assert found.pass_k[0].estimate == pytest.approx((3 + 0 + 2) / 9)


def test_the_box_and_the_centre_are_told_apart():
    data = repeated([[1, 1, 0, 0]] * 2)
    found = of(replace(data, shares=(BOX, BOX, CENTRE, CENTRE)))
    assert [interval.estimate for interval in found.pass_k] == [1, 1]
    assert [interval.estimate for interval in found.centre_pass_k] == [0, 0]


def test_a_model_that_was_not_asked_again_has_none():
    data = family({"m": Truth(h=(0.7, 0.8))}, n=20)
    assert repeat_draws(data, "m") is None
    assert repeatability([(1.0, None)]) is None
    assert compare_repeats([(1.0, data)], "m", "m") is None


def test_families_weigh_in_as_in_the_headline():
    good, bad = (
        repeat_draws(repeated([[1.0] * 9] * 2), "m"),
        repeat_draws(repeated([[0.0] * 9] * 2), "m"),
    )
    found = repeatability([(0.75, good), (0.25, bad), (0.0, bad)])
    assert [interval.estimate for interval in found.pass_k] == pytest.approx([0.75, 0.75])
    assert found.items == 18


def pair_of(p, q, *, asked, seed):
    """Two models with chances p, q [n] on the same items."""
    rng = np.random.default_rng(seed)
    made = {}
    for role, chance in (("t", p), ("s", q)):
        scores = (rng.random((asked, len(chance))) < chance).astype(float)
        made[role] = Repeats(scores=scores, answers=tuple(("x",) * len(chance) for _ in scores))
    truths = {role: Truth(h=(0.7, 0.8)) for role in made}
    base = family(truths, n=len(p))
    return replace(base, shares=(BOX,) * len(p), repeats=made)


def test_churn_beyond_itself_is_the_mean_square_difference():
    rng = np.random.default_rng(5)
    p, q = rng.random(20_000), rng.random(20_000)
    churn, beyond = churn_draws(pair_of(p, q, asked=3, seed=6), "t", "s")[0]
    # Each item's estimate lies in [-1, 1], so one standard error is below 0.007.
    assert beyond == pytest.approx(((p - q) ** 2).mean(), abs=0.02)
    assert churn == pytest.approx((p * (1 - q) + q * (1 - p)).mean(), abs=0.02)


@given(SCORES)
def test_the_churn_of_a_model_against_itself_is_its_flips(scores):
    """Also where both have the same luck: the two are then one and the same row of answers."""
    found = compare_repeats([(1.0, repeated(scores))], "m", "m")
    assert found.churn.estimate == pytest.approx(found.teacher.flips.estimate)
    assert found.beyond.estimate == pytest.approx(0, abs=1e-12)


def test_luck_that_is_shared_does_not_hide_churn():
    """Both draw each repeat with the same uniform number: seen side by side they seldom differ."""
    rng = np.random.default_rng(4)
    p, luck = rng.random(20_000), rng.random((3, 20_000))
    data = pair_of(p, p * 0.5, asked=3, seed=0)
    made = {
        role: replace(data.repeats[role], scores=(luck < chance).astype(float))
        for role, chance in (("t", p), ("s", p * 0.5))
    }
    churn, beyond = churn_draws(replace(data, repeats=made), "t", "s")[0]
    assert beyond == pytest.approx((p**2 / 4).mean(), abs=0.02)
    assert churn == pytest.approx((p * (1 - p / 2) + p / 2 * (1 - p)).mean(), abs=0.02)


@pytest.mark.parametrize("asked", [2, 5])
def test_a_model_against_its_equal_churns_by_its_flips_alone(asked):
    """In 20 runs the 90 % interval of what is beyond misses 0 five times with 4 %."""
    missed = 0
    for seed in range(20):
        p = np.random.default_rng(seed).beta(0.7, 0.5, size=300)
        found = compare_repeats([(1.0, pair_of(p, p, asked=asked, seed=seed))], "t", "s")
        missed += not found.beyond.low <= 0 <= found.beyond.high
        assert found.churn.estimate > 0.1
    assert missed <= 5


def test_intervals_hold_the_truth_over_many_runs():
    """pass^3 of items whose chances are Beta(2, 1): E p³ = 2/5. 100 runs of 40 items."""
    held = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        p = rng.beta(2, 1, size=40)
        found = of(repeated(rng.random((4, 40)) < p))
        held += found.pass_k[2].low <= 0.4 <= found.pass_k[2].high
    # Nominal 90; 81 or fewer happen with 0.5 %.
    assert held >= 82
