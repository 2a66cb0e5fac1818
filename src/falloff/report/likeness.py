"""Tables of what was asked on request: stressors, null, repeats, tokens of teacher and student."""

from __future__ import annotations

from falloff.analysis.estimates import (
    UNDEFINED,
    Comparison,
    Fidelity,
    Interval,
    Repeatability,
    StudentComparison,
)
from falloff.analysis.fidelity import NOT_ASKED
from falloff.report.listings import Listing
from falloff.report.null_wording import null_listing
from falloff.report.numerals import DASH, number_interval, percent, percent_interval
from falloff.report.stressors import stressors
from falloff.report.visible import one_line


def likeness(comparison: Comparison) -> tuple[Listing, ...]:
    """The tables that have rows: none of what was not asked for."""
    found = (
        stressors(comparison),
        null_listing(comparison),
        repeats(comparison),
        tokens(comparison),
    )
    return tuple(listing for listing in found if listing.rows)


def repeats(comparison: Comparison) -> Listing:
    """Every model's pass^k and flips, and each student's churn beside them."""
    teacher = comparison.teacher.repeatability
    most = teacher.repeats if teacher else 0
    rows = [(comparison.teacher.model, teacher, UNDEFINED, UNDEFINED)] if teacher else []
    for student in comparison.students:
        if found := student.repeated:
            rows.append((student.model, found.student, found.churn, found.beyond))
    return Listing(
        title="Repeats",
        heads=(
            "Model",
            "pass^1",
            f"pass^{most}",
            f"pass^{most} at the centre",
            "Flips",
            "Churn against teacher",
            "Beyond flips",
        ),
        rows=tuple(_repeats(*row) for row in rows),
        spare=("pass^1", "Beyond flips"),
    )


def _repeats(
    model: str, found: Repeatability, churn: Interval, beyond: Interval
) -> tuple[str, ...]:
    return (
        one_line(model),
        percent_interval(found.pass_k[0]),
        percent_interval(found.pass_k[-1]),
        percent_interval(found.centre_pass_k[-1]) if found.centre_pass_k else DASH,
        percent_interval(found.flips),
        percent_interval(churn),
        percent_interval(beyond),
    )


def tokens(comparison: Comparison) -> Listing:
    """Every student's answers and tokens against its teacher's."""
    rows = [_tokens(s, s.fidelity) for s in comparison.students if s.fidelity]
    asked = any(s.fidelity and s.fidelity.why != NOT_ASKED for s in comparison.students)
    return Listing(
        title="Fidelity",
        heads=(
            "Student",
            "Same answer",
            "Same answer where both fail",
            "KL, at least, nats a token",
            "Same top token",
            "Seen by both",
            "Note",
        ),
        rows=tuple(rows) if asked else (),
        spare=("Seen by both",),
    )


def _tokens(student: StudentComparison, found: Fidelity) -> tuple[str, ...]:
    return (
        one_line(student.model),
        percent_interval(found.agreement),
        percent_interval(found.same_wrong),
        number_interval(found.kl),
        percent_interval(found.same_top),
        percent(found.named),
        found.why or "",
    )
