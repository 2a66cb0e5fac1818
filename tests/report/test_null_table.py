"""The null in words: no claim beyond what its interval shows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_up_comparison import comparison

from falloff.analysis import BeyondNull, Churn, Interval
from falloff.report.likeness import likeness
from falloff.report.null_wording import null_listing, null_sentences


def nulled(made, *, kept=(1.0, 0.98, 1.02), beyond=(0.2, 0.1, 0.3), flips=(12, 9)):
    """The same, its teacher asked a second time."""
    found = BeyondNull(
        churn=Interval(estimate=0.25, low=0.2, high=0.3),
        null=Interval(estimate=0.05, low=0.02, high=0.08),
        beyond=Interval(estimate=beyond[0], low=beyond[1], high=beyond[2]),
        probes=300,
    )
    null = replace(
        made.students[0],
        model=made.teacher.model,
        profile=made.teacher,
        retention=Interval(estimate=kept[0], low=kept[1], high=kept[2]),
        churn=Churn(both=500, lost=flips[0], gained=flips[1], neither=79),
    )
    students = tuple(replace(student, beyond_null=found) for student in made.students)
    return replace(made, students=students, null=null)


def test_without_a_null_nothing_is_said():
    assert null_sentences(comparison()) == ()
    assert null_listing(comparison()).rows == ()
    assert likeness(comparison()) == ()


def test_the_teacher_against_itself_comes_first_then_every_student():
    made = nulled(comparison())
    first, *students = null_sentences(made)
    assert first == (
        "The null: micro:teacher, asked a second time, keeps 100 % (98–102 %) of itself, consistent"
        " with all of it, and flips on 21 of 600 probes."
    )
    assert len(students) == len(made.students)
    assert [row[0] for row in null_listing(made).rows] == [
        "micro:teacher, again",
        *(student.model for student in made.students),
    ]


def test_a_teacher_that_has_changed_between_the_askings_is_an_alarm():
    first, *_ = null_sentences(nulled(comparison(), kept=(0.9, 0.85, 0.95), flips=(20, 4)))
    assert "not consistent with all of it" in first


def test_a_few_flips_that_chance_makes_as_uneven_are_no_change():
    first, *_ = null_sentences(nulled(comparison(), kept=(1.3, 1.1, 1.6), flips=(0, 3)))
    assert "3 of them gained" in first
    assert "in 25 % of cases, so it is not shown to have changed" in first


@pytest.mark.parametrize(
    ("beyond", "said"),
    [
        ((0.2, 0.1, 0.3), ": 20 points (10–30) beyond the null."),
        ((0.05, -0.1, 0.2), ": not shown to be more than the teacher from itself, 5 points"),
        ((-0.2, -0.3, -0.1), ": less than the teacher from itself, −20 points"),
    ],
)
def test_beyond_is_claimed_only_where_the_interval_excludes_nought(beyond, said):
    _, *students = null_sentences(nulled(comparison(), beyond=beyond))
    assert all(said in sentence for sentence in students)
