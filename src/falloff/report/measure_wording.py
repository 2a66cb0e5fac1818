"""How much the choice of μ decides: one table over students, and the spread in words."""

from __future__ import annotations

from falloff.analysis.estimates import Interval
from falloff.analysis.pair_estimates import Comparison, Measure, StudentComparison
from falloff.report.numerals import defined, percent, points
from falloff.report.visible import one_line


def measure_rows(comparison: Comparison) -> tuple[tuple[Measure, tuple[Interval, ...]], ...]:
    """Every measure with the retention of each student under it, students in their order.

    Only measures that all students with any have; students with none have no column.
    """
    told = [{m.measure: m.retention for m in student.measures} for student in measured(comparison)]
    return tuple(
        (measure, tuple(kept[measure] for kept in told))
        for measure in Measure
        if told and all(measure in kept for kept in told)
    )


def measured(comparison: Comparison) -> tuple[StudentComparison, ...]:
    """The students whose retention is known under other measures."""
    return tuple(student for student in comparison.students if student.measures)


def measure_sentence(student: StudentComparison) -> str:
    """How far the estimates under all measures lie apart, and whether any mends the verdict."""
    found = [m.retention.estimate for m in student.measures]
    kept = [estimate for estimate in found if estimate is not None and defined(estimate)]
    if not kept:
        return ""
    low, high = min(kept), max(kept)
    margin = student.verdict.margin
    side = (
        f"always below the margin of {percent(margin)}"
        if high < margin
        else f"never below the margin of {percent(margin)}"
        if low >= margin
        else f"on both sides of the margin of {percent(margin)}: there the measure decides"
    )
    return (
        f"{one_line(student.model)}: between {percent(low)} and {percent(high)},"
        f" {points(high - low)} apart, {side}."
    )
