"""What a model's families tell of one another."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from falloff.analysis.ability import Ability, ability


def families(mean, sd, *, count=40, noise=0.4, seed=0):
    """Posterior draws of z under N(0, 1) priors, of families whose z are N(mean, sd²)."""
    rng = np.random.default_rng(seed)
    truth = mean + sd * rng.standard_normal(count)
    seen = truth + noise * rng.standard_normal(count)
    weight = 1 / (1 + noise**2)
    return truth, [
        weight * one + np.sqrt(weight) * noise * rng.standard_normal(1000) for one in seen
    ]


@pytest.mark.parametrize(("mean", "sd"), [(0.0, 1.0), (1.2, 0.6), (-1.0, 0.8)])
def test_it_finds_where_a_models_families_are(mean, sd):
    _, draws = families(mean, sd)
    found = ability(draws)
    assert found.mean == pytest.approx(mean, abs=3 * sd / np.sqrt(40) + 0.1)
    assert found.sd == pytest.approx(sd, abs=0.3)


def test_weighting_by_it_takes_the_common_pull_out():
    truth, draws = families(2.0, 0.5, noise=0.8)
    found = ability(draws)
    pulled = np.mean([z.mean() for z in draws]) - truth.mean()
    left = np.mean([found.weights(z) @ z for z in draws]) - truth.mean()
    assert pulled < -0.5
    assert abs(left) < abs(pulled) / 2


def test_two_families_say_too_little():
    assert ability(families(1.0, 1.0, count=2)[1]) is None


@given(st.floats(-3, 3), st.floats(0.3, 2))
def test_weights_are_a_distribution(mean, sd):
    weights = Ability(mean=mean, sd=sd).weights(np.linspace(-6, 6, 101))
    assert weights.sum() == pytest.approx(1)
    assert (weights >= 0).all()


def test_a_model_at_its_priors_is_left_as_it_is():
    z = np.linspace(-2, 2, 9)
    assert Ability(mean=0.0, sd=1.0).weights(z) == pytest.approx(1 / 9)


def test_its_error_is_as_large_as_it_is_off():
    """Over 60 models of eight families, z-scores of the mean have a spread of about one."""
    off = []
    for seed in range(60):
        found = ability(families(0.8, 0.7, count=8, seed=seed)[1])
        off.append((found.mean - 0.8) / found.error)
        assert 0 < found.error < 1
    assert 0.7 < np.std(off) < 1.3


def test_what_few_draws_reach_is_expected_only_so_far_as_many_bear_it():
    """Expected far below all draws, not one of them may carry the whole weight."""
    z = np.random.default_rng(0).normal(-2.8, 0.3, 1000)
    weights = Ability(mean=-8.0, sd=0.5).weights(z)
    assert 1 / (weights**2).sum() == pytest.approx(100, rel=0.01)
    assert weights @ z < z.mean() - 0.3
