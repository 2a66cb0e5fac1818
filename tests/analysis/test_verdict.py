"""The verdict: over scopes, over looks, and what would settle it."""

import numpy as np
import pytest

from falloff.analysis import Scope, judge
from falloff.analysis.anytime import TIGHTEST, anytime_bounds, boundary
from falloff.analysis.verdict import verdict


def around(centre, spread, seed=0):
    draws = np.random.default_rng(seed).normal(centre, spread, 2000)
    return np.concatenate([[centre], draws - draws.mean() + centre])


def crossings(runs=4000, most=40_000, first=48, step=32):
    """Share of runs, at retention = margin, that ever pass and ever fail, looked at every round."""
    rng = np.random.default_rng(5)
    n = np.arange(first, most, step)
    z = np.array([boundary(int(probes)) for probes in n])
    gaps = np.sqrt(np.diff(n, prepend=0))
    passed = failed = 0
    for _ in range(runs):
        score = np.cumsum(gaps * rng.standard_normal(len(n))) / np.sqrt(n)
        passed += bool((score > z).any())
        failed += bool((score < -z).any())
    return passed / runs, failed / runs


def test_at_the_margin_looking_every_round_seldom_settles_falsely():
    """To forty thousand probes, false pass and false fail each stay below 5 %."""
    passed, failed = crossings(runs=1000)
    assert passed <= 0.05
    assert failed <= 0.05


def test_the_anytime_bounds_are_tightest_at_the_default_budget_and_wider_than_one_look():
    z = {n: boundary(n) for n in (60, 300, TIGHTEST, 1200, 6000)}
    widths = {n: value / np.sqrt(n) for n, value in z.items()}
    assert z[TIGHTEST] < z[60]
    assert 2.5 < z[TIGHTEST] < 3
    assert sorted(widths, key=lambda n: widths[n]) == sorted(z, reverse=True)


def test_what_settles_at_any_time_settles_at_one_look():
    one = verdict(around(1.0, 0.02), probes=600)
    assert (one.status, one.anytime_status) == ("pass", "pass")
    two = verdict(around(0.95, 0.02), probes=600)
    assert (two.status, two.anytime_status) == ("pass", "inconclusive")
    assert two.anytime_low < two.low < two.high < two.anytime_high


def test_ratios_that_are_not_positive_have_no_anytime_bounds():
    assert anytime_bounds(np.array([1.0, -0.1, 0.2]), 100) is None


def test_an_estimate_at_the_margin_still_says_what_would_settle_it():
    at, near, far = (verdict(around(c, 0.05), probes=200).further_probes for c in (0.9, 0.94, 0.97))
    assert at > near > far > 0


def test_advised_probes_settle_four_cases_of_five():
    """Simulated: a truth from the draws, an estimate after the further probes, its verdict."""
    rng = np.random.default_rng(1)
    further = verdict(around(0.93, 0.05), probes=200).further_probes
    later = 0.05 * np.sqrt(200 / (200 + further))
    estimate = 0.93 + np.sqrt(0.05**2 - later**2) * rng.standard_normal(20_000)
    settled = np.abs(estimate - 0.9) > 1.645 * later
    assert settled.mean() == pytest.approx(0.8, abs=0.02)


def test_a_policy_passes_only_where_every_scope_does():
    good, open_ = (
        Scope(draws=around(1.0, 0.02), margin=0.9),
        Scope(draws=around(0.92, 0.03), margin=0.9),
    )
    assert judge({"headline": good}) == ("pass", ())
    assert judge({"headline": good, "agents": open_}) == ("inconclusive", ("agents",))
    assert judge({"none": Scope(draws=np.array([np.nan, np.nan]), margin=0.9)})[0] == "inconclusive"
    assert judge({})[0] == "inconclusive"


def test_a_policy_fails_where_one_scope_is_surely_below():
    bad = Scope(draws=around(0.8, 0.02), margin=0.9)
    good = Scope(draws=around(1.0, 0.02), margin=0.9)
    assert judge({"a": good, "b": bad}) == ("fail", ("b",))


def test_many_scopes_at_their_margin_seldom_fail():
    """Twenty scopes whose truth is the margin: by Holm a policy fails in at most 5 % of runs."""
    rng = np.random.default_rng(3)
    noise = rng.normal(0, 0.03, (400, 20))
    failed = sum(
        judge({str(i): Scope(draws=around(0.9 + e, 0.03), margin=0.9) for i, e in enumerate(row)})[
            0
        ]
        == "fail"
        for row in noise
    )
    assert failed / 400 <= 0.07
