"""The results of measuring one model: what every report, export and gate reads.

All frozen, all made by the functions of this room. Competence c is success with chance removed,
c = (p − g)/(1 − g); a volume is the mean competence over the family's box under its measure μ.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from falloff.analysis.audit import Audit
from falloff.analysis.spending import Spending
from falloff.core import Coordinate, Reason

Censoring = Literal["above", "below"]


@dataclass(frozen=True, kw_only=True)
class Interval:
    """An estimate with its 90 % interval; None where undefined.

    ``censored="above"``: the quantity lies beyond what was measured (an edge past the top of the
    box), and ``estimate`` is that bound. ``"below"`` likewise on the other side.
    """

    estimate: float | None
    low: float | None = None
    high: float | None = None
    censored: Censoring | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "estimate": self.estimate,
            "low": self.low,
            "high": self.high,
            "censored": self.censored,
        }


UNDEFINED = Interval(estimate=None)


class Status(StrEnum):
    """Whether a family's numbers can be used."""

    OK = "ok"
    CENTRE_NOT_ESTABLISHED = "centre_not_established"
    SATURATED = "saturated"
    ERRORS = "errors"
    TOO_FEW = "too_few"


@dataclass(frozen=True, kw_only=True)
class Cell:
    """Raw results at one coordinate: ``score`` is the sum of scores over ``n`` scored probes."""

    coordinate: Coordinate
    n: int
    score: float

    @property
    def rate(self) -> float:
        return self.score / self.n


@dataclass(frozen=True, kw_only=True)
class Compounding:
    """A curve against c = c(0)·pⁿ⁻ⁿ⁰, one accuracy p a step: ``step_accuracy``, fitted.

    ``exponent``: β of the freer c = c(0)·exp(−(a(n − n₀))^β). ``statistic`` is the likelihood ratio
    between the two, ``p`` its tail: χ², and where that makes a claim, set right by drawn tables.
    """

    step_accuracy: float
    exponent: float
    statistic: float
    p: float

    @property
    def steeper(self) -> bool:
        """Whether the fall is steeper than compounding explains, at 5 %."""
        return self.exponent > 1 and self.p < 0.05


@dataclass(frozen=True, kw_only=True)
class AxisCurve:
    """Competence along one dose axis, the other axes at their centre.

    ``doses``, ``u``, ``competence``, ``low``, ``high`` are parallel and ascending, for drawing;
    the band is pointwise 90 %. ``cells`` are the raw results on the axis; ``monotone`` is the
    non-increasing competence nearest to them, one value a cell, with no form assumed. ``edge`` is
    in doses. ``compounding`` is None where the axis does not count dependent steps.
    """

    axis: str
    doses: tuple[float, ...]
    u: tuple[float, ...]
    competence: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    cells: tuple[Cell, ...]
    edge: Interval
    steepness: Interval
    cliff: Interval
    monotone: tuple[float, ...] = ()
    compounding: Compounding | None = None


@dataclass(frozen=True, kw_only=True)
class Contour:
    """The τ contour over the axes ``x`` and ``y``, all other axes at their centre.

    ``u``: ascending positions on x; ``value``: the position on y at which competence falls to τ
    there, with its pointwise 90 % band. Above 1: not within the box; 0: already below τ.
    """

    x: str
    y: str
    u: tuple[float, ...]
    value: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Repeatability:
    """One model, asked the same ``items`` ``repeats`` times each, decoded alike.

    ``pass_k[k − 1]``: the probability that k askings in a row solve a probe, mean over μ;
    ``centre_pass_k`` at the centre. ``flips``: that of two askings one solves it and one does not;
    ``changes``: that their answers differ. Chance is not removed.
    """

    repeats: int
    items: int
    pass_k: tuple[Interval, ...]
    centre_pass_k: tuple[Interval, ...]
    flips: Interval
    changes: Interval


@dataclass(frozen=True, kw_only=True)
class FamilyProfile:
    """One model on one family.

    ``volume_relative``: like ``volume_at`` with the threshold τ·c(0), which sets a nearer edge
    apart from a lower ceiling. ``audit`` is None for fixed designs. ``weight`` is the suite's,
    within the capability. ``wordings``: by template; empty with fewer than two. ``contours``: the
    rim of its region, one for each pair of dose axes.
    """

    family: str
    capability: str
    status: Status
    chance: float
    probes: int
    centre: Interval
    volume: Interval
    volume_at: Interval
    interaction: Interval
    curves: tuple[AxisCurve, ...]
    cells: tuple[Cell, ...]
    reasons: dict[Reason, int] = field(default_factory=dict)
    volume_relative: Interval = UNDEFINED
    audit: Audit | None = None
    repeatability: Repeatability | None = None
    weight: float = 1.0
    stress: Stress | None = None
    wordings: tuple[Wording, ...] = ()
    contours: tuple[Contour, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Wording:
    """One model on the probes of a family that are worded by the same ``template``.

    ``solved``: the mean score. ``difference``: how much of it is over what the coordinates lead to
    expect, compared with all the family's wordings; ``p`` is its two-sided tail. Undefined with too
    few probes. ``further_off``: more than chance explains, over all of the model's wordings.
    """

    template: int
    probes: int
    solved: float
    difference: Interval
    p: float | None
    further_off: bool = False


@dataclass(frozen=True, kw_only=True)
class Fall:
    """One model on a benchmark as it stands and under a stressor; shares solved, chance included.

    ``stressed``: mean over the listed levels; ``fall``: original less stressed, paired by item.
    ``broken`` and ``mended``: items solved as they stand and not under stress, and the reverse.
    """

    original: Interval
    stressed: Interval
    fall: Interval
    broken: int
    mended: int


@dataclass(frozen=True, kw_only=True)
class Stress:
    """What a stressor costs: ``falls`` of the teacher, then of the student, or of one model alone.

    ``more``: the student's fall less the teacher's, paired.

    ``lost`` and ``gained``: stressed probes that only the teacher, only the student solved. Of the
    benchmark's items ``used`` can be put under the stressor, ``rejected`` cannot, by reason.
    """

    falls: tuple[Fall, ...]
    more: Interval
    lost: int
    gained: int
    used: int
    rejected: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One model on all families of a suite.

    ``volume``: the mean over the families whose centre it holds, capabilities weighing the same.
    """

    model: str
    families: tuple[FamilyProfile, ...]
    spending: Spending
    volume: Interval = UNDEFINED
    repeatability: Repeatability | None = None
