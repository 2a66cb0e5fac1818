"""Nominal axes split a family into cells, each with its own region; nothing is a dose there."""

from dataclasses import replace

import numpy as np
import pytest
import truths
from hypothesis import given, settings
from hypothesis import strategies as st

import falloff
from falloff.analysis.inference import draw
from falloff.analysis.layout import Layout
from falloff.analysis.posterior import posterior
from falloff.analysis.profile import profile_family
from falloff.analysis.region import Regions
from falloff.analysis.region_fit import Problem, _prior, fit
from falloff.analysis.shape import radius, uniform_in_u
from falloff.analysis.tally import Tally
from falloff.core import Axis, Coordinate
from falloff.models.simulated import Simulated
from falloff.probes import FAMILIES
from falloff.sampling import SpaceFilling
from falloff.sampling.look_ahead import LookAhead

FAMILY = FAMILIES["sim_nominal"]
TEACHER = "teacher?factors=1,0.7,0.5,0.9"
STUDENT = "kept-0.8?factors=1,0.7,0.5,0.9"
LABELS = Axis(
    name="kind", unit="", levels=(0, 1, 2), description="", kind="nominal", labels=("a", "b", "c")
)
ONLY_LABELS = replace(truths.box(1), axes=(LABELS,))


def cells(h, factors, ceilings):
    """Log-logistic over k dose axes, its edges times a factor and its ceiling by label."""
    h = np.asarray(h, float)

    def curve(columns):
        u, z = columns[:, : len(h)], columns[:, len(h) :]
        label = np.where(z.any(axis=1), z.argmax(axis=1) + 1, 0)
        far = (u / (h * np.asarray(factors)[label][:, None])) ** 4
        return np.asarray(ceilings)[label] / (1 + far.sum(axis=1))

    return truths.Truth(curve=curve)


def asked(design, family, models, seed):
    """A run of one family; truths read the layout's columns."""
    return truths.data_of(family, truths.ask(design, family, models, seed)[0])


def test_labels_are_columns_and_the_centre_is_all_zeros():
    layout = Layout(axes=FAMILY.axes)
    at = Coordinate.at(FAMILY.axes, {"a": 20, "kind": 2})
    assert layout.columns([FAMILY.centre, at]).tolist() == [[0] * 5, [1, 0, 0, 1, 0]]
    assert (len(layout.doses), layout.labels, layout.width) == (2, 3, 5)


@given(st.permutations([0, 1, 2, 3]))
def test_the_order_of_labels_does_not_matter_to_a_place(order):
    """A label is no position: relabelling moves columns, and nothing becomes larger."""
    layout = Layout(axes=FAMILY.axes)
    rows = layout.columns([Coordinate.at(FAMILY.axes, {"kind": label}) for label in order])
    assert sorted(rows.sum(axis=1)) == [0, 1, 1, 1]


def test_cells_shift_edges_and_ceilings():
    theta = np.array([[np.log(0.6), np.log(0.5), np.log(4), 1.0, np.log(3), -3.0, 0.0]])
    two = Regions.from_vector(theta, labels=1)
    near, far = two.competence(np.array([[0.6, 0.0], [0.3, 1.0]]))[0]
    assert near == pytest.approx(0.5 * (1 - 1 / (1 + np.exp(3))))
    assert far == pytest.approx(0.5 * (1 - 1 / (1 + np.exp(2))))
    assert two.edge(0, 0.45)[0] == pytest.approx(Regions.from_vector(theta[:, [0, 2, 4, 5, 6]])
                                                 .edge(0, 0.45)[0])  # fmt: skip


def test_shifts_of_several_nominal_axes_add_up():
    theta = np.array([[np.log(0.6), 0.3, -0.5, np.log(4), 0.2, 0.4, np.log(3), -3.0, 0.0]])
    got = Regions.from_vector(theta, labels=2).competence(np.array([[0.5, 1.0, 1.0]]))[0, 0]
    one = np.array([[np.log(0.6) - 0.2, np.log(4), np.log(3), -3.0 + 0.6, 0.0]])
    assert got == pytest.approx(Regions.from_vector(one).competence(np.array([[0.5]]))[0, 0])


@pytest.mark.parametrize(("k", "labels"), [(2, 3), (1, 2), (0, 2)])
def test_the_gradient_of_the_fit_is_the_derivative_of_its_objective(k, labels):
    rng = np.random.default_rng(0)
    u = np.column_stack([rng.random((12, k)), np.eye(labels + 1)[rng.integers(0, labels + 1, 12)]])
    u = np.delete(u, k, axis=1)
    problem = Problem(u=u, chance=0.1, prior=_prior(k, labels), labels=labels)
    theta = problem.prior[0] + rng.normal(size=(4, 2 * (k + labels) + 2)) * 0.5
    trials = rng.random((4, 12)) * 5
    successes = trials * rng.random((4, 12))
    _, gradient, _ = problem.evaluate(theta, successes, trials)
    for d in range(theta.shape[1]):
        step = np.zeros(theta.shape[1])
        step[d] = 1e-6
        up = problem.objective(theta + step, successes, trials)
        down = problem.objective(theta - step, successes, trials)
        assert gradient[:, d] == pytest.approx((up - down) / 2e-6, rel=1e-4, abs=1e-4)


