"""Prices of probes: what the design divides its gain by."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_look_ahead import CHAIN, TOOLS, design, learn, placed, run

from falloff.sampling import FamilyEvidence
from falloff.sampling.cost import family_prices, prices

LINE = np.linspace(0, 1, 9)[:, None]


def with_calls(evidence, calls):
    """``calls`` of a coordinate, the same for every model."""
    known = np.array([calls(at) for at in evidence.coordinates], dtype=float)
    return replace(evidence, calls=dict.fromkeys(evidence.scores, known))


def run_at(calls, budget=96, seed=1):
    made = design(budget, seed=seed)
    evidence = FamilyEvidence.none_yet(CHAIN.name, ("teacher", "student"))
    while allocated := made.allocate({CHAIN.name: evidence}):
        batch = made.place(CHAIN, allocated[CHAIN.name], evidence)
        evidence = with_calls(learn(evidence, batch), calls)
    return evidence


@given(st.integers(1, 40), st.integers(1, 50))
def test_equal_calls_are_a_price_of_one_exactly(n, calls):
    u = np.random.default_rng(n).random((n, 1))
    assert (prices(u, np.full(n, float(calls)), LINE) == 1).all()
    assert (prices(u, np.full(n, np.nan), LINE) == 1).all()


@given(st.lists(st.integers(1, 30), min_size=2, max_size=40))
def test_expected_calls_lie_between_the_fewest_and_the_most(calls):
    calls = np.array(calls, dtype=float)
    got = prices(np.linspace(0, 1, len(calls))[:, None], calls, LINE) * calls.mean()
    assert got.min() >= calls.min() - 1e-9
    assert got.max() <= calls.max() + 1e-9


def test_prices_follow_the_calls_and_few_probes_say_little():
    u = np.random.default_rng(0).random((200, 1))
    many = prices(u, np.round(1 + 15 * u[:, 0]), LINE)
    assert (np.diff(many) > 0).all()
    assert many[-1] / many[0] > 3
    few = prices(np.array([[0.0], [1.0]]), np.array([1.0, 16.0]), LINE)
    assert few[-1] / few[0] < many[-1] / many[0]


def test_a_label_says_nothing_of_the_price_of_another():
    u = np.repeat([[0.0, 1.0, 0.0]], 30, axis=0)
    u[:15] = 0
    calls = np.repeat([1.0, 9.0], 15)
    plain, second, third = prices(u, calls, np.array([[0, 0, 0], [0, 1, 0], [0, 0, 1.0]]))
    assert plain < 0.4 < 1.6 < second
    assert third == pytest.approx(1.0, abs=0.01)


def test_equal_costs_change_nothing():
    assert run_at(lambda _: 5).coordinates == run(design(96)).coordinates


def test_dear_places_are_looked_at_less():
    """Each step is a call: the average look is nearer than where all cost the same."""

    def steps(calls):
        runs = [run_at(calls, seed=seed) for seed in range(4)]
        return np.mean([at["steps"] for run in runs for at in placed(run, "look")[10:]])

    assert steps(lambda at: at["steps"]) < steps(lambda _: 1) - 0.3


def test_a_dear_family_gets_fewer_batches():
    made = design(2000, families=(CHAIN, TOOLS))
    known = {f.name: run(design(16, families=(f,)), f) for f in (CHAIN, TOOLS)}

    def batches(calls):
        evidence = {**known, TOOLS.name: with_calls(known[TOOLS.name], lambda _: calls)}
        evidence[CHAIN.name] = with_calls(known[CHAIN.name], lambda _: 1)
        return made.allocate(evidence).get(TOOLS.name, 0)

    assert batches(1) > batches(40)


def test_families_of_equal_calls_have_the_same_price():
    one = with_calls(run(design(16)), lambda _: 3)
    assert family_prices({"a": one, "b": one}) == {"a": 1.0, "b": 1.0}
    dear = with_calls(one, lambda _: 30)
    price = family_prices({"a": one, "b": dear})
    assert price["b"] > 5 * price["a"]
    nothing = FamilyEvidence.none_yet("c", ("teacher",))
    assert family_prices({"a": one, "b": dear, "c": nothing})["c"] == pytest.approx(1.0)
