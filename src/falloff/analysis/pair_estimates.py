"""The results of comparing: what a student keeps of its teacher, and in what they differ.

All frozen, all made by the functions of this room, as those of :mod:`falloff.analysis.estimates`,
which are of one model.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from falloff.analysis.estimates import (
    UNDEFINED,
    FamilyProfile,
    Interval,
    Profile,
    Repeatability,
    Status,
    Stress,
)
from falloff.core import Coordinate

if TYPE_CHECKING:
    from falloff.analysis.scopes import Scopes


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Is the student a scaled copy of its teacher? ``factor``: by which all edges shrink, if so.

    ``statistic`` is the likelihood ratio of the two models, ``p`` its tail, by which the scaled
    copy is rejected (:mod:`falloff.analysis.scaled`); None where undefined.
    """

    factor: Interval
    statistic: float | None
    p: float | None

    @property
    def different(self) -> bool:
        """Whether the student has a shape of its own, at 5 %."""
        return self.p is not None and self.p < 0.05


@dataclass(frozen=True, kw_only=True)
class RepeatedComparison:
    """Teacher and student by their repeats, over the same families with the same weights.

    ``churn``: the probability that of one asking each, one solves a probe and the other does not.
    Two askings of one model differ too, by its ``flips``. ``beyond``: churn less the mean of both
    models' flips; it estimates the mean square difference of their chances to solve a probe, so it
    is about 0 where churn is no more than a model against itself.
    """

    teacher: Repeatability
    student: Repeatability
    churn: Interval
    beyond: Interval


@dataclass(frozen=True, kw_only=True)
class Fidelity:
    """How like the teacher's the student's first answers are.

    ``agreement``: the share of the same answers, over μ. ``same_wrong``: of all probes that both
    failed, the share with the same answer. ``kl``: KL(teacher‖student) in nats a token, a lower
    bound; ``same_top``: the share of tokens with the same first choice; both over the tokens of
    ``probes`` up to where the texts part. ``named``: the teacher's mass on tokens that both lists
    name, by which to judge the bound. ``why`` says why there are none.
    """

    agreement: Interval
    same_wrong: Interval
    kl: Interval
    same_top: Interval
    named: float | None
    probes: int
    why: str | None


@dataclass(frozen=True, kw_only=True)
class Churn:
    """Probes by who solved them. ``same_wrong``: both failed with the same answer."""

    both: int = 0
    lost: int = 0
    gained: int = 0
    neither: int = 0
    same_wrong: int = 0


@dataclass(frozen=True, kw_only=True)
class BeyondNull:
    """A student's churn beside the null's, over the draws from μ that all have answered.

    ``churn``: the share that one of teacher and student solved; ``null``: that the teacher solved
    at one asking of two. ``beyond``: the former less the latter, paired. ``probes``: how many.
    """

    churn: Interval
    null: Interval
    beyond: Interval
    probes: int


@dataclass(frozen=True, kw_only=True)
class CellDrop:
    """A coordinate at which the student is worse: ``drop`` is teacher − student competence.

    ``teacher`` and ``student``: fitted competence there, of which ``drop`` is the difference; the
    fit learns from neighbouring cells. ``n`` probes were asked in this very cell, and each model
    scored ``teacher_solved`` and ``student_solved`` of them (fractions of a score included).
    """

    family: str
    coordinate: Coordinate
    n: int
    teacher_solved: float
    student_solved: float
    teacher: Interval
    student: Interval
    drop: Interval


@dataclass(frozen=True, kw_only=True)
class FamilyComparison:
    """A student against its teacher on one family, same probes.

    ``retention_in_u``: retention if μ were uniform on the axes' scales. ``radius``: the k-th root
    of the ratio of volumes at τ, under that measure. ``containment``: the part of the teacher's
    region at τ that the student keeps.
    """

    family: str
    capability: str
    status: Status
    weight: float
    teacher: FamilyProfile
    student: FamilyProfile
    retention: Interval
    volume_at_ratio: Interval
    centre_ratio: Interval
    illusion: Interval
    churn: Churn
    retention_in_u: Interval = UNDEFINED
    radius: Interval = UNDEFINED
    containment: Interval = UNDEFINED
    shape: Shape = Shape(factor=UNDEFINED, statistic=None, p=None)
    fidelity: Fidelity | None = None
    repeated: RepeatedComparison | None = None
    stress: Stress | None = None


@dataclass(frozen=True, kw_only=True)
class CapabilityComparison:
    """A student against its teacher over the ``families`` of a capability that can be compared."""

    capability: str
    families: tuple[str, ...]
    retention: Interval
    centre_ratio: Interval
    illusion: Interval


class Measure(StrEnum):
    """What the places of a box weigh, or the families of a suite."""

    REPORTED = "as reported"
    IN_U = "uniform on the scale of every axis"
    CENTRE = "the centre of every axis weighs four times its top"
    TOP = "the top of every axis weighs four times its centre"
    FAMILIES = "every family weighs the same"


@dataclass(frozen=True, kw_only=True)
class MeasuredRetention:
    """Headline retention, had μ been ``measure``."""

    measure: Measure
    retention: Interval


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """May the student replace the teacher? By headline retention against ``margin``.

    ``low`` and ``high`` are one-sided 95 % bounds for a run whose size was fixed beforehand; the
    ``anytime`` ones hold for a run that is continued until settled. ``further_probes`` would settle
    an inconclusive verdict in four cases of five; None where it is settled or nothing can be said.
    """

    status: Literal["pass", "fail", "inconclusive"]
    margin: float
    low: float | None
    high: float | None
    further_probes: int | None = None
    anytime_status: Literal["pass", "fail", "inconclusive"] = "inconclusive"
    anytime_low: float | None = None
    anytime_high: float | None = None


@dataclass(frozen=True, kw_only=True)
class StudentComparison:
    """A student against its teacher over all families. ``scopes``: for policies, the draws.

    ``worst``: cells with an established loss, the largest lower bound first; ``disputed``: those in
    which the answers contradict the fitted loss beyond chance.
    """

    model: str
    profile: Profile
    retention: Interval
    centre_ratio: Interval
    illusion: Interval
    verdict: Verdict
    covered_weight: float
    families: tuple[FamilyComparison, ...]
    churn: Churn
    worst: tuple[CellDrop, ...]
    fidelity: Fidelity | None = None
    repeated: RepeatedComparison | None = None
    beyond_null: BeyondNull | None = None
    capabilities: tuple[CapabilityComparison, ...] = ()
    measures: tuple[MeasuredRetention, ...] = ()
    disputed: tuple[CellDrop, ...] = ()
    scopes: Scopes | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A teacher and its students on one suite.

    ``measure`` names μ; ``probes`` is the number put to each model; ``threshold`` is τ.
    ``null``: the teacher, asked a second time, as if it were a student; it is no candidate.
    """

    suite: str
    measure: str
    threshold: float
    probes: int
    teacher: Profile
    students: tuple[StudentComparison, ...]
    null: StudentComparison | None = None
