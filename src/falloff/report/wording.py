"""The finding in words: the one place where numbers become claims.

No sentence claims more than its interval shows. "Keeps 41 %" says a loss only where the whole
interval lies below 1; "collapsed" needs an upper bound below one half; a loss that is not
established is said so, together with what is not excluded either.
"""

from __future__ import annotations

import math

from falloff.analysis.comparison import weights_of
from falloff.analysis.estimates import UNDEFINED, FamilyProfile, Interval, Profile, Status
from falloff.analysis.pair_estimates import CellDrop, Comparison, StudentComparison
from falloff.report.names import briefly
from falloff.report.numerals import (
    bounded,
    defined,
    percent,
    percent_beside,
    percent_decimals,
    percent_exact,
    percent_interval,
    percent_span,
    points_interval,
    quantity,
    roughly,
)
from falloff.report.scales import spoken_name
from falloff.report.visible import one_line

# A bound this near to 1 is shown as 100 %, so it is not worded as a loss either.
_ONE = 0.9995
# Families that are each given a sentence of their own.
_FEW = 3
_COLLAPSED = 0.5


def headline(comparison: Comparison) -> str:
    """The title: what the worst student keeps, or what the one model holds."""
    comparison = briefly(comparison)
    student = worst_student(comparison)
    if student is None:
        return _holding(comparison)
    name, teacher = one_line(student.model), one_line(comparison.teacher.model)
    kept = student.retention
    whole = f"of {teacher}'s capability volume on {one_line(comparison.suite)}"
    if not defined(kept.estimate):
        return f"What {name} keeps {whole} cannot be said: no family can be compared"
    shown = percent(kept.estimate, percent_decimals(kept))
    centre = _centre(student)
    if not bounded(kept):
        return f"{name} keeps {shown} {whole} (no interval){centre}"
    interval = f"(90 % interval {percent_span(kept)})"
    if _certainly_below(kept, _ONE):
        return f"{name} keeps {shown} {whole} {interval}{centre}"
    if kept.low is not None and kept.low > 2 - _ONE:
        return f"{name} has {shown} {whole} {interval}: more than its teacher{centre}"
    return f"{name} keeps {shown} {whole} {interval}: no loss established{centre}"


def lede(comparison: Comparison) -> str:
    """What stands under the title: the range of the students, and what the numbers rest on.

    Where the title can say little, why: of one model alone, and where nothing can be compared.
    """
    student = worst_student(comparison)
    if student is None:
        return _reasons(comparison, "the model")
    if not defined(student.retention.estimate):
        return _reasons(comparison, "the teacher")
    return " ".join(filter(None, (_range(comparison), _coverage(student))))


def by_retention(comparison: Comparison) -> tuple[StudentComparison, ...]:
    """The students, best estimate first; one without an estimate stands last."""
    return tuple(
        sorted(
            comparison.students,
            key=lambda s: s.retention.estimate if defined(s.retention.estimate) else -math.inf,
            reverse=True,
        )
    )


def solved_here(cell: CellDrop) -> str:
    """What was seen in a cell, teacher → student: ``12 → 1 of 14``."""
    return f"{quantity(cell.teacher_solved)} → {quantity(cell.student_solved)} of {cell.n:,}"


def worst_student(comparison: Comparison) -> StudentComparison | None:
    """The student with the lowest estimate of retention: the one the title speaks of."""
    known = [s for s in by_retention(comparison) if defined(s.retention.estimate)]
    return known[-1] if known else next(iter(comparison.students), None)


def verdict_sentence(student: StudentComparison) -> str:
    """The verdict with its one-sided 95 % bounds, and what would settle an open one."""
    verdict, name = student.verdict, one_line(student.model)
    margin = f"the margin is {percent_exact(verdict.margin)}"
    limits = verdict.margin, _COLLAPSED
    if verdict.status == "pass" and verdict.low is not None:
        held = " It did not collapse." if verdict.low > _COLLAPSED else ""
        return f"{name} keeps at least {percent_beside(verdict.low, *limits)}; {margin}.{held}"
    if verdict.status == "fail" and verdict.high is not None:
        fell = " It collapsed: more than half is lost." if verdict.high < _COLLAPSED else ""
        return f"{name} keeps at most {percent_beside(verdict.high, *limits)}; {margin}.{fell}"
    return f"{name}: {_open_verdict(student)}"


def anytime_sentence(student: StudentComparison) -> str:
    """What holds for a run that is continued until settled; silent where there are no bounds."""
    verdict = student.verdict
    if verdict.anytime_low is None or verdict.anytime_high is None:
        return ""
    return (
        "If you continue until settled, use"
        f" {percent_beside(verdict.anytime_low, verdict.margin)} and"
        f" {percent_beside(verdict.anytime_high, verdict.margin)} as the bounds:"
        f" {verdict.anytime_status}."
    )


