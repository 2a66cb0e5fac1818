"""A made-up but realistic comparison: a teacher and three students on three families."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from falloff.analysis.audit import Audit
from falloff.analysis.axis_checks import compounding, monotone
from falloff.analysis.estimates import (
    UNDEFINED,
    AxisCurve,
    Cell,
    Contour,
    FamilyProfile,
    Interval,
    Profile,
    Spending,
    Status,
)
from falloff.analysis.pair_estimates import (
    CellDrop,
    Churn,
    Comparison,
    FamilyComparison,
    Measure,
    MeasuredRetention,
    Shape,
    StudentComparison,
    Verdict,
)
from falloff.core import Axis, Coordinate, Reason, child_rng

TAU = 0.5
STEPS = Axis(
    name="steps",
    unit="dependent steps",
    levels=(1, 2, 3, 4, 6, 8, 12, 16),
    description="rules on the only path from what is given to what is asked",
)
DISTRACTORS = Axis(
    name="distractors",
    unit="irrelevant rules",
    levels=(0, 1, 2, 4, 8, 16),
    role="shift",
    description="rules of another chain, same operations and number range",
)
CHAIN = Axis(
    name="chain", unit="dependent calls", levels=(1, 2, 4, 8, 16), description="calls in a row"
)
TOOLS = Axis(
    name="tool_set_size",
    unit="irrelevant tools",
    levels=(0, 4, 16, 64),
    role="shift",
    description="tools that are of no use",
)
RULES = Axis(
    name="rule_novelty",
    unit="share redefined",
    levels=(0, 0.25, 0.5, 0.75, 1),
    role="shift",
    integer=False,
    description="symbols redefined in the prompt",
)
AXES = {
    "rule_chain": (STEPS, DISTRACTORS),
    "tool_chain": (CHAIN, TOOLS),
    "redefinition": (RULES,),
}
CAPABILITIES = {
    "rule_chain": "reasoning",
    "tool_chain": "tool_use",
    "redefinition": "novel_instructions",
}
# Half-ceiling points in u by axis, and the ceiling: what makes each model what it is.
MODELS = {
    "micro:teacher": {"steps": 0.82, "distractors": 1.3, "chain": 0.74, "tool_set_size": 1.6},
    "micro:narrow": {"steps": 0.42, "distractors": 0.45, "chain": 0.36, "tool_set_size": 0.5},
    "micro:int4": {"steps": 0.74, "distractors": 1.0, "chain": 0.6, "tool_set_size": 1.5},
    "micro:broad": {"steps": 0.83, "distractors": 1.25, "chain": 0.73, "tool_set_size": 1.7},
}
KEPT = {
    "micro:narrow": (0.41, 0.37, 0.45, 0.97),
    "micro:int4": (0.86, 0.8, 0.92, 1.0),
    "micro:broad": (0.99, 0.96, 1.03, 1.0),
}
VERDICTS = {
    "micro:narrow": Verdict(
        status="fail",
        margin=0.9,
        low=0.38,
        high=0.44,
        anytime_status="fail",
        anytime_low=0.35,
        anytime_high=0.48,
    ),
    "micro:int4": Verdict(
        status="inconclusive", margin=0.9, low=0.81, high=0.91, further_probes=1400
    ),
    "micro:broad": Verdict(status="pass", margin=0.9, low=0.965, high=1.02),
}

AUDIT = Audit(probes=24, correction=0.03, se=0.081)
MISFIT = Audit(probes=24, correction=-0.19, se=0.07)


def true_competence(model: str, doses: dict[Axis, float]) -> float:
    odds = 0.0
    for axis, dose in doses.items():
        odds += (axis.u(dose) / MODELS[model].get(axis.name, 0.05)) ** 4.5
    return 0.98 / (1 + odds)


def interval(estimate: float, width: float = 0.03) -> Interval:
    return Interval(estimate=estimate, low=estimate - width, high=estimate + width * 0.9)


def curve(model: str, axes: tuple[Axis, ...], axis: Axis, cells: tuple[Cell, ...]) -> AxisCurve:
    us = [i / 60 for i in range(61)]
    doses = tuple(axis.dose(u) for u in us)
    values = tuple(true_competence(model, {axis: dose}) for dose in doses)
    half = MODELS[model].get(axis.name, 0.05)
    beyond = half > 0.99
    edge = Interval(
        estimate=axis.top if beyond else axis.dose(half),
        low=axis.dose(min(half * 0.93, 0.97)),
        high=None if beyond else axis.dose(min(half * 1.06, 1.0)),
        censored="above" if beyond else None,
    )
    others = {a.name: a.centre for a in axes if a is not axis}
    own = tuple(c for c in cells if all(c.coordinate[n] == d for n, d in others.items()))
    rates, weights = np.array([c.rate for c in own]), np.array([float(c.n) for c in own])
    return AxisCurve(
        axis=axis.name,
        doses=doses,
        u=tuple(us),
        competence=values,
        low=tuple(max(v - 0.03 - 0.07 * v * (1 - v) * 4, 0.0) for v in values),
        high=tuple(min(v + 0.03 + 0.06 * v * (1 - v) * 4, 1.0) for v in values),
        cells=own,
        edge=edge,
        steepness=Interval(estimate=4.5, low=3.6, high=5.9),
        cliff=UNDEFINED if half > 0.75 else Interval(estimate=0.76, low=0.7, high=0.81),
        monotone=tuple(monotone(rates, weights).tolist()),
        compounding=compounding(axis, own, 0.0),
    )


def grid(axes: tuple[Axis, ...]) -> list[dict[Axis, float]]:
    places: list[dict[Axis, float]] = [{}]
    for axis in axes:
        places = [{**place, axis: dose} for place in places for dose in axis.levels]
    return places


def family_profile(model: str, family: str, status: Status = Status.OK) -> FamilyProfile:
    rng = child_rng(model, family)
    axes = AXES[family]
    cells = []
    for place in grid(axes):
        if rng.random() < 0.12:
            continue
        n = 1 + int(rng.expovariate(0.22))
        p = true_competence(model, place)
        score = float(sum(rng.random() < p for _ in range(n)))
        coordinate = Coordinate.at(axes, {a.name: d for a, d in place.items()})
        cells.append(Cell(coordinate=coordinate, n=n, score=score))
    volume = sum(true_competence(model, place) for place in grid(axes)) / len(grid(axes))
    solved = int(sum(cell.score for cell in cells))
    failed = sum(cell.n for cell in cells) - solved
    return FamilyProfile(
        family=family,
        capability=CAPABILITIES[family],
        status=status,
        chance=0.0,
        probes=solved + failed,
        centre=interval(true_competence(model, {}), 0.015),
        volume=interval(volume),
        volume_at=interval(volume * 0.98, 0.04),
        interaction=Interval(estimate=1.4, low=0.9, high=2.6),
        curves=tuple(curve(model, axes, axis, tuple(cells)) for axis in axes),
        cells=tuple(cells),
        reasons={
            Reason.SOLVED: solved,
            Reason.WRONG: failed - failed // 4,
            Reason.MALFORMED: failed // 4,
        },
        volume_relative=interval(volume * 0.97, 0.04),
        contours=(contour(model, axes),) if len(axes) == 2 else (),
        audit=MISFIT if (model, family) == ("micro:narrow", "tool_chain") else AUDIT,
    )


def contour(model: str, axes: tuple[Axis, ...]) -> Contour:
    """Where the odds of two stresses add up to those of τ."""
    x, y = (MODELS[model].get(axis.name, 0.05) for axis in axes)
    us = tuple(i / 20 for i in range(21))
    left = [max(1 - (u / x) ** 4.5, 0.0) for u in us]
    value = tuple(y * share ** (1 / 4.5) for share in left)
    return Contour(
        x=axes[0].name,
        y=axes[1].name,
        u=us,
        value=value,
        low=tuple(0.9 * v for v in value),
        high=tuple(1.1 * v for v in value),
    )


def profile(model: str) -> Profile:
    families = [family_profile(model, name) for name in ("rule_chain", "tool_chain")]
    families.append(family_profile(model, "redefinition", Status.CENTRE_NOT_ESTABLISHED))
    calls = 1240 if model == "micro:teacher" else 1310
    return Profile(
        model=model,
        families=tuple(families),
        volume=interval(sum(f.volume.estimate for f in families[:2]) / 2),
        spending=Spending(
            probes=600, calls=calls, prompt_tokens=48_213, completion_tokens=21_907, seconds=41.7
        ),
    )


def student_comparison(teacher: Profile, model: str) -> StudentComparison:
    own = profile(model)
    estimate, low, high, centre = KEPT[model]
    kept = Interval(estimate=estimate, low=low, high=high)
    narrow = model == "micro:narrow"
    families = tuple(
        FamilyComparison(
            family=mine.family,
            capability=mine.capability,
            status=mine.status,
            weight=0.5 if mine.status is Status.OK else 0.0,
            teacher=theirs,
            student=mine,
            retention=kept,
            volume_at_ratio=kept,
            centre_ratio=interval(centre, 0.02),
            illusion=interval(centre - estimate, 0.04),
            churn=Churn(both=120, lost=round(80 * (1 - estimate)), gained=6, neither=40),
            retention_in_u=interval(estimate + 0.02),
            radius=interval(estimate**0.5),
            containment=interval(min(estimate, 0.96)),
            shape=Shape(factor=interval(estimate), statistic=9.2, p=0.03 if narrow else 0.4),
        )
        for theirs, mine in zip(teacher.families, own.families, strict=True)
    )
    worst = CellDrop(
        family="rule_chain",
        coordinate=Coordinate.at(AXES["rule_chain"], {"steps": 8, "distractors": 2}),
        n=14,
        teacher_solved=12,
        student_solved=1,
        teacher=interval(0.86),
        student=interval(0.07),
        drop=Interval(estimate=0.79, low=0.58, high=0.9),
    )
    disputed = replace(
        worst,
        coordinate=Coordinate.at(AXES["rule_chain"], {"steps": 6, "distractors": 1}),
        n=4,
        teacher_solved=4,
        student_solved=3,
    )
    return StudentComparison(
        model=model,
        profile=own,
        retention=kept,
        centre_ratio=interval(centre, 0.02),
        illusion=interval(centre - estimate, 0.04),
        verdict=VERDICTS[model],
        covered_weight=2 / 3,
        families=families,
        churn=Churn(both=310, lost=160, gained=12, neither=118, same_wrong=22),
        worst=(worst,) if narrow else (),
        disputed=(disputed,) if narrow else (),
        measures=tuple(
            MeasuredRetention(measure=measure, retention=interval(estimate + by))
            for measure, by in zip(Measure, (0.0, 0.02, 0.05, -0.06, 0.01), strict=True)
        ),
    )


def comparison() -> Comparison:
    teacher = profile("micro:teacher")
    return Comparison(
        suite="micro 1.0",
        measure="uniform over the listed levels",
        threshold=TAU,
        probes=600,
        teacher=teacher,
        students=tuple(student_comparison(teacher, model) for model in KEPT),
    )
