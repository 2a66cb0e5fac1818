"""Results as plain JSON objects: what ``--json`` prints.

An interval is ``{"estimate", "low", "high", "censored"}``; what is undefined or not finite is
null, so that what is printed is JSON for every reader.
"""

from __future__ import annotations

import math
from typing import Any

from falloff.analysis.audit import Audit
from falloff.analysis.estimates import (
    UNDEFINED,
    AxisCurve,
    Compounding,
    FamilyProfile,
    Interval,
    Profile,
    Stress,
    Wording,
)
from falloff.analysis.pair_estimates import (
    CellDrop,
    Churn,
    Comparison,
    FamilyComparison,
    Shape,
    StudentComparison,
    Verdict,
)
from falloff.report.costs_export import saving_as_dict, spending_as_dict
from falloff.report.likeness_export import (
    beyond_null_as_dict,
    fidelity_as_dict,
    repeatability_as_dict,
    repeated_as_dict,
)

# Half a 90 % interval of a normal variable, in standard deviations.
_Z = 1.645


def comparison_as_dict(comparison: Comparison, *, run: str, calls: int) -> dict[str, Any]:
    """The object of ``compare --json``."""
    students = comparison.students
    return {
        "teacher": comparison.teacher.model,
        "students": [_student(comparison, student) for student in students],
        "covered_weight": _finite(min((s.covered_weight for s in students), default=None)),
        "run": run,
        "probes": comparison.probes,
        "calls": calls,
        "suite": comparison.suite,
        "measure": comparison.measure,
        "threshold": comparison.threshold,
        "spending": spending_as_dict(comparison.teacher.spending),
        "teacher_volume": interval_as_dict(comparison.teacher.volume),
        "null": _null(comparison.null) if comparison.null else None,
    }


def profile_as_dict(profile: Profile, *, run: str, calls: int) -> dict[str, Any]:
    """The object of ``measure --json``."""
    return {
        "model": profile.model,
        "families": [
            {
                "family": family.family,
                "capability": family.capability,
                **_side(family),
                "stress": _stress(family.stress),
            }
            for family in profile.families
        ],
        "volume": interval_as_dict(profile.volume),
        "run": run,
        "probes": profile.spending.probes,
        "calls": calls,
        "repeatability": repeatability_as_dict(profile.repeatability),
        "spending": spending_as_dict(profile.spending),
    }


def _student(comparison: Comparison, student: StudentComparison) -> dict[str, Any]:
    return {
        "model": student.model,
        "retention": interval_as_dict(student.retention),
        "centre_ratio": interval_as_dict(student.centre_ratio),
        "illusion": interval_as_dict(student.illusion),
        "verdict": student.verdict.status,
        "families": [_family(family) for family in student.families],
        "capabilities": [
            {
                "capability": of.capability,
                "families": list(of.families),
                "retention": interval_as_dict(of.retention),
                "centre_ratio": interval_as_dict(of.centre_ratio),
                "illusion": interval_as_dict(of.illusion),
            }
            for of in student.capabilities
        ],
        "measures": [
            {"measure": found.measure.value, "retention": interval_as_dict(found.retention)}
            for found in student.measures
        ],
        "covered_weight": _finite(student.covered_weight),
        "bounds": _bounds(student.verdict),
        "churn": _churn(student.churn),
        "beyond_null": beyond_null_as_dict(student.beyond_null),
        "fidelity": fidelity_as_dict(student.fidelity),
        "repeated": repeated_as_dict(student.repeated),
        "worst_cells": [_drop(cell) for cell in student.worst],
        "disputed_cells": [_drop(cell) for cell in student.disputed],
        "spending": spending_as_dict(student.profile.spending),
        "saving": saving_as_dict(comparison, student),
        "volume": interval_as_dict(student.profile.volume),
    }


def _null(null: StudentComparison) -> dict[str, Any]:
    """The teacher against itself. No verdict: it is no candidate."""
    return {
        "model": null.model,
        "retention": interval_as_dict(null.retention),
        "churn": _churn(null.churn),
        "families": [
            {
                "family": family.family,
                "retention": interval_as_dict(family.retention),
                "churn": _churn(family.churn),
            }
            for family in null.families
        ],
        "fidelity": fidelity_as_dict(null.fidelity),
        "spending": spending_as_dict(null.profile.spending),
        "volume": interval_as_dict(null.profile.volume),
    }


def _family(compared: FamilyComparison) -> dict[str, Any]:
    return {
        "family": compared.family,
        "capability": compared.capability,
        "retention": interval_as_dict(compared.retention),
        "teacher": _side(compared.teacher),
        "student": _side(compared.student),
        "status": compared.status.value,
        "weight": _finite(compared.weight),
        "volume_at_ratio": interval_as_dict(compared.volume_at_ratio),
        "centre_ratio": interval_as_dict(compared.centre_ratio),
        "illusion": interval_as_dict(compared.illusion),
        "churn": _churn(compared.churn),
        "retention_in_u": interval_as_dict(compared.retention_in_u),
        "radius": interval_as_dict(compared.radius),
        "containment": interval_as_dict(compared.containment),
        "shape": _shape(compared.shape),
        "fidelity": fidelity_as_dict(compared.fidelity),
        "repeated": repeated_as_dict(compared.repeated),
        "stress": _stress(compared.stress),
    }


