"""Churn beyond the null: paired, over draws from μ alone, and none where nothing differs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulated import Truth, family

from falloff.analysis import AXIS, BOX
from falloff.analysis.null import beyond_null

ROLES = ("teacher", "student", "null")
SCORES = st.lists(st.tuples(*[st.sampled_from([0.0, 1.0, np.nan])] * 3), min_size=1, max_size=60)


def answered(rows, shares=None):
    """A family whose probes have these scores of teacher, student and null."""
    scores = dict(zip(ROLES, np.array(rows, dtype=float).T, strict=True))
    base = family({role: Truth(h=(0.7, 0.8)) for role in ROLES}, n=len(rows))
    return replace(base, shares=shares or (BOX,) * len(rows), scores=scores)


def found(data):
    return beyond_null([(1.0, data)], *ROLES)


@given(SCORES)
def test_estimates_are_the_shares_counted_by_hand(rows):
    kept = [row for row in rows if not np.isnan(row).any()]
    beyond = found(answered(rows))
    if not kept:
        assert beyond is None
        return
    churn = sum(t != s for t, s, _ in kept) / len(kept)
    null = sum(t != n for t, _, n in kept) / len(kept)
    assert beyond.probes == len(kept)
    assert beyond.churn.estimate == pytest.approx(churn)
    assert beyond.null.estimate == pytest.approx(null)
    assert beyond.beyond.estimate == pytest.approx(churn - null, abs=1e-12)
    assert -1 <= beyond.beyond.low <= beyond.beyond.high <= 1


def test_probes_that_the_design_placed_have_no_say():
    rows = [(1.0, 1.0, 1.0)] * 20 + [(1.0, 0.0, 1.0)] * 20
    beyond = found(answered(rows, shares=(BOX,) * 20 + (AXIS,) * 20))
    assert beyond.churn.estimate == 0
    assert beyond.probes == 20


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    """90 %: of 200 runs in which nothing lies beyond, at most 35 may exclude 0, by a binomial."""
    rng = np.random.default_rng(20)
    missed = 0
    for _ in range(200):
        beyond = found(answered((rng.random((40, 3)) < 0.7).astype(float))).beyond
        missed += not beyond.low <= 0 <= beyond.high
    assert missed <= 35
