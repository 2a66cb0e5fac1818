"""The null in words and as a table: the teacher asked twice, beside every student."""

from __future__ import annotations

from falloff.analysis.estimates import UNDEFINED, Interval
from falloff.analysis.pair_estimates import Churn, Comparison, StudentComparison
from falloff.analysis.paired import mcnemar
from falloff.report.listings import Listing
from falloff.report.numerals import (
    DASH,
    bounded,
    count,
    defined,
    percent,
    percent_interval,
    plural,
    points_interval,
)
from falloff.report.visible import one_line
from falloff.report.wording import by_retention

# Two-sided, as intervals of 90 % are.
_BY_CHANCE = 0.1


def null_sentences(comparison: Comparison) -> tuple[str, ...]:
    """How far the teacher differs from itself, then each student beyond that; empty if no null."""
    if comparison.null is None:
        return ()
    beyond = (_beyond(student) for student in by_retention(comparison))
    return (_itself(comparison.null), *filter(None, beyond))


def null_listing(comparison: Comparison) -> Listing:
    """The teacher against itself, then every student against it; no rows if there is no null."""
    null = comparison.null
    rows = []
    if null is not None:
        own = next((s.beyond_null.null for s in comparison.students if s.beyond_null), UNDEFINED)
        rows.append(_row(f"{one_line(null.model)}, again", null, own, DASH))
        for student in comparison.students:
            found = student.beyond_null
            churn, beyond = (found.churn, found.beyond) if found else (UNDEFINED, UNDEFINED)
            rows.append(_row(one_line(student.model), student, churn, points_interval(beyond)))
    return Listing(
        title="Null",
        heads=("Model", "Retention", "Churn", "Beyond the null", "Lost", "Gained"),
        rows=tuple(rows),
        spare=("Lost", "Gained"),
    )


def _row(name: str, compared: StudentComparison, churn: Interval, beyond: str) -> tuple[str, ...]:
    return (
        name,
        percent_interval(compared.retention),
        percent_interval(churn),
        beyond,
        count(compared.churn.lost),
        count(compared.churn.gained),
    )


def _itself(null: StudentComparison) -> str:
    name, kept = one_line(null.model), null.retention
    counted = _flips(null.churn)
    if not defined(kept.estimate):
        return f"The null: {name}, asked a second time, {counted}."
    said = f"The null: {name}, asked a second time, keeps {percent_interval(kept)} of itself"
    if not bounded(kept) or kept.low is None or kept.high is None:
        return f"{said} and {counted}."
    if kept.low <= 1 <= kept.high:
        return f"{said}, consistent with all of it, and {counted}."
    chance = mcnemar(null.churn.lost, null.churn.gained)
    if chance >= _BY_CHANCE:
        return (
            f"{said} and {counted}, {count(null.churn.gained)} of them gained. As uneven comes by"
            f" chance in {percent(chance)} of cases, so it is not shown to have changed, but"
            " retention of the students may be off by as much."
        )
    return (
        f"{said} and {counted}. That is not consistent with all of it: it has changed between the"
        " askings, so retention of the students may be off by as much."
    )


def _flips(churn: Churn) -> str:
    probes = churn.both + churn.lost + churn.gained + churn.neither
    return f"flips on {count(churn.lost + churn.gained)} of {plural(probes, 'probe')}"


def _beyond(student: StudentComparison) -> str:
    found, name = student.beyond_null, one_line(student.model)
    if found is None or found.beyond.low is None or found.beyond.high is None:
        return ""
    shown = points_interval(found.beyond)
    said = f"{name} differs from its teacher on {percent_interval(found.churn)} of draws from μ"
    if found.beyond.low > 0:
        return f"{said}: {shown} beyond the null."
    if found.beyond.high < 0:
        return f"{said}: less than the teacher from itself, {shown}."
    return f"{said}: not shown to be more than the teacher from itself, {shown}."
