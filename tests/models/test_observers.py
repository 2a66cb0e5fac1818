"""Observers: what they say of themselves, against brute force written another way."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from falloff.core import Axis, UsageError
from falloff.models.observers import (
    Asymmetric,
    Bump,
    Compounding,
    Nominal,
    Observer,
    Plateau,
    Pooled,
    Product,
    Step,
    WeakestLink,
    Weighted,
    student_of,
)

FALLING = [
    Pooled(),
    Pooled(half=(0.4, 0.9, 0.6), exponent=2.5, pooling=1.0),
    Pooled(half=(0.5,), exponent=8.0, pooling=40.0),
    Weighted(half=(0.5, 0.7), slope=5.0),
    WeakestLink(half=(0.6,)),
    Product(half=(0.5, 0.8)),
    Step(half=(0.55,)),
    Plateau(half=(0.7,)),
    Asymmetric(half=(0.6,)),
]
RULES = [*FALLING, Bump(half=(0.7,)), Bump(half=(0.8,), size=-0.55, at=0.35)]
STEPS = Axis(name="steps", unit="steps", levels=(1, 2, 4, 8, 16), description="steps")


def box(k, n=7):
    return np.array(list(itertools.product(np.linspace(0, 1, n), repeat=k)))


def even(u):
    return np.full(len(u), 1 / len(u))


def by_hand(rule, u):
    """Each rule at one place, in plain Python from its formula."""
    h = [rule.half[i % len(rule.half)] for i in range(len(u))]
    x = [a / b for a, b in zip(u, h, strict=True)]
    match rule:
        case Pooled():
            odds = [a**rule.exponent for a in x]
            q = rule.pooling / rule.exponent
            return 1 / (1 + sum(o**q for o in odds) ** (1 / q))
        case Weighted():
            return 1 / (1 + math.exp(-rule.slope * (1 - sum(x))))
        case WeakestLink():
            return min(1 / (1 + a**rule.exponent) for a in x)
        case Product():
            return math.prod(1 / (1 + a**rule.exponent) for a in x)
        case Step():
            return float(max(x) < 1)
        case Plateau():
            s = max(x)
            slip = rule.shelf + (1 - rule.shelf) / (1 + (4 * s) ** 4)
            return slip / (1 + s**rule.exponent)
        case Asymmetric():
            return math.prod(0.5 ** (a**rule.exponent) for a in x)
        case Bump():
            base = by_hand(Pooled(half=rule.half, exponent=rule.exponent), u)
            bump = rule.size * math.exp(-(((u[0] - rule.at) / rule.width) ** 2) / 2)
            return min(max(base + bump, 0.0), 1.0)


@pytest.mark.parametrize("k", [1, 2, 3, 5])
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: type(rule).__name__)
def test_rules_are_their_formulas(rule, k):
    u = box(k, n=4)
    assert rule.competence(u) == pytest.approx([by_hand(rule, place) for place in u.tolist()])


def test_compounding_is_one_accuracy_a_step():
    rule = Compounding(axes=(STEPS, STEPS), accuracy=0.9)
    u = np.array([[STEPS.u(a), STEPS.u(b)] for a, b in ((1, 1), (4, 1), (16, 3))])
    assert rule.competence(u) == pytest.approx([1.0, 0.9**3, 0.9**17])


def test_a_nominal_axis_has_a_region_for_each_label():
    rule = Nominal(rule=Pooled(half=(0.5,)), factors=(1.0, 0.5, 2.0))
    u = np.array([[0.5, 0], [0.25, 1], [1.0, 2]])
    assert rule.competence(u) == pytest.approx([0.5, 0.5, 0.5])


@pytest.mark.parametrize("items", [0.3, 1.5, 3.0])
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: type(rule).__name__)
def test_the_competence_over_items_is_the_mean_over_items(rule, items):
    """By adaptive quadrature, and independent of the nodes that the observer uses."""
    from scipy.integrate import quad

    observer = Observer(rule=rule, lapse=0.1, items=items)
    for place in (0.0, 0.3, 0.65, 0.95):
        u = np.array([[place, 0.2]])

        def over(z, u=u):
            density = math.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)
            return float(observer.on_item(u, z)[0]) * density

        truth, _ = quad(over, -9, 9, points=[0.0], epsabs=1e-11, limit=400)
        assert float(observer.competence(u)[0]) == pytest.approx(truth, abs=1e-7)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: type(rule).__name__)
@pytest.mark.parametrize("lapse", [0.0, 0.2])
def test_edges_are_first_down_crossings(rule, lapse):
    observer = Observer(rule=rule, lapse=lapse)
    for axis in range(2):
        edge = observer.edge(axis, 2)
        fine = np.zeros((200_001, 2))
        fine[:, axis] = np.linspace(0, 1, 200_001)
        below = np.flatnonzero(observer.competence(fine) < 0.5)
        assert (edge is None) == (below.size == 0)
        if edge is not None:
            assert edge == pytest.approx(fine[below[0], axis], abs=1e-5)


def test_edges_of_the_pooled_rule_are_in_closed_form():
    observer = Observer(rule=Pooled(half=(0.5, 0.7), exponent=3.0, pooling=2.0), lapse=0.1)
    for tau in (0.3, 0.5, 0.8):
        odds = (1 - 0.1) / tau - 1
        assert observer.edge(0, 2, tau) == pytest.approx(0.5 * odds ** (1 / 3), abs=1e-9)
        assert observer.edge(1, 2, tau) == pytest.approx(0.7 * odds ** (1 / 3), abs=1e-9)


def test_edges_that_are_not_there_are_told_apart():
    assert Observer(rule=Pooled(half=(3.0,))).edge(0, 1) is None
    assert Observer(rule=Pooled(), lapse=0.6).edge(0, 1) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: type(rule).__name__)
def test_volume_is_the_integral_of_volumes_at_all_thresholds(rule):
    observer, u = Observer(rule=rule, lapse=0.1, items=1.0), box(2, n=9)
    taus = (np.arange(20_000) + 0.5) / 20_000
    levels = np.sort(observer.competence(u))
    layers = 1 - np.searchsorted(levels, taus, side="left") / len(levels)
    assert observer.volume(u, even(u)) == pytest.approx(layers.mean(), abs=1e-3)
    assert observer.volume_at(0.5, u, even(u)) == pytest.approx(np.mean(levels >= 0.5))


@given(
    rule=st.sampled_from(FALLING),
    place=st.lists(st.floats(0, 1), min_size=3, max_size=3),
    further=st.lists(st.floats(0, 1), min_size=3, max_size=3),
    lapse=st.floats(0, 0.2),
    items=st.sampled_from([0.0, 1.0, 3.0]),
)
def test_falling_rules_never_rise_outward(rule, place, further, lapse, items):
    near = np.array([place])
    far = np.minimum(near + np.array([further]), 1.0)
    observer = Observer(rule=rule, lapse=lapse, items=items)
    assert observer.competence(far)[0] <= observer.competence(near)[0] + 1e-12
    assert 0 <= observer.competence(near)[0] <= 1 - lapse + 1e-12


def test_bumps_do_rise_outward():
    for rule in (Bump(), Bump(size=-0.55, at=0.35)):
        line = rule.competence(np.linspace(0, 1, 101)[:, None])
        assert np.diff(line).max() > 0.01


@settings(max_examples=40, deadline=None)
@given(
    rule=st.sampled_from([r for r in RULES if not isinstance(r, Step)]),
    retention=st.floats(0.2, 1.0),
    how=st.sampled_from(["scaled", "lapse", "shape", "region"]),
    items=st.sampled_from([0.0, 1.0]),
)
def test_students_keep_exactly_what_was_asked_for(rule, retention, how, items):
    teacher, u = Observer(rule=rule, lapse=0.02, items=items), box(2)
    try:
        student = student_of(teacher, retention, u, even(u), how=how)
    except UsageError:  # not every rule has every student: an error, never another student
        assert how in ("shape", "region") or retention < 0.4 or isinstance(rule, Bump)
        return
    kept = student.volume(u, even(u)) / teacher.volume(u, even(u))
    assert kept == pytest.approx(retention, rel=2e-6)


@pytest.mark.parametrize("retention", [1.0, 0.9, 0.8, 0.5, 0.1])
def test_the_usual_students_exist(retention):
    u = box(2, n=12)
    for how in ("scaled", "lapse", "region"):
        student_of(Observer(rule=Pooled(), lapse=0.02), retention, u, even(u), how=how)


def test_scaled_students_shrink_every_edge_by_one_factor():
    teacher, u = Observer(rule=Product(half=(0.5, 0.8))), box(2)
    student = student_of(teacher, 0.6, u, even(u))
    factors = [student.edge(axis, 2) / teacher.edge(axis, 2) for axis in range(2)]
    assert factors[0] == pytest.approx(factors[1], abs=1e-9)
    assert factors[0] < 1


def test_students_of_another_shape_or_region_are_no_scaled_copies():
    teacher, u = Observer(rule=Pooled(half=(0.5,))), box(2)
    shape = student_of(teacher, 0.9, u, even(u), how="shape")
    region = student_of(teacher, 1.0, u, even(u), how="region")
    faint = student_of(teacher, 0.8, u, even(u), how="lapse")
    assert shape.sharpness == 0.5
    assert region.edge(0, 2) < 0.8 * teacher.edge(0, 2)
    assert region.edge(1, 2) > teacher.edge(1, 2)
    assert faint.competence(u) == pytest.approx(0.8 * teacher.competence(u))


def test_students_that_cannot_be_are_refused():
    teacher, line = Observer(rule=Pooled()), box(1)
    with pytest.raises(UsageError, match="no other region"):
        student_of(teacher, 0.9, line, even(line), how="region")
    with pytest.raises(UsageError, match="how=lapse"):
        student_of(teacher, 0.05, line, even(line))
    with pytest.raises(UsageError, match="volume"):
        student_of(replace(teacher, rule=Step()), 0.777, line, even(line))
