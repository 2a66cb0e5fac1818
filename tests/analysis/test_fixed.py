"""Curves from fixed designs: known truths are recovered, and what cannot be known is censored."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from falloff.analysis.fixed import FixedDesign, choose_scale, fit_curves
from falloff.analysis.fixed.falling import Falling
from falloff.analysis.fixed.isotonic import fit_monotone
from falloff.core import UsageError

LEVELS = (1, 2, 4, 8, 16, 32, 64, 128)


def design(truths, *, n=200, seed=0, levels=LEVELS, chance=0.0, item_sd=0.0):
    """Outcomes of models (name → half-way level), log-logistic with exponent 2, same items."""
    rng = np.random.default_rng(seed)
    at = np.array(levels)[np.arange(n) % len(levels)].astype(float)
    ease = rng.normal(size=n) * item_sd
    scores = [
        rng.random(n) < chance + (1 - chance) / (1 + np.exp(2 * np.log(at / half) - ease))
        for half in truths.values()
    ]
    return FixedDesign.of(
        models=np.repeat(list(truths), n).tolist(),
        items=[str(i) for i in range(n)] * len(truths),
        levels=np.tile(at, len(truths)).tolist(),
        scores=np.concatenate(scores).astype(float).tolist(),
    )


def one(levels, scores, **options):
    """The only curve of a single model, each row its own item."""
    made = FixedDesign.of(
        models=["m"] * len(levels),
        items=[str(i) for i in range(len(levels))],
        levels=levels,
        scores=scores,
    )
    return fit_curves(made, **options).curves[0]


def holds(interval, truth):
    low = -math.inf if interval.low is None else interval.low
    high = math.inf if interval.high is None else interval.high
    return low <= truth <= high


@pytest.mark.parametrize("chance", [0.0, 0.25])
def test_known_curves_are_recovered(chance):
    fit = fit_curves(design({"a": 24.0, "b": 12.0}, n=800, chance=chance), chance=chance)
    for curve, half in zip(fit.curves, (24.0, 12.0), strict=True):
        assert curve.edge == curve.edge50
        assert curve.edge50.estimate == pytest.approx(half, rel=0.2)
        assert holds(curve.edge50, half)
        assert holds(curve.edge80, half / 2)  # odds of 4, exponent 2
        assert curve.steepness.estimate == pytest.approx(2.0, rel=0.25)
        assert curve.edge80.estimate < curve.edge50.estimate
    (pair,) = fit.pairs
    assert (pair.reference, pair.model, pair.items) == ("a", "b", 800)
    assert holds(pair.log_edge_ratio, math.log(0.5))
    assert pair.area_difference.high < 0


def test_the_criterion_is_a_raw_score():
    made = design({"a": 24.0}, n=2000, chance=0.25)
    curve = fit_curves(made, chance=0.25, criterion=0.85).curves[0]
    assert curve.edge.estimate == pytest.approx(curve.edge80.estimate)  # .25 + .75 · .8


def test_intervals_cover_their_truth_about_as_often_as_they_say():
    """Item effects move the marginal curve, not its half-way point; pairs share them."""
    hits = dict.fromkeys(("edge", "ratio"), 0)
    runs = 60
    for seed in range(runs):
        made = design({"a": 16.0, "b": 8.0}, n=80, seed=seed, item_sd=1.0)
        fit = fit_curves(made, resamples=300, seed=seed)
        hits["edge"] += holds(fit.curves[0].edge, 16.0)
        hits["ratio"] += holds(fit.pairs[0].log_edge_ratio, math.log(0.5))
    # 90 % nominal; fewer than 49 of 60 has a probability of 2 %.
    assert all(count >= 48 for count in hits.values()), hits


def test_pairs_on_the_same_items_are_known_better_than_their_parts():
    fit = fit_curves(design({"a": 16.0, "b": 12.0}, n=160, item_sd=3.0))
    wide = sum((c.area.high - c.area.low) ** 2 for c in fit.curves) ** 0.5
    difference = fit.pairs[0].area_difference
    assert difference.high - difference.low < 0.9 * wide


@pytest.mark.parametrize("score", [0.0, 1.0])
def test_all_right_and_all_wrong_are_censored(score):
    curve = one(LEVELS * 3, [score] * 24, criterion=0.99)
    side, end = ("above", 128.0) if score else ("below", 1.0)
    for edge in (curve.edge, curve.edge50, curve.edge80):
        assert edge.censored == side
        assert edge.estimate == pytest.approx(end)
    assert (curve.edge.high if score else curve.edge.low) is None
    assert curve.steepness.estimate is None
    assert curve.monotone_edge is None
    assert curve.area.estimate == pytest.approx(score, abs=0.05)


def test_a_clean_cut_lies_between_its_levels():
    curve = one(LEVELS * 5, [float(level <= 8) for level in LEVELS] * 5)
    assert 8 < curve.edge.estimate < 16
    assert curve.monotone_edge == pytest.approx(math.sqrt(8 * 16), rel=0.01)
    assert curve.edge.low is not None
    assert curve.edge.high is not None


def test_a_table_of_mean_scores_is_fitted_to_its_shape():
    """A plateau, then a fall: the criterion is met between the levels that straddle it."""
    scores = [0.95, 0.95, 0.94, 0.92, 0.80, 0.45]
    curve = one([4096 * 2**k for k in range(6)], scores, criterion=0.856)
    assert 32768 < curve.edge.estimate < 65536
    assert 32768 < curve.monotone_edge < 65536
    assert curve.ceiling.estimate == pytest.approx(0.95, abs=0.02)


def test_weights_count_as_repeats_do():
    levels, scores = [*LEVELS, *LEVELS], [1.0] * 8 + [1, 1, 1, 1, 0, 0, 0, 0]
    make = {"models": ["m"] * 16, "items": [str(i) for i in range(16)]}
    even = FixedDesign.of(**make, levels=levels, scores=scores)
    upper = FixedDesign.of(**make, levels=levels, scores=scores, weights=[0.0] * 8 + [3.0] * 8)
    lower = fit_curves(upper).curves[0]
    assert lower.area.estimate < fit_curves(even).curves[0].area.estimate - 0.2
    assert lower.rows == 8


def test_a_model_without_weight_is_refused():
    made = FixedDesign.of(
        models=["m"] * 2, items=["1", "2"], levels=[1, 2], scores=[1, 0], weights=[0, 0]
    )
    with pytest.raises(UsageError, match="without weight"):
        fit_curves(made)


def test_ones_among_mean_scores_are_mean_scores_too():
    """Three perfect means say more than three right answers: no prior observation is added."""
    levels, scores = [4096, 8192, 16384] * 2, [0.965, 0.9, 0.7, 1.0, 1.0, 1.0]
    made = FixedDesign.of(
        models=["x"] * 3 + ["y"] * 3, items=list("123456"), levels=levels, scores=scores
    )
    perfect = fit_curves(made, criterion=0.856).curves[1]
    assert perfect.edge.censored == "above"
    answers = one(levels[:3], scores[3:], criterion=0.856)
    assert answers.edge.low is None
    assert perfect.edge.low > 4096
    assert perfect.area.low > answers.area.low + 0.1


def test_units_of_levels_and_of_weights_do_not_matter():
    minutes = fit_curves(design({"a": 16.0})).curves[0]
    seconds = fit_curves(design({"a": 960.0}, levels=tuple(60 * x for x in LEVELS))).curves[0]
    assert seconds.edge.estimate == pytest.approx(60 * minutes.edge.estimate, rel=1e-6)
    assert seconds.steepness.estimate == pytest.approx(minutes.steepness.estimate, rel=1e-6)
    assert seconds.area.estimate == pytest.approx(minutes.area.estimate, rel=1e-6)


def test_a_ratio_with_one_edge_beyond_the_levels_is_a_bound():
    fit = fit_curves(design({"far": 1e5, "near": 8.0}, n=400))
    ratio = fit.pairs[0].log_edge_ratio
    assert ratio.censored == "below"
    assert ratio.low is None
    assert ratio.estimate == pytest.approx(math.log(8 / 128), abs=0.3)
    both = fit_curves(design({"far": 1e5, "farther": 1e6}, n=400)).pairs[0].log_edge_ratio
    assert both.estimate is None


def test_models_without_shared_items_are_no_pair():
    made = FixedDesign.of(
        models=["a"] * 4 + ["b"] * 4,
        items=list("12345678"),
        levels=[1, 2, 3, 4] * 2,
        scores=[1, 1, 0, 0] * 2,
    )
    assert fit_curves(made).pairs == ()


def test_the_same_seed_gives_the_same_numbers_and_another_other_bounds():
    made = design({"a": 16.0})
    first, again, other = (fit_curves(made, seed=seed).curves[0].edge for seed in (1, 1, 2))
    assert first == again
    assert first.estimate == other.estimate
    assert first.low != other.low


def test_few_items_have_wider_intervals_for_their_number():
    scores = [0.97, 0.95, 0.9, 0.8, 0.6, 0.35, 0.15, 0.05]
    few = one(LEVELS, scores)
    many = one(LEVELS * 20, scores * 20)
    ratio = (few.area.high - few.area.low) / (many.area.high - many.area.low)
    assert ratio > 1.3 * math.sqrt(20)


def test_many_levels_are_fitted_as_well_as_few():
    levels = tuple(np.exp2(np.linspace(0, 7, 600)))
    curve = fit_curves(design({"a": 16.0}, n=3000, levels=levels)).curves[0]
    assert holds(curve.edge, 16.0)
    assert len(curve.levels) == 600


@pytest.mark.parametrize(
    ("levels", "wanted", "name", "offset"),
    [
        ((1, 2, 5), None, "log", 0),
        ((1, 2, 4), None, "linear", 0),
        ((0, 2, 50), None, "linear", 0),
        ((0, 2, 50), "log", "log", 1),
        ((-3, 50), None, "linear", 0),
        ((1, 100), "linear", "linear", 0),
    ],
)
def test_the_scale_follows_from_the_levels_unless_asked_for(levels, wanted, name, offset):
    scale = choose_scale(levels, wanted)
    assert (scale.name, scale.offset) == (name, offset)
    for level in levels:
        assert scale.level(scale.position(level)) == pytest.approx(level)
    step = 1e-6
    slope = scale.position(levels[-1] * math.exp(step)) - scale.position(levels[-1])
    assert scale.z_per_efold(np.array(levels[-1])) == pytest.approx(slope / step, rel=1e-3)


def test_a_score_that_rises_with_the_level_is_noted():
    made = FixedDesign.of(
        models=["m"] * 8, items=list("abcdefgh"), levels=LEVELS, scores=[0, 0, 0, 0, 1, 1, 1, 1]
    )
    assert "rises with the level" in fit_curves(made).notes[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"criterion": 0.2, "chance": 0.25}, "not between the chance level"),
        ({"criterion": 1.0}, "not between"),
        ({"chance": 1.0}, "chance level"),
        ({"chance": -0.1}, "chance level"),
        ({"scale": "log"}, "no place for the level -1"),
    ],
)
def test_options_that_make_no_sense_are_refused(options, message):
    with pytest.raises(UsageError, match=message):
        one([-1, 2, 3], [1, 1, 0], **options)


@pytest.mark.parametrize(
    ("models", "levels", "message"),
    [
        ("", [], "no rows"),
        ("aabb", [3, 3, 3, 3], "same level, 3"),
        ("aabb", [1, 2, 3, 3], "'b' has rows at one level only, 3"),
        ("aabb", [0, 1, 0, 1e-15], "'b' has rows at one level only, 0"),
    ],
)
def test_too_few_levels_are_refused(models, levels, message):
    with pytest.raises(UsageError, match=message):
        fit_curves(
            FixedDesign.of(
                models=list(models),
                items=list(models),
                levels=levels,
                scores=[1.0] * len(models),
            )
        )


def test_the_area_in_closed_form_is_the_integral():
    curves = Falling(
        half=np.array([0.5, -2.0, 3.0]),
        slope=np.array([6.0, 300.0, 0.01]),
        lapse=np.array([0.1, 0.0, 0.3]),
    )
    z = np.linspace(0.1, 0.9, 200_001)
    assert curves.area(0.1, 0.9) == pytest.approx(
        np.trapezoid(curves.competence(z), z) / 0.8, abs=1e-8
    )


@given(
    rows=st.lists(
        st.tuples(st.integers(0, 5), st.floats(0, 1), st.floats(0.1, 5)), min_size=2, max_size=30
    )
)
def test_the_monotone_fit_never_rises_and_keeps_the_mean(rows):
    z, score, weight = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    fit = fit_monotone(z, score, weight)
    assert (np.diff(fit.score) <= 1e-12).all()
    totals = np.array([weight[z == place].sum() for place in fit.z])
    assert (totals @ fit.score) == pytest.approx(weight @ score)


@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(0, 3), st.floats(-1e6, 1e6), st.floats(0, 1)),
        min_size=4,
        max_size=25,
    ),
    chance=st.sampled_from([0.0, 0.25, 0.5]),
)
def test_whatever_the_table_results_are_finite_and_ordered(rows, chance):
    """Any warning from the numerics is an error here."""
    models, items, levels, scores = zip(*rows, strict=True)
    try:
        made = FixedDesign.of(models=models, items=items, levels=levels, scores=scores)
        fit = fit_curves(made, chance=chance, resamples=100)
    except UsageError:
        return
    for curve in fit.curves:
        for edge in (curve.edge, curve.edge50, curve.edge80, curve.area, curve.ceiling):
            known = [x for x in (edge.low, edge.estimate, edge.high) if x is not None]
            assert all(map(math.isfinite, known))
            assert known == sorted(known)
        assert all(map(math.isfinite, curve.drawn.score))