def _stress(stress: Stress | None) -> dict[str, Any] | None:
    """Null where the family is none of a benchmark's. ``falls``: the teacher's, the student's."""
    if stress is None:
        return None
    return {
        "falls": [
            {
                "original": interval_as_dict(fall.original),
                "stressed": interval_as_dict(fall.stressed),
                "fall": interval_as_dict(fall.fall),
                "broken": fall.broken,
                "mended": fall.mended,
            }
            for fall in stress.falls
        ],
        "more": interval_as_dict(stress.more),
        "lost": stress.lost,
        "gained": stress.gained,
        "items": stress.used,
        "rejected": [
            {"reason": reason, "items": items} for reason, items in stress.rejected.items()
        ],
    }


def _side(family: FamilyProfile) -> dict[str, Any]:
    """One model on one family."""
    return {
        "centre": interval_as_dict(family.centre),
        "volume": interval_as_dict(family.volume),
        "volume_at": interval_as_dict(family.volume_at),
        "edges": {curve.axis: interval_as_dict(curve.edge) for curve in family.curves},
        "status": family.status.value,
        "steepness": {curve.axis: interval_as_dict(curve.steepness) for curve in family.curves},
        "cliff": {curve.axis: interval_as_dict(curve.cliff) for curve in family.curves},
        "interaction": interval_as_dict(family.interaction),
        "probes": family.probes,
        "reasons": {reason.value: number for reason, number in family.reasons.items()},
        "repeatability": repeatability_as_dict(family.repeatability),
        "chance": _finite(family.chance),
        "volume_relative": interval_as_dict(family.volume_relative),
        "audit": _audit(family.audit) if family.audit else None,
        "monotone": {curve.axis: _monotone(curve) for curve in family.curves},
        "compounding": {
            curve.axis: _compounding(curve.compounding) if curve.compounding else None
            for curve in family.curves
        },
        "wordings": [_wording(wording) for wording in family.wordings],
    }


def _wording(wording: Wording) -> dict[str, Any]:
    """``difference`` is that of shares, compared with all the family's wordings."""
    return {
        "template": wording.template,
        "probes": wording.probes,
        "solved": _finite(wording.solved),
        "difference": interval_as_dict(wording.difference),
        "p": _finite(wording.p),
        "further_off": wording.further_off,
    }


def _audit(audit: Audit) -> dict[str, Any]:
    """``correction`` is an interval, ± 1.645 standard errors; null without audit probes."""
    half = _Z * audit.se
    correction = Interval(
        estimate=audit.correction, low=audit.correction - half, high=audit.correction + half
    )
    return {
        "probes": audit.probes,
        "correction": interval_as_dict(correction if audit.probes else UNDEFINED),
        "standard_error": _finite(audit.se),
        "misfit": audit.misfit,
        "detectable": _finite(audit.detectable),
    }


def _monotone(curve: AxisCurve) -> list[dict[str, Any]]:
    """The steps beside the curve, one a dose that was asked."""
    return [
        {"dose": _finite(cell.coordinate[curve.axis]), "competence": _finite(value)}
        for cell, value in zip(curve.cells, curve.monotone, strict=False)
    ]


def _compounding(found: Compounding) -> dict[str, Any]:
    return {
        "step_accuracy": _finite(found.step_accuracy),
        "exponent": _finite(found.exponent),
        "steeper": found.steeper,
        "statistic": _finite(found.statistic),
        "p": _finite(found.p),
    }


def _shape(shape: Shape) -> dict[str, Any]:
    """``different`` is null where the test is undefined."""
    return {
        "factor": interval_as_dict(shape.factor),
        "different": shape.different if shape.p is not None else None,
        "statistic": _finite(shape.statistic),
        "p": _finite(shape.p),
    }


def _drop(cell: CellDrop) -> dict[str, Any]:
    return {
        "family": cell.family,
        "coordinate": {axis: _finite(dose) for axis, dose in cell.coordinate},
        "n": cell.n,
        "teacher_solved": _finite(cell.teacher_solved),
        "student_solved": _finite(cell.student_solved),
        "teacher": interval_as_dict(cell.teacher),
        "student": interval_as_dict(cell.student),
        "drop": interval_as_dict(cell.drop),
    }


def _bounds(verdict: Verdict) -> dict[str, Any]:
    """What the verdict was reached by: the margin and the one-sided 95 % bounds.

    ``anytime``: the verdict and bounds of a run that is continued until settled.
    """
    return {
        "margin": _finite(verdict.margin),
        "low": _finite(verdict.low),
        "high": _finite(verdict.high),
        "further_probes": verdict.further_probes,
        "anytime": {
            "verdict": verdict.anytime_status,
            "low": _finite(verdict.anytime_low),
            "high": _finite(verdict.anytime_high),
        },
    }


def _churn(churn: Churn) -> dict[str, int]:
    return {
        "both": churn.both,
        "lost": churn.lost,
        "gained": churn.gained,
        "neither": churn.neither,
        "same_wrong": churn.same_wrong,
    }


def interval_as_dict(interval: Interval) -> dict[str, Any]:
    """An interval of plain finite numbers, None where there is none."""
    return {
        name: _finite(value) if isinstance(value, float) else value
        for name, value in interval.as_dict().items()
    }


def _finite(value: float | None) -> float | None:
    """The number as a plain float (numpy's are no JSON), or None where there is none."""
    return float(value) if value is not None and math.isfinite(value) else None