def illusion_sentence(student: StudentComparison) -> str:
    """By how much the centre overstates the student, if it does."""
    illusion = student.illusion
    if not bounded(illusion) or illusion.low is None or illusion.high is None:
        return ""
    shown = points_interval(illusion)
    if illusion.low > 0:
        return f"Its centre overstates it by {shown}."
    if illusion.high < 0:
        return f"Its centre understates it: illusion {shown}."
    return f"Its centre is not shown to mislead: illusion {shown}."


def status_sentence(
    status: Status, threshold: float, subject: str = "the teacher", centre: Interval = UNDEFINED
) -> str:
    """Why a family's numbers can, or cannot, be used. ``centre``: the subject's."""
    who = subject[:1].upper() + subject[1:]
    there = f"{percent_interval(centre)}, " if defined(centre.estimate) else ""
    return {
        Status.OK: "Its numbers can be used.",
        Status.CENTRE_NOT_ESTABLISHED: (
            f"{who} does not hold the centre: competence there is {there}below τ ="
            f" {percent(threshold)}, so there is nothing to fall off from."
        ),
        Status.SATURATED: (
            f"Saturated: {subject} solves nearly the whole box. It counts, but where it falls off"
            " lies outside."
        ),
        Status.ERRORS: "Too many probes got no answer (errors of the endpoint, not of the model).",
        Status.TOO_FEW: "Too few probes were scored to say anything.",
    }[status]


def _holding(comparison: Comparison) -> str:
    """The title of a report on one model."""
    name, suite = one_line(comparison.teacher.model), one_line(comparison.suite)
    volume = comparison.teacher.volume
    if not defined(volume.estimate):
        return f"What {name} holds of the box on {suite} cannot be said: no family can be used"
    interval = f"(90 % interval {percent_span(volume)})" if bounded(volume) else "(no interval)"
    shown = percent(volume.estimate, percent_decimals(volume))
    return f"{name} holds {shown} of the box on {suite} {interval}; its centre says" + (
        f" {percent(_mean_centre(comparison.teacher))}"
    )


def _mean_centre(profile: Profile) -> float:
    """Over the families that count, weighted as the volume is."""
    weights = weights_of(profile.families)
    held = [f for f in profile.families if weights[f.family] and defined(f.centre.estimate)]
    total = sum(weights[f.family] for f in held)
    return sum(weights[f.family] * (f.centre.estimate or 0.0) for f in held) / total


def _reasons(comparison: Comparison, subject: str) -> str:
    """Why families say less than they might: those of the teacher, or of the one model.

    Many families with the same reason share a sentence.
    """
    alike: dict[Status, list[FamilyProfile]] = {}
    for family in comparison.teacher.families:
        if family.status is not Status.OK:
            alike.setdefault(family.status, []).append(family)
    told: list[tuple[str, Status, Interval]] = []
    for status, families in alike.items():
        names = [spoken_name(family.family) for family in families]
        if len(families) > _FEW:
            told.append((", ".join(names), status, UNDEFINED))
        else:
            centres = (family.centre for family in families)
            told += [(name, status, at) for name, at in zip(names, centres, strict=True)]
    return " ".join(
        f"{names}: {status_sentence(status, comparison.threshold, subject, centre)}"
        for names, status, centre in told
    )


def _range(comparison: Comparison) -> str:
    """The lowest and the highest of several students; an order of estimates, no more."""
    ranked = [s for s in by_retention(comparison) if defined(s.retention.estimate)]
    if len(ranked) < 2:
        return ""
    best = ranked[0]
    return (
        f"{one_line(ranked[-1].model)} has the lowest estimate of {len(ranked)} students,"
        f" {one_line(best.model)} the highest: {percent_interval(best.retention)}."
    )


def _coverage(student: StudentComparison) -> str:
    """How much of the suite's weight the headline rests on; silent when it is all of it."""
    if student.covered_weight >= _ONE:
        return ""
    return (
        f"The headline rests on {percent(student.covered_weight)} of the suite's weight; the other"
        " families claim nothing."
    )


def _centre(student: StudentComparison) -> str:
    ratio = student.centre_ratio.estimate
    return f"; its centre says {percent(ratio)}" if defined(ratio) else ""


def _certainly_below(interval: Interval, bound: float) -> bool:
    return interval.high is not None and interval.high < bound


def _open_verdict(student: StudentComparison) -> str:
    verdict = student.verdict
    margin = f"the margin of {percent_exact(verdict.margin)}"
    if verdict.low is None or verdict.high is None:
        return f"nothing can be said about {margin}."
    low, high = (percent_beside(bound, verdict.margin) for bound in (verdict.low, verdict.high))
    text = f"between {low} and {high} is kept, which does not settle {margin}."
    if verdict.further_probes is None:
        return text
    return f"{text} About {roughly(verdict.further_probes)} further probes would settle it."
