"""The exact grid on one axis, against particles, and where answers say little."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from falloff.analysis.posterior import posterior, prior, update
from falloff.analysis.tally import Tally

LINE = np.linspace(0, 1, 20)[:, None]
LONG = 20_000


def answers(n, h, b, lapse, chance, seed):
    rng = np.random.default_rng(seed)
    u = rng.integers(0, 39, n)[:, None] / 38
    c = (1 - lapse) / (1 + (u[:, 0] / h) ** b)
    return Tally.of(u, (rng.random(n) < chance + (1 - chance) * c).astype(float), chance)


def every_answer(rate, places=(0.0, 0.5, 1.0), chance=0.0):
    u = np.repeat(np.array(places)[:, None], 24, axis=0)
    return Tally.of(u, np.full(len(u), rate), chance)


CASES = {
    "usual": answers(112, 0.6, 5, 0.03, 0.0, 1),
    "few": answers(12, 0.5, 4, 0.02, 0.0, 5),
    "chance": answers(112, 0.6, 5, 0.03, 0.25, 2),
    "cliff": answers(600, 0.5, 40, 0.02, 0.0, 3),
    "many": answers(4000, 0.7, 3, 0.1, 0.0, 4),
    "all right": every_answer(1.0),
    "all wrong": every_answer(0.0, chance=0.25),
    "one level": every_answer(0.5, places=(0.5,)),
}


def quantities(particles):
    """[8, K] what is reported, and the parameters on their scales."""
    region = particles.regions
    logs = [np.log(region.h[:, 0]), np.log(region.steepness(0)), particles.theta[:, 3]]
    volume = region.competence(LINE).mean(axis=1)
    return np.array([volume, *logs, *particles.theta.T[[1, 2, 4]], 1 - region.lapse])


@pytest.mark.parametrize("name", CASES)
def test_the_grid_is_what_many_particles_tend_to(name):
    """Means to .1 SD, spreads to 8 %, tails to .2 SD: three errors of particles that repeat."""
    rng = np.random.default_rng(0)
    long = quantities(update(prior(1, LONG, rng), None, CASES[name], rng=rng))
    grid = quantities(posterior(CASES[name], seed=1, count=LONG))
    sd = long.std(axis=1)
    assert np.abs(grid.mean(axis=1) - long.mean(axis=1)) / sd == pytest.approx(0, abs=0.1)
    assert grid.std(axis=1) / sd == pytest.approx(1, abs=0.08)
    tails = [np.quantile(q, [0.05, 0.95], axis=1) for q in (grid, long)]
    assert (tails[0] - tails[1]) / sd == pytest.approx(0, abs=0.2)


@pytest.mark.parametrize("name", CASES)
def test_few_particles_have_the_moments_of_many(name):
    """Drawn systematically and resampled once: errors about those of independent draws, 1/√K."""
    few, many = (quantities(posterior(CASES[name], seed=1, count=k)) for k in (1000, LONG))
    assert (few.mean(axis=1) - many.mean(axis=1)) / many.std(axis=1) == pytest.approx(0, abs=0.13)
    assert few.std(axis=1) / many.std(axis=1) == pytest.approx(1, abs=0.13)


@settings(deadline=None, max_examples=15)
@given(
    seed=st.integers(0, 2**32),
    chance=st.sampled_from([0.0, 0.25, 0.5]),
    rate=st.sampled_from([0.0, 0.5, 1.0]),
    n=st.sampled_from([1, 8, 500, 20_000]),
)
def test_any_answers_give_finite_log_odds(seed, chance, rate, n):
    rng = np.random.default_rng(seed)
    u = rng.integers(0, rng.integers(1, 9), n)[:, None] / 8
    tally = Tally.of(u, (rng.random(n) < rate).astype(float), chance)
    particles = posterior(tally, seed=seed)
    assert np.isfinite(particles.theta).all()
    c = particles.regions.competence(LINE)
    assert ((c >= 0) & (c <= 1)).all()


def test_the_same_seed_draws_the_same_particles():
    one, same, other = (posterior(CASES["usual"], seed=s).theta for s in (1, 1, 2))
    assert (one == same).all()
    assert not (one == other).all()