def test_much_data_recovers_every_cell():
    truth = cells([0.6, 0.8], (1.0, 0.6, 1.2), (0.98, 0.9, 0.5))
    layout = Layout(axes=(*truths.box(2).axes, LABELS))
    family = replace(truths.box(2), axes=layout.axes)
    u = layout.columns(family.grid)
    trials = np.full((1, len(u)), 300.0)
    successes = trials * truth.curve(u)
    found, _ = fit(u, successes, trials, 0.0, labels=layout.labels)
    assert found.competence(u)[0] == pytest.approx(truth.curve(u), abs=0.02)
    tally = Tally(
        u=u, successes=successes[0], trials=trials[0], floor=np.zeros(len(u)), chance=0.0,
        labels=layout.labels,
    )  # fmt: skip
    believed = posterior(tally, seed=1).regions.competence(u).mean(axis=0)
    assert believed == pytest.approx(truth.curve(u), abs=0.02)


@settings(deadline=None, max_examples=8)
@given(st.integers(0, 2**32), st.sampled_from([0.0, 1.0]))
def test_any_answers_give_finite_cells(seed, rate):
    rng = np.random.default_rng(seed)
    u = Layout(axes=FAMILY.axes).columns([FAMILY.grid[i] for i in rng.integers(0, 324, 20)])
    tally = Tally.of(u, np.full(20, rate), 0.0, labels=3)
    c = posterior(tally, seed=seed, count=100, moves=2).regions.competence(u)
    assert ((c >= 0) & (c <= 1)).all()


@pytest.mark.parametrize("design", [LookAhead, SpaceFilling])
def test_a_family_of_labels_alone_has_cells_and_no_edge(design):
    truth = cells([], (1, 1, 1), (0.95, 0.6, 0.3))
    settings = {"families": (ONLY_LABELS,)} if design is LookAhead else {}
    data = asked(design(seed=3, budget=160, **settings), ONLY_LABELS, {"t": truth, "s": truth}, 3)
    draws = draw(data, ("t", "s"), tau=0.5)
    assert draws["t"].competence[0] == pytest.approx([0.95, 0.6, 0.3], abs=0.15)
    assert draws["t"].volume[0] == pytest.approx(0.617, abs=0.1)
    assert profile_family(data, "t", tau=0.5).curves == ()
    assert radius(data, draws["t"], draws["s"], 0.5).estimate is None


def test_labels_weigh_the_same_whatever_the_scale():
    family = replace(truths.box(1), axes=(LABELS, *truths.box(1).axes))
    data = asked(
        SpaceFilling(seed=0, budget=40), family, {"t": cells([0.6], (1, 1, 1), (1, 1, 1))}, 0
    )
    share = uniform_in_u(data)[: len(family.grid)].reshape(3, -1)
    assert share.sum(axis=1) == pytest.approx([1 / 3] * 3)


def test_the_first_batch_looks_at_every_label():
    truth = cells([0.6, 0.6], (1, 0.7, 0.5, 0.9), (0.98,) * 4)
    data = asked(LookAhead(families=(FAMILY,), seed=1, budget=16), FAMILY, {"t": truth}, 1)
    looked = {
        at["kind"] for at, share in zip(data.coordinates, data.shares, strict=True)
        if share == "look"
    }  # fmt: skip
    assert looked == {0, 1, 2, 3}


def compared(seed, folder, budget=320):
    run = falloff.compare(
        f"sim:{TEACHER}", f"sim:{STUDENT}", suite="sim_nominal", budget=budget, seed=seed,
        run=folder / f"{seed}.falloff",
    )  # fmt: skip
    return run.comparison.students[0]


def test_simulated_truths_differ_by_label():
    teacher, student = Simulated(TEACHER), Simulated(STUDENT)
    by_label = [
        teacher.competence(FAMILY, Coordinate.at(FAMILY.axes, {"a": 11, "kind": label}))
        for label in range(4)
    ]
    assert by_label[2] < by_label[1] < by_label[3] < by_label[0]
    assert student.volume(FAMILY) / teacher.volume(FAMILY) == pytest.approx(0.8, rel=1e-6)
    assert teacher.edge(FAMILY, "a") == Simulated("teacher").edge(FAMILIES["sim_2d"], "a")
    region = Simulated("kept-0.8?how=region&factors=1,0.7")
    assert region.volume(FAMILY) / Simulated("teacher?factors=1,0.7").volume(FAMILY) == (
        pytest.approx(0.8, rel=1e-6)
    )


def test_a_whole_run_over_labels_holds_the_truth(tmp_path):
    student = compared(0, tmp_path)
    (family,) = student.families
    assert student.retention.low <= 0.8 <= student.retention.high
    assert [curve.axis for curve in family.teacher.curves] == ["a", "b"]
    truth = Simulated(TEACHER).volume(FAMILY)
    assert family.teacher.volume.low <= truth <= family.teacher.volume.high


@pytest.mark.slow
def test_intervals_over_labels_hold_the_truth(tmp_path):
    """90 % nominal; 31 or more of 40 with a probability of 99 %, and with 10 % or less at .7."""
    truth = Simulated(TEACHER).volume(FAMILY)
    kept = volume = 0
    for seed in range(40):
        student = compared(700 + seed, tmp_path)
        kept += student.retention.low <= 0.8 <= student.retention.high
        own = student.families[0].teacher.volume
        volume += own.low <= truth <= own.high
    assert min(kept, volume) >= 31
