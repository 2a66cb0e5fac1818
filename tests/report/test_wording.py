"""What is said never goes beyond what the intervals show."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from falloff.analysis.estimates import UNDEFINED, Interval, Status
from falloff.analysis.pair_estimates import Comparison, Verdict
from falloff.report.contents import ReportContents
from falloff.report.numerals import (
    number_interval,
    percent,
    percent_beside,
    percent_interval,
    points_interval,
    quantity,
)
from falloff.report.wording import (
    anytime_sentence,
    headline,
    illusion_sentence,
    lede,
    status_sentence,
    verdict_sentence,
)


def only(comparison: Comparison, **changes: object) -> Comparison:
    """The comparison with its first student alone, changed."""
    return replace(comparison, students=(replace(comparison.students[0], **changes),))


def kept(estimate: float, low: float, high: float) -> Interval:
    return Interval(estimate=estimate, low=low, high=high)


def test_the_title_is_the_finding(contents: ReportContents) -> None:
    assert headline(contents.comparison) == (
        "micro:narrow keeps 41 % of micro:teacher's capability volume on micro 1.0"
        " (90 % interval 37–45 %); its centre says 97 %"
    )


def test_several_students_are_ordered_by_estimate(contents: ReportContents) -> None:
    assert lede(contents.comparison) == (
        "micro:narrow has the lowest estimate of 3 students, micro:broad the highest:"
        " 99 % (96–103 %). The headline rests on 67 % of the suite's weight; the other families"
        " claim nothing."
    )


def test_an_interval_that_includes_one_is_no_loss(contents: ReportContents) -> None:
    title = headline(only(contents.comparison, retention=kept(0.99, 0.96, 1.03)))
    assert "keeps 99 %" in title
    assert "(90 % interval 96–103 %): no loss established" in title


def test_a_bound_shown_as_a_hundred_is_no_loss(contents: ReportContents) -> None:
    title = headline(only(contents.comparison, retention=kept(0.95, 0.9, 0.9999)))
    assert "no loss established" in title


def test_a_student_above_its_teacher_is_said_to_be(contents: ReportContents) -> None:
    title = headline(only(contents.comparison, retention=kept(1.2, 1.1, 1.3)))
    assert "has 120 %" in title
    assert "more than its teacher" in title


@pytest.mark.parametrize("nothing", [UNDEFINED, Interval(estimate=float("nan"))])
def test_where_nothing_is_known_nothing_is_claimed(
    contents: ReportContents, nothing: Interval
) -> None:
    title = headline(only(contents.comparison, retention=nothing))
    assert "cannot be said" in title
    assert "%" not in title


def test_an_estimate_without_an_interval_says_so(contents: ReportContents) -> None:
    title = headline(only(contents.comparison, retention=Interval(estimate=0.4)))
    assert "(no interval)" in title


def test_a_pass_says_that_the_student_did_not_collapse(contents: ReportContents) -> None:
    passed = contents.comparison.students[2]
    assert verdict_sentence(passed) == (
        "micro:broad keeps at least 96 %; the margin is 90 %. It did not collapse."
    )


def test_collapsed_is_said_only_below_one_half(contents: ReportContents) -> None:
    student = contents.comparison.students[0]
    assert "collapsed" in verdict_sentence(student)
    mild = replace(student, verdict=Verdict(status="fail", margin=0.9, low=0.7, high=0.8))
    assert verdict_sentence(mild) == "micro:narrow keeps at most 80 %; the margin is 90 %."
    lax = replace(student, verdict=Verdict(status="pass", margin=0.3, low=0.35, high=0.45))
    assert "collapse" not in verdict_sentence(lax)


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (Verdict(status="fail", margin=0.9, low=0.7, high=0.8996), "at most 89.96 %"),
        (Verdict(status="fail", margin=0.9, low=0.7, high=0.8951), "at most 89.5 %"),
        (Verdict(status="pass", margin=0.9, low=0.90004, high=1.0), "at least 90.004 %"),
        (Verdict(status="fail", margin=0.9, low=0.3, high=0.498), "at most 49.8 %"),
        (Verdict(status="pass", margin=0.4, low=0.501, high=0.7), "at least 50.1 %"),
        (Verdict(status="inconclusive", margin=0.9, low=0.8, high=0.9004), "80 % and 90.04 %"),
        (Verdict(status="fail", margin=0.975, low=0.7, high=0.97), "97 %; the margin is 97.5 %"),
    ],
)
def test_a_bound_that_rounds_to_its_limit_shows_more_digits(
    contents: ReportContents, verdict: Verdict, said: str
) -> None:
    student = replace(contents.comparison.students[0], verdict=verdict)
    assert said in verdict_sentence(student)


def test_anytime_bounds_that_round_to_the_margin_show_more_digits(
    contents: ReportContents,
) -> None:
    verdict = Verdict(
        status="fail",
        margin=0.9,
        low=0.8,
        high=0.85,
        anytime_status="fail",
        anytime_low=0.75,
        anytime_high=0.8996,
    )
    student = replace(contents.comparison.students[0], verdict=verdict)
    assert "use 75 % and 89.96 % as the bounds: fail" in anytime_sentence(student)


@given(st.floats(0, 1.5), st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.975]))
def test_a_share_beside_a_limit_is_shown_on_its_own_side(share: float, limit: float) -> None:
    assume(abs(share - limit) > 1e-7)
    shown = float(percent_beside(share, limit).removesuffix(" %"))
    assert (shown < 100 * limit) == (share < limit)
    assert shown != 100 * limit
    assert abs(shown - 100 * share) <= 0.5


def test_an_open_verdict_says_what_would_settle_it(contents: ReportContents) -> None:
    assert verdict_sentence(contents.comparison.students[1]) == (
        "micro:int4: between 81 % and 91 % is kept, which does not settle the margin of 90 %."
        " About 1,400 further probes would settle it."
    )


def test_a_verdict_without_bounds_claims_nothing(contents: ReportContents) -> None:
    bare = Verdict(status="inconclusive", margin=0.9, low=None, high=None)
    student = replace(contents.comparison.students[1], verdict=bare)
    assert verdict_sentence(student).endswith("nothing can be said about the margin of 90 %.")


@pytest.mark.parametrize(
    ("illusion", "words"),
    [
        (kept(0.56, 0.52, 0.6), "Its centre overstates it by 56 points (52–60)."),
        (kept(0.01, -0.03, 0.05), "not shown to mislead"),
        (kept(-0.1, -0.15, -0.05), "understates it"),
        (UNDEFINED, ""),
    ],
)
def test_the_illusion_is_claimed_only_where_its_interval_excludes_nought(
    contents: ReportContents, illusion: Interval, words: str
) -> None:
    student = replace(contents.comparison.students[0], illusion=illusion)
    assert words in illusion_sentence(student)


def test_bounds_for_a_run_continued_until_settled_are_said(contents: ReportContents) -> None:
    narrow, bare = contents.comparison.students[:2]
    assert anytime_sentence(narrow) == (
        "If you continue until settled, use 35 % and 48 % as the bounds: fail."
    )
    assert anytime_sentence(bare) == ""


def test_a_model_that_fails_its_centre_is_told_why(alone: ReportContents) -> None:
    teacher = alone.comparison.teacher
    chance = kept(0.1, 0.02, 0.2)
    failed = tuple(
        replace(f, status=Status.CENTRE_NOT_ESTABLISHED, centre=chance) for f in teacher.families
    )
    model = replace(teacher, families=failed, volume=UNDEFINED)
    comparison = replace(alone.comparison, teacher=model)
    assert headline(comparison).endswith("cannot be said: no family can be used")
    assert (
        "rule chain: The model does not hold the centre: competence there is 10 % (2–20 %), below"
        " τ = 50 %" in lede(comparison)
    )


def test_many_families_with_the_same_reason_share_a_sentence(alone: ReportContents) -> None:
    teacher = alone.comparison.teacher
    first = replace(teacher.families[0], status=Status.CENTRE_NOT_ESTABLISHED)
    failed = tuple(replace(first, family=f"family_{i}") for i in range(9))
    model = replace(teacher, families=failed, volume=UNDEFINED)
    said = lede(replace(alone.comparison, teacher=model))
    assert said.count("does not hold the centre") == 1
    assert all(f"family {i}" in said for i in range(9))


def test_a_saturated_family_counts_and_is_said_to_be_saturated(alone: ReportContents) -> None:
    teacher = alone.comparison.teacher
    full = tuple(replace(f, status=Status.SATURATED) for f in teacher.families[:2])
    model = replace(teacher, families=full, volume=kept(0.99, 0.98, 1.0))
    comparison = replace(alone.comparison, teacher=model)
    assert headline(comparison).startswith("micro:teacher holds 99 %")
    assert lede(comparison).startswith("rule chain: Saturated: the model solves nearly")


def test_every_status_has_its_words() -> None:
    for status in Status:
        assert status_sentence(status, 0.5).endswith(".")
    assert status_sentence(Status.CENTRE_NOT_ESTABLISHED, 0.5, "the model").startswith("The model")


def test_one_model_alone_has_a_title_too(alone: ReportContents) -> None:
    title = headline(alone.comparison)
    assert title.startswith("micro:teacher holds 71 % of the box on micro 1.0 (90 % interval 6")
    assert title.endswith("its centre says 98 %")


@pytest.mark.parametrize(
    ("interval", "text"),
    [
        (kept(0.41, 0.37, 0.45), "41 % (37–45 %)"),
        (kept(0.412, 0.407, 0.418), "41.2 % (40.7–41.8 %)"),
        (kept(0.01, -0.03, 0.05), "1 % (−3 to 5 %)"),
        (Interval(estimate=0.5), "50 %"),
        (UNDEFINED, "–"),
        (Interval(estimate=float("inf")), "–"),
    ],
)
def test_percentages_read_well(interval: Interval, text: str) -> None:
    assert percent_interval(interval) == text


@pytest.mark.parametrize(
    ("interval", "text"),
    [
        (kept(3.9, 3.6, 4.2), "3.9 (3.6–4.2)"),
        (Interval(estimate=16, censored="above"), "> 16"),
        (Interval(estimate=16, low=9.1, censored="above"), "> 16 (at least 9.1)"),
        (Interval(estimate=1, censored="below"), "< 1"),
        (Interval(estimate=12, low=9.3), "12 (at least 9.3)"),
        (Interval(estimate=8192, low=4096, high=9000), "8,192 (4,096–9,000)"),
        (UNDEFINED, "–"),
    ],
)
def test_edges_read_well(interval: Interval, text: str) -> None:
    assert number_interval(interval) == text


def test_points_are_singular_or_plural() -> None:
    assert points_interval(kept(0.01, -0.03, 0.05)) == "1 point (−3 to 5)"
    assert points_interval(kept(-0.02, -0.09, 0.05)) == "−2 points (−9 to 5)"


def test_there_is_no_negative_nought() -> None:
    assert percent(-0.001) == "0 %"
    assert quantity(-0.001) == "0"
