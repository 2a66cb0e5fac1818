"""Wordings: one that is harder is flagged; where none is, about the nominal rate is."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from simulated import NOTHING, Truth, coordinates, from_scores

from falloff.analysis import UNDEFINED, FamilyData, Interval, Wording, compare
from falloff.analysis.draws import Draws
from falloff.analysis.profile import own_draws
from falloff.analysis.region import Regions
from falloff.analysis.wordings import judged, wordings
from falloff.core import UsageError

TRUTH = Truth(h=(0.7, 0.8))
# So high that a wording can be 30 points harder anywhere.
CHANCE = 0.4


def worded(seed: int, *, n: int = 150, harder: float = 0.0, items: int | None = None) -> FamilyData:
    """Three wordings, the first ``harder``; of ``items`` of unlike difficulty, worded once."""
    rng = np.random.default_rng(seed)
    places, shares = zip(*coordinates(n, rng), strict=True)
    item = np.arange(n) if items is None else rng.integers(items, size=n)
    template = rng.integers(3, size=n)[item]
    p = CHANCE + (1 - CHANCE) * TRUTH.competence(places)
    if items is not None:
        odds = np.exp(2 * rng.standard_normal(items))[item] * p / (1 - p)
        p = odds / (1 + odds)
    score = (rng.random(n) < p - harder * (template == 0)).astype(float)
    return replace(
        from_scores({"m": score}, places, shares, chance=CHANCE),
        templates=tuple(template.tolist()),
        items=None if items is None else tuple(map(str, item)),
    )


def true_draws(data: FamilyData) -> Draws:
    """The region known exactly, so that many families can be tried without a fit."""
    competence = TRUTH.competence(data.places)[None]
    one = np.ones(1)
    region = Regions(h=np.ones((1, 2)), b=np.ones((1, 2)), rho=one, lapse=one / 2)
    return Draws(regions=region, centre=one, volume=one, volume_at=one, competence=competence)


def flagged(data: FamilyData, draws: Draws | None) -> bool:
    (found,) = judged([wordings(data, "m", draws)])
    return any(wording.further_off for wording in found)


def test_a_wording_that_is_30_points_harder_is_flagged_and_measured():
    data = worded(1, n=400, harder=0.3)
    profile = compare(
        [data],
        teacher="m",
        students=(),
        models={"m": "model"},
        spending={"m": NOTHING},
        suite="made up",
    ).teacher
    first, *others = profile.families[0].wordings
    assert first.further_off
    assert first.probes == data.templates.count(0)
    # All wordings' mean is lower by its own part of 30 points.
    truth = -0.3 * (1 - first.probes / 400)
    assert first.difference.low < truth < first.difference.high < 0
    assert all(wording.difference.estimate > 0 for wording in others)


def test_such_a_wording_is_nearly_always_flagged():
    found = [
        flagged(data, true_draws(data)) for data in map(partial(worded, harder=0.3), range(100))
    ]
    assert np.mean(found) > 0.85


@pytest.mark.parametrize("items", [None, 40])
def test_where_no_wording_is_harder_few_families_are_flagged(items):
    """At most 5 % by Holm; 400 families may show 8.5 % by chance (three standard errors)."""
    made = [worded(seed, items=items) for seed in range(400)]
    assert np.mean([flagged(data, true_draws(data)) for data in made]) < 0.085
    told = [wording.p for data in made for wording in wordings(data, "m", true_draws(data))]
    assert np.mean(np.array(told) < 0.05) > 0.01, "nor is it never"


def test_intervals_of_no_difference_hold_none_nine_times_in_ten():
    made = [worded(seed) for seed in range(400)]
    told = [w.difference for data in made for w in wordings(data, "m", true_draws(data))]
    assert 0.86 < np.mean([w.low <= 0 <= w.high for w in told]) < 0.94


def test_a_region_that_is_off_as_a_whole_counts_for_no_wording():
    data = worded(3)
    right = true_draws(data)
    low = replace(right, competence=right.competence - 0.2)
    for one, other in zip(wordings(data, "m", right), wordings(data, "m", low), strict=True):
        assert one.difference.estimate == pytest.approx(other.difference.estimate)


def test_without_a_region_the_same_place_is_compared():
    assert not flagged(worded(4), None)
    assert flagged(worded(4, n=600, harder=0.3), None)


def test_few_probes_are_counted_and_not_judged():
    data = worded(5, n=60)
    few = replace(data, templates=(7, *data.templates[1:]))
    (*_, last) = wordings(few, "m", own_draws(few, "m", tau=0.5))
    assert (last.template, last.probes, last.difference, last.p) == (7, 1, UNDEFINED, None)


@pytest.mark.parametrize("template", [None, 0])
def test_one_wording_or_none_known_has_nothing_to_compare(template):
    data = worded(6, n=20)
    assert wordings(replace(data, templates=(template,) * 20), "m", None) == ()
    assert wordings(replace(data, templates=()), "m", None) == ()


def test_answers_that_are_missing_are_left_out():
    data = worded(7, n=100)
    score = data.scores["m"].copy()
    score[:10] = np.nan
    gaps = replace(data, scores={"m": score}, templates=(*data.templates[:-5], *(None,) * 5))
    assert sum(wording.probes for wording in wordings(gaps, "m", None)) == 85


def test_holm_is_over_all_families_of_a_model():
    def of(*ps: float) -> tuple[Wording, ...]:
        told = Interval(estimate=0.0, low=0.0, high=0.0)
        return tuple(
            Wording(template=i, probes=9, solved=0.5, difference=told, p=p)
            for i, p in enumerate(ps)
        )

    assert [[w.further_off for w in f] for f in judged([of(0.02, 0.9)])] == [[True, False]]
    assert not any(w.further_off for f in judged([of(0.02, 0.9), of(0.5, 0.6)]) for w in f)
    assert [[w.further_off for w in f] for f in judged([of(0.001, 0.9), of(0.015, 0.02)])] == [
        [True, False],
        [True, True],
    ]


def test_templates_must_be_one_a_probe():
    with pytest.raises(UsageError, match="3 templates"):
        replace(worded(8, n=20), templates=(0, 1, 2))
