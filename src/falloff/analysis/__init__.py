"""What the answers mean: regions, curves, edges, volumes, comparison, verdict. Pure numerics.

Knows the nouns of ``core`` and arrays of scores. Must not know a disk, a clock, a model or a
dialect.
"""

from falloff.analysis.audit import Audit
from falloff.analysis.comparison import TAU, compare, headline_intervals
from falloff.analysis.data import AXIS, BOX, CENTRE, LOOK, FamilyData, FixedPool, Repeats, Tokens
from falloff.analysis.estimates import (
    UNDEFINED,
    AxisCurve,
    Cell,
    Compounding,
    Fall,
    FamilyProfile,
    Interval,
    Profile,
    Repeatability,
    Status,
    Stress,
    Wording,
)
from falloff.analysis.fidelity import compare_tokens
from falloff.analysis.pair_estimates import (
    BeyondNull,
    CellDrop,
    Churn,
    Comparison,
    FamilyComparison,
    Fidelity,
    RepeatedComparison,
    Shape,
    StudentComparison,
    Verdict,
)
from falloff.analysis.profile import LEAST_PROBES, profile_family
from falloff.analysis.spending import Spending, together
from falloff.analysis.verdict import Scope, judge

__all__ = [
    "AXIS",
    "BOX",
    "CENTRE",
    "LEAST_PROBES",
    "LOOK",
    "TAU",
    "UNDEFINED",
    "Audit",
    "AxisCurve",
    "BeyondNull",
    "Cell",
    "CellDrop",
    "Churn",
    "Comparison",
    "Compounding",
    "Fall",
    "FamilyComparison",
    "FamilyData",
    "FamilyProfile",
    "Fidelity",
    "FixedPool",
    "Interval",
    "Profile",
    "Repeatability",
    "RepeatedComparison",
    "Repeats",
    "Scope",
    "Shape",
    "Spending",
    "Status",
    "Stress",
    "StudentComparison",
    "Tokens",
    "Verdict",
    "Wording",
    "compare",
    "compare_tokens",
    "headline_intervals",
    "judge",
    "profile_family",
    "together",
]
