"""What the answers mean: regions, curves, edges, volumes, comparison, verdict. Pure numerics.

Knows the nouns of ``core`` and arrays of scores. Must not know a disk, a clock, a model or a
dialect.
"""

from falloff.measure.comparison import TAU, compare
from falloff.measure.data import AXIS, BOX, CENTRE, FamilyData
from falloff.measure.estimates import (
    UNDEFINED,
    AxisCurve,
    Cell,
    CellDrop,
    Churn,
    Comparison,
    FamilyComparison,
    FamilyProfile,
    Interval,
    Profile,
    Spending,
    Status,
    StudentComparison,
    Verdict,
)
from falloff.measure.profile import LEAST_PROBES, profile_family

__all__ = [
    "AXIS",
    "BOX",
    "CENTRE",
    "LEAST_PROBES",
    "TAU",
    "UNDEFINED",
    "AxisCurve",
    "Cell",
    "CellDrop",
    "Churn",
    "Comparison",
    "FamilyComparison",
    "FamilyData",
    "FamilyProfile",
    "Interval",
    "Profile",
    "Spending",
    "Status",
    "StudentComparison",
    "Verdict",
    "compare",
    "profile_family",
]
