"""Runs through the whole program over models whose truth is known."""

import pytest

import falloff
from falloff.models.simulated import Simulated
from falloff.probes import SUITES

# Teacher, student, suite, budget. Each keeps what its name says in every family.
PAIRS = [
    ("teacher", "kept-0.8", "micro", 400),
    ("teacher", "same", "micro", 400),
    ("teacher", "kept-0.1", "sim_2d", 160),
    ("teacher", "kept-0.9?how=lapse", "sim_choice", 160),
    ("teacher", "kept-0.8?how=shape", "sim_2d", 160),
    ("teacher", "kept-1?how=region", "sim_2d", 160),
    ("teacher?rule=weakest_link", "kept-0.5?rule=weakest_link", "sim_3d", 160),
    ("teacher?items=1.5", "kept-0.8?items=1.5", "sim_yes_no", 240),
]


def compared(teacher, student, suite, budget, seed, folder):
    """The retention as estimated, and the truth."""
    run = falloff.compare(
        f"sim:{teacher}",
        f"sim:{student}",
        suite=suite,
        budget=budget,
        seed=seed,
        run=folder / f"{seed}.falloff",
    )
    (result,) = run.comparison.students
    models = Simulated(teacher), Simulated(student)
    volumes = [sum(m.volume(family) for family in SUITES[suite].families) for m in models]
    return result.retention, volumes[1] / volumes[0]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_student_that_keeps_four_fifths_is_seen_to(seed, tmp_path):
    kept, truth = compared("teacher", "kept-0.8", "micro", 400, seed, tmp_path)
    assert truth == pytest.approx(0.8)
    assert kept.low <= 0.8 <= kept.high
    assert kept.high - kept.low < 0.35
    assert kept.estimate == pytest.approx(0.8, abs=0.15)


def test_a_run_over_a_plane_and_a_student_of_another_region(tmp_path):
    kept, truth = compared("teacher", "kept-1?how=region", "sim_2d", 120, 0, tmp_path)
    assert truth == pytest.approx(1.0)
    assert kept.low <= 1 <= kept.high


@pytest.mark.slow
@pytest.mark.parametrize(("teacher", "student", "suite", "budget"), PAIRS)
def test_intervals_hold_the_truth_over_many_seeds(teacher, student, suite, budget, tmp_path):
    """90 % nominal; 14 or more of 20 with a probability of 99.8 %, under .7 with 61 % or less."""
    held = 0
    for seed in range(20):
        kept, truth = compared(teacher, student, suite, budget, 100 + seed, tmp_path)
        held += kept.low <= truth <= kept.high
    assert held >= 14
