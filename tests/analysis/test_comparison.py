"""Profiles and comparisons on simulated models whose truth is known."""

from dataclasses import replace

import numpy as np
import pytest
from simulated import AXES, GRID, NOTHING, Truth, family, from_scores

from falloff.analysis import AXIS, LOOK, Status, compare, profile_family
from falloff.analysis.verdict import verdict
from falloff.core import Reason, UsageError

TEACHER = Truth(h=(0.8, 0.9))
STUDENT = Truth(h=(0.45, 0.6))


def compared(families, students=("s",)):
    roles = ("t", *students)
    return compare(
        families,
        teacher="t",
        students=students,
        models={role: role for role in roles},
        spending=dict.fromkeys(roles, NOTHING),
        suite="simulated 1.0",
    )


def holds(interval, truth):
    return interval.low <= truth <= interval.high


@pytest.mark.parametrize(
    ("runs", "least"), [(24, 18), pytest.param(60, 48, marks=pytest.mark.slow)]
)
def test_intervals_hold_the_truth_as_often_as_they_say(runs, least):
    """90 % intervals over simulated runs: so many hold it (p < 0.01 if they were honest)."""
    hits = {"retention": 0, "volume": 0, "centre": 0, "edge": 0}
    for seed in range(runs):
        result = compared([family({"t": TEACHER, "s": STUDENT}, seed=seed)]).students[0]
        student = result.families[0].student
        hits["retention"] += holds(result.retention, STUDENT.volume / TEACHER.volume)
        hits["volume"] += holds(student.volume, STUDENT.volume)
        hits["centre"] += holds(student.centre, 0.98)
        edge = AXES[0].dose(0.45 * (0.98 / 0.5 - 1) ** 0.25)
        hits["edge"] += holds(student.curves[0].edge, edge)
    assert all(count >= least for count in hits.values()), hits


def test_a_student_that_fell_off_is_told_from_one_that_did_not():
    data = family({"t": TEACHER, "fell": STUDENT, "same": TEACHER}, seed=3)
    fell, same = compared([data], students=("fell", "same")).students
    assert fell.retention.high < 1
    assert fell.verdict.status == "fail"
    assert holds(same.retention, 1)
    assert same.verdict.status != "fail"
    assert fell.illusion.low > 0


def test_a_teacher_against_itself_keeps_everything():
    data = family({"t": TEACHER})
    twice = from_scores(
        {"t": data.scores["t"], "s": data.scores["t"]}, data.coordinates, data.shares
    )
    student = compared([twice]).students[0]
    assert student.retention.estimate == 1
    assert holds(student.retention, 1)
    assert student.retention.low < 1 < student.retention.high
    assert student.churn.lost == student.churn.gained == 0
    assert not student.worst


def test_a_pair_swapped_gives_the_reciprocal():
    data = family({"t": TEACHER, "s": STUDENT}, seed=5)
    swapped = from_scores(
        {"t": data.scores["s"], "s": data.scores["t"]}, data.coordinates, data.shares
    )
    one, other = compared([data]).students[0], compared([swapped]).students[0]
    assert one.retention.estimate * other.retention.estimate == pytest.approx(1)


def test_the_order_of_answers_does_not_matter_to_the_estimates():
    data = family({"t": TEACHER, "s": STUDENT}, seed=5)
    order = np.random.default_rng(0).permutation(len(data.coordinates))
    shuffled = from_scores(
        {role: score[order] for role, score in data.scores.items()},
        [data.coordinates[i] for i in order],
        [data.shares[i] for i in order],
    )
    one, other = compared([data]).students[0], compared([shuffled]).students[0]
    assert one.retention.estimate == pytest.approx(other.retention.estimate)


def test_a_family_whose_centre_the_teacher_does_not_hold_is_never_divided_by():
    lost = family({"t": Truth(h=(0.8, 0.9), lapse=0.8), "s": TEACHER}, name="lost", capability="b")
    held = family({"t": TEACHER, "s": STUDENT}, name="held", capability="a")
    student = compared([lost, held]).students[0]
    by_name = {f.family: f for f in student.families}
    assert by_name["lost"].status is Status.CENTRE_NOT_ESTABLISHED
    assert by_name["lost"].retention.estimate is None
    assert by_name["lost"].weight == 0
    assert student.covered_weight == pytest.approx(0.5)
    assert student.retention.estimate == pytest.approx(by_name["held"].retention.estimate)


def test_with_no_usable_family_there_is_no_headline():
    lost = family({"t": Truth(h=(0.8, 0.9), lapse=0.9), "s": TEACHER})
    student = compared([lost]).students[0]
    assert student.retention.estimate is None
    assert student.covered_weight == 0
    assert student.verdict.status == "inconclusive"


