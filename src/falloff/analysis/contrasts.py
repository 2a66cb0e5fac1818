"""What a pair of models shows on a family: ratios, churn and shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from falloff.analysis.data import FamilyData, Floats
from falloff.analysis.draws import Draws
from falloff.analysis.estimates import UNDEFINED, FamilyProfile, Interval, Status
from falloff.analysis.intervals import interval
from falloff.analysis.pair_estimates import Churn, FamilyComparison
from falloff.analysis.shape import containment, radius, retention_in_u, shape

# Statuses of a teacher whose volume may be divided by.
USABLE = (Status.OK, Status.SATURATED)
# A competence that no division by it overflows.
_NOTHING = 1e-300


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Joint draws of teacher and student on one family, with its weight in the headline."""

    data: FamilyData
    roles: tuple[str, str]
    tau: float
    weight: float
    teacher: Draws
    student: Draws


def compare_family(
    teacher: FamilyProfile,
    student: FamilyProfile,
    pair: Pair | None,
    *,
    weight: float,
    churn: Churn,
) -> FamilyComparison:
    """What the two profiles show side by side, and by joint draws where there is a pair."""
    status = teacher.status
    if status in USABLE and student.status in (Status.ERRORS, Status.TOO_FEW):
        status = student.status
    retention = volume_at = centre = illusion = UNDEFINED
    if pair:
        retention = ratio(pair.student.volume, pair.teacher.volume)
        volume_at = ratio(pair.student.volume_at, pair.teacher.volume_at)
        centre = ratio(pair.student.centre, pair.teacher.centre)
        illusion = interval(
            divide(pair.student.centre, pair.teacher.centre)
            - divide(pair.student.volume, pair.teacher.volume)
        )
    return FamilyComparison(
        family=teacher.family,
        capability=teacher.capability,
        status=status,
        weight=weight,
        teacher=teacher,
        student=student,
        retention=retention,
        volume_at_ratio=volume_at,
        centre_ratio=centre,
        illusion=illusion,
        churn=churn,
        **(_beyond_size(pair) if pair else {}),
    )


def _beyond_size(pair: Pair) -> dict[str, Any]:
    """How the two regions differ beyond their size."""
    data, teacher, student = pair.data, pair.teacher, pair.student
    return {
        "retention_in_u": retention_in_u(data, teacher, student),
        "radius": radius(data, teacher, student, pair.tau),
        "containment": containment(data, teacher, student, pair.tau),
        "shape": shape(data, pair.roles),
    }


def ratio(above: Floats, below: Floats) -> Interval:
    """From joint draws; undefined where there are none."""
    return interval(divide(above, below)) if above.size else UNDEFINED


def divide(above: Floats, below: Floats) -> Floats:
    """Ratio of draws; NaN where the denominator is not positive, or so small that it is nothing."""
    kept = below > _NOTHING
    return np.asarray(np.divide(above, below, out=np.full_like(above, np.nan), where=kept))


def churn_of(data: FamilyData, teacher: str, student: str) -> Churn:
    """Who solved what, over the probes that both have answered."""
    keep = data.scored(teacher, student)
    left, right = data.scores[teacher][keep] >= 1, data.scores[student][keep] >= 1
    answers = zip(
        np.array(data.answers[teacher], dtype=object)[keep],
        np.array(data.answers[student], dtype=object)[keep],
        strict=True,
    )
    same = np.array([a is not None and a == b for a, b in answers], dtype=bool)
    return Churn(
        both=int((left & right).sum()),
        lost=int((left & ~right).sum()),
        gained=int((~left & right).sum()),
        neither=int((~left & ~right).sum()),
        same_wrong=int((~left & ~right & same).sum()),
    )


def add_churn(parts: Sequence[Churn]) -> Churn:
    """Over families."""
    return Churn(
        both=sum(c.both for c in parts),
        lost=sum(c.lost for c in parts),
        gained=sum(c.gained for c in parts),
        neither=sum(c.neither for c in parts),
        same_wrong=sum(c.same_wrong for c in parts),
    )
