"""The model of a region and its fit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from falloff.analysis.region import Regions
from falloff.analysis.region_fit import Problem, fit

positive = st.floats(0.05, 20)


def region(h, b, rho=3.0, lapse=0.02):
    return Regions(
        h=np.array([h], float), b=np.array([b], float), rho=np.array([rho]), lapse=np.array([lapse])
    )


def test_on_one_axis_it_is_log_logistic():
    u = np.linspace(0, 1, 11)
    got = region([0.5], [4.0]).competence(u[:, None])[0]
    assert got == pytest.approx(0.98 / (1 + (u / 0.5) ** 4), abs=1e-7)


def test_the_centre_is_one_minus_the_lapse_rate():
    assert region([0.5, 0.7], [4, 2]).competence(np.zeros((1, 2)))[0, 0] == pytest.approx(0.98)


def test_an_axis_at_its_centre_does_not_count():
    both = region([0.5, 0.7], [4, 2]).competence(np.array([[0.4, 0.0]]))
    assert both == pytest.approx(region([0.5], [4]).competence(np.array([[0.4]])), abs=1e-6)


@given(positive, positive, positive, st.floats(0.3, 30), st.floats(0, 1), st.floats(0, 1))
def test_competence_never_rises_outward(h, b1, b2, rho, x, y):
    some = region([h, 0.6], [b1, b2], rho)
    near, far = some.competence(np.array([[x * y, y], [x, y]]))[0]
    assert far <= near + 1e-9


def test_large_rho_is_the_weakest_link():
    u = np.array([[0.5, 0.4]])
    pooled = region([0.6, 0.6], [4, 4], rho=400).competence(u)[0, 0]
    single = region([0.6], [4]).competence(np.array([[0.5]]))[0, 0]
    assert pooled == pytest.approx(single, abs=1e-3)


def test_pooling_odds_adds_them_when_q_is_one():
    u = np.array([[0.5, 0.4]])
    got = region([0.6, 0.7], [3, 3], rho=3.0, lapse=0.0).competence(u)[0, 0]
    odds = (0.5 / 0.6) ** 3 + (0.4 / 0.7) ** 3
    assert got == pytest.approx(1 / (1 + odds))


def test_the_edge_is_where_the_curve_crosses_the_threshold():
    some = region([0.5, 0.8], [4, 2])
    edge = some.edge(0, 0.5)[0]
    assert some.competence(np.array([[edge, 0.0]]))[0, 0] == pytest.approx(0.5)
    assert np.isnan(region([0.5], [4], lapse=0.6).edge(0, 0.5)[0])


def test_the_gradient_is_the_derivative_of_the_objective():
    rng = np.random.default_rng(0)
    u = rng.random((12, 2))
    u[0] = 0
    problem = Problem.of(u, 0.1)
    theta = problem.prior[0] + rng.normal(size=(4, 6)) * 0.5
    trials = rng.random((4, 12)) * 5
    successes = trials * rng.random((4, 12))
    _, gradient, _ = problem.evaluate(theta, successes, trials)
    for d in range(6):
        step = np.zeros(6)
        step[d] = 1e-6
        up = problem.objective(theta + step, successes, trials)
        down = problem.objective(theta - step, successes, trials)
        assert gradient[:, d] == pytest.approx((up - down) / 2e-6, rel=1e-4, abs=1e-4)


def test_much_data_recovers_the_region():
    rng = np.random.default_rng(1)
    truth = region([0.55, 0.8], [5.0, 3.0], rho=3.0, lapse=0.05)
    u = rng.random((200, 2))
    u[:40] = 0
    u[40:80, 1] = 0
    u[80:120, 0] = 0
    trials = np.full((1, 200), 500.0)
    p = 0.1 + 0.9 * truth.competence(u)
    found, _ = fit(u, trials * p, trials, 0.1)
    assert found.h[0] == pytest.approx(truth.h[0], rel=0.05)
    assert found.b[0] == pytest.approx(truth.b[0], rel=0.05)
    assert found.competence(u) == pytest.approx(truth.competence(u), abs=0.01)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(["right", "wrong", "mixed"]))
def test_any_data_gives_finite_results_without_warnings(seed, kind):
    rng = np.random.default_rng(seed)
    u = np.vstack([np.zeros(2), rng.random((9, 2))])
    trials = rng.integers(0, 4, size=(3, 10)).astype(float)
    rate = {"right": 1.0, "wrong": 0.0, "mixed": rng.random()}[kind]
    found, theta = fit(u, trials * rate, trials, 0.1)
    assert np.isfinite(theta).all()
    assert ((found.competence(u) >= 0) & (found.competence(u) <= 1)).all()
