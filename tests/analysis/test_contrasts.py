"""How regions differ, and what stands beside a curve."""

from dataclasses import replace

import numpy as np
import pytest
import truths
from hypothesis import given
from hypothesis import strategies as st

from falloff.analysis import Cell, Spending, compare
from falloff.analysis.axis_checks import compounding, counts_steps, monotone
from falloff.analysis.shape import shape, uniform_in_u
from falloff.core import Axis, Coordinate
from falloff.sampling.look_ahead import LookAhead

NOTHING = Spending(probes=0, calls=0, prompt_tokens=0, completion_tokens=0, seconds=0.0)
STEPS = Axis(name="n", unit="dependent steps", levels=(1, 2, 3, 4, 6, 8, 12, 16), description="")
FAMILY = truths.box(2)
H, B = np.array([0.9, 0.8]), np.array([4.0, 4.0])


def asked(student, *, n=192, seed=0):
    teacher = truths.matched(H, B, 4.0, 0.02)
    made = LookAhead(families=(FAMILY,), seed=seed, budget=n)
    evidence, _ = truths.ask(made, FAMILY, {"t": teacher, "s": student}, seed)
    return truths.data_of(FAMILY, evidence)


def compared(student, *, n=192, seed=0):
    roles = {"t": "t", "s": "s"}
    return compare(
        [asked(student, n=n, seed=seed)],
        teacher="t",
        students=["s"],
        models=roles,
        spending=dict.fromkeys(roles, NOTHING),
        suite="simulated 1.0",
    )


def along(curve, n=200):
    return [
        Cell(coordinate=Coordinate(doses=(("n", dose),)), n=n, score=round(n * curve(dose - 1)))
        for dose in STEPS.levels
    ]


def test_a_scaled_copy_is_seldom_called_another_shape():
    """At 5 %, six or more of 24 runs would reject it with a probability of .001; at 90 %, fewer
    than 17 would hold the factor with one of .004."""
    copy = truths.matched(0.7 * H, B, 4.0, 0.02)
    shapes = [shape(asked(copy, seed=i), ("t", "s")) for i in range(24)]
    assert sum(found.different for found in shapes) <= 5
    assert sum(found.factor.low <= 0.7 <= found.factor.high for found in shapes) >= 17


def test_a_smaller_copy_lies_inside_its_teacher():
    family = compared(truths.matched(0.7 * H, B, 4.0, 0.02)).students[0].families[0]
    assert family.containment.estimate <= 1
    assert family.radius.low < 1


@pytest.mark.parametrize(("h", "b", "least"), [((0.35, 1.0), 1.0, 7), ((0.8, 0.8), 0.5, 3)])
def test_a_student_that_lost_one_axis_or_falls_more_gently_has_a_shape_of_its_own(h, b, least):
    """Of 8 runs of 320 probes; three false alarms at 5 % have a probability of .006.

    A fall half as steep is found about every second time, a lost axis nearly always.
    """
    student = truths.matched(H * np.array(h), b * B, 4.0, 0.02)
    shapes = [shape(asked(student, n=320, seed=seed), ("t", "s")) for seed in range(8)]
    assert sum(found.different for found in shapes) >= least


def test_a_lower_ceiling_is_told_from_a_nearer_edge():
    student = compared(truths.matched(H, B, 4.0, 0.4)).students[0].families[0].student
    assert student.volume_relative.estimate > student.volume_at.estimate + 0.05


def test_one_family_is_the_whole_profile():
    teacher = compared(truths.matched(0.7 * H, B, 4.0, 0.02), n=64).teacher
    assert teacher.volume == teacher.families[0].volume
    assert teacher.families[0].audit.probes == 32


def test_uniform_in_u_adds_up_and_gives_wide_steps_more():
    data = truths.data_of(FAMILY, truths.FamilyEvidence.none_yet("simulated", ["t"]))
    weights = uniform_in_u(data)
    assert weights.sum() == pytest.approx(1)
    assert weights[0] < weights.max()


def test_one_accuracy_a_step_is_compounding_and_a_cliff_is_steeper():
    null = compounding(STEPS, along(lambda n: 0.98 * 0.9**n), 0.0)
    assert null.step_accuracy == pytest.approx(0.9, abs=0.01)
    assert not null.steeper
    cliff = compounding(STEPS, along(lambda n: 0.98 if n < 6 else 0.1), 0.0)
    assert cliff.steeper
    gentle = compounding(STEPS, along(lambda n: 0.98 / (1 + n / 6)), 0.0)
    assert gentle.exponent < 1
    assert not gentle.steeper


def test_only_axes_that_count_dependent_steps_compound():
    assert counts_steps(STEPS)
    assert not counts_steps(replace(STEPS, unit="irrelevant rules"))
    assert (
        compounding(replace(STEPS, unit="irrelevant rules"), along(lambda n: 0.9**n), 0.0) is None
    )


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0.5, 20)), min_size=1, max_size=12))
def test_the_monotone_fit_falls_and_keeps_the_mean(pairs):
    rates, weights = (np.array(x) for x in zip(*pairs, strict=True))
    fitted = monotone(rates, weights)
    assert (np.diff(fitted) <= 1e-12).all()
    assert fitted @ weights == pytest.approx(rates @ weights)
    if (np.diff(rates) <= 0).all():
        assert fitted == pytest.approx(rates)