def test_an_edge_that_is_not_reached_is_censored():
    flat = family({"t": Truth(h=(3.0, 0.5))}, n=400)
    steps, noise = profile_family(flat, "t", tau=0.5).curves
    assert steps.edge.censored == "above"
    assert steps.edge.estimate == AXES[0].top
    assert steps.edge.high is None
    assert noise.edge.censored is None


def test_all_right_and_all_wrong_are_results_with_width():
    n = 80
    places, shares = [GRID[i % len(GRID)] for i in range(n)], ["box"] * n
    right = profile_family(from_scores({"t": np.ones(n)}, places, shares), "t", tau=0.5)
    wrong = profile_family(from_scores({"t": np.zeros(n)}, places, shares), "t", tau=0.5)
    assert right.volume.low < right.volume.estimate <= 1.01
    assert right.centre.low < 1
    assert wrong.status is Status.CENTRE_NOT_ESTABLISHED


def test_too_few_probes_and_too_many_errors_are_statuses():
    data = family({"t": TEACHER}, n=7)
    assert profile_family(data, "t", tau=0.5).status is Status.TOO_FEW
    data = family({"t": TEACHER}, n=40)
    score = data.scores["t"].copy()
    score[:8] = np.nan
    broken = from_scores({"t": score}, data.coordinates, data.shares)
    profile = profile_family(broken, "t", tau=0.5)
    assert profile.status is Status.ERRORS
    assert profile.reasons[Reason.ERROR] == 8


def test_the_worst_cell_is_where_the_student_fell():
    student = compared([family({"t": TEACHER, "s": STUDENT}, n=600, seed=2)]).students[0]
    assert student.worst
    worst = student.worst[0]
    truth = TEACHER.competence([worst.coordinate]) - STUDENT.competence([worst.coordinate])
    assert worst.drop.low <= truth[0] <= worst.drop.high
    assert truth[0] > 0.3


def test_the_loss_in_a_worst_cell_is_the_difference_of_the_competences_shown():
    """Also where a cell was asked once and both failed."""
    student = compared([family({"t": TEACHER, "s": STUDENT}, n=600, seed=2)]).students[0]
    for cell in student.worst:
        shown = cell.teacher.estimate - cell.student.estimate
        assert cell.drop.estimate == pytest.approx(shown)
        assert cell.teacher.low <= cell.teacher.estimate <= cell.teacher.high
        assert 0 <= cell.student_solved <= cell.n


def test_churn_adds_up():
    student = compared([family({"t": TEACHER, "s": STUDENT})]).students[0]
    churn = student.churn
    assert churn.both + churn.lost + churn.gained + churn.neither == 300
    assert 0 <= churn.same_wrong <= churn.neither


def test_weights_must_add_up():
    data = family({"t": TEACHER}, n=20)
    with pytest.raises(UsageError, match="add up"):
        type(data)(**{**data.__dict__, "weights": (1.0,) * len(GRID)})


@pytest.mark.parametrize(
    ("centre", "spread", "status"),
    [(1.0, 0.02, "pass"), (0.5, 0.05, "fail"), (0.92, 0.05, "inconclusive")],
)
def test_the_verdict_follows_its_bounds(centre, spread, status):
    rng = np.random.default_rng(0)
    draws = np.concatenate([[centre], rng.normal(centre, spread, 2000)])
    given = verdict(draws, probes=100)
    assert given.status == status
    assert (given.further_probes is not None) == (status == "inconclusive")


def test_further_probes_settle_the_verdict_if_the_estimate_stands():
    rng = np.random.default_rng(0)
    normal = rng.normal(size=4000)
    further = verdict(np.concatenate([[0.93], 0.93 + 0.05 * normal]), probes=100).further_probes
    shrunk = 0.05 * (100 / (100 + 1.1 * further)) ** 0.5
    assert verdict(np.concatenate([[0.93], 0.93 + shrunk * normal]), probes=1).status == "pass"


def test_a_student_that_can_do_next_to_nothing_has_no_edge_and_its_volume_stays_small():
    """Also where its other families lead to expect less than any draw of this one has."""
    lost, names = Truth(h=(0.6, 0.7), lapse=0.99), ("a", "b", "c", "d")
    truths = {"t": TEACHER, "s": lost}
    families = [family(truths, n=60, seed=i, chance=0.0, name=n) for i, n in enumerate(names)]
    looked = [
        replace(data, shares=tuple(LOOK if share == AXIS else share for share in data.shares))
        for data in families
    ]
    student = compared(looked).students[0]
    assert student.verdict.status == "fail"
    for found in student.profile.families:
        assert found.status is Status.CENTRE_NOT_ESTABLISHED
        assert all(curve.edge.estimate is None for curve in found.curves)
        assert all(curve.competence[0] < 0.25 for curve in found.curves)
        assert found.volume.high < 0.2
