"""Retention under other measures, on simulated models whose truth is known."""

import numpy as np
from simulated import AXES, GRID, NOTHING, Truth, family, from_scores

from falloff.analysis import compare
from falloff.analysis.pair_estimates import Measure

TEACHER = Truth(h=(0.8, 0.9))
STUDENT = Truth(h=(0.45, 0.6))


def told(families, student="s"):
    roles = ("t", student)
    result = compare(
        families,
        teacher="t",
        students=(student,),
        models={role: role for role in roles},
        spending=dict.fromkeys(roles, NOTHING),
        suite="simulated 1.0",
    ).students[0]
    return result, {found.measure: found.retention for found in result.measures}


def true_retention(ratio):
    weights = [np.prod([ratio ** axis.u(at[axis.name]) for axis in AXES]) for at in GRID]
    return np.dot(STUDENT.competence(GRID), weights) / np.dot(TEACHER.competence(GRID), weights)


def test_a_measure_that_leans_keeps_what_is_kept_there():
    result, kept = told([family({"t": TEACHER, "s": STUDENT}, n=600, seed=5)])
    assert kept[Measure.REPORTED] == result.retention
    assert kept[Measure.TOP].estimate < result.retention.estimate < kept[Measure.CENTRE].estimate
    for measure, ratio in ((Measure.CENTRE, 0.25), (Measure.TOP, 4.0)):
        assert kept[measure].low <= true_retention(ratio) <= kept[measure].high
        assert abs(kept[measure].estimate - true_retention(ratio)) < 0.1


def test_a_student_that_answers_as_its_teacher_keeps_all_under_every_measure():
    alone = family({"t": TEACHER}, seed=6)
    scores = {"t": alone.scores["t"], "s": alone.scores["t"]}
    _, kept = told([from_scores(scores, alone.coordinates, alone.shares)])
    assert all(found.low <= 1 <= found.high for found in kept.values())
    assert all(abs(found.estimate - 1) < 0.02 for found in kept.values())


def test_families_weigh_alike_only_where_that_is_another_measure():
    pairs = {"t": TEACHER, "s": STUDENT}, {"t": TEACHER, "s": TEACHER}
    one, two, three = (
        family(pair, seed=seed, name=name, capability=capability)
        for pair, seed, name, capability in (
            (pairs[0], 1, "a", "reasoning"),
            (pairs[0], 2, "b", "reasoning"),
            (pairs[1], 3, "c", "tool use"),
        )
    )
    result, kept = told([one, two, three])
    assert kept[Measure.FAMILIES].estimate < result.retention.estimate
    assert Measure.FAMILIES not in told([one, two])[1]


def test_nothing_compared_is_nothing_under_any_measure():
    nothing = Truth(h=(0.01, 0.01), lapse=0.9)
    assert told([family({"t": nothing, "s": STUDENT}, seed=4)])[1] == {}
