"""A student against its teacher: retention, illusion, churn and the worst cells, all paired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from falloff.measure.data import FamilyData, Floats
from falloff.measure.draws import Draws
from falloff.measure.estimates import (
    UNDEFINED,
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
)
from falloff.measure.fidelity import fidelity, fidelity_draws
from falloff.measure.inference import draw
from falloff.measure.intervals import interval
from falloff.measure.profile import own_draws, profile_from, status_of
from falloff.measure.repeatability import compare_repeats, repeat_draws, repeatability
from falloff.measure.shape import containment, radius, retention_in_u, shape
from falloff.measure.verdict import verdict

TAU = 0.5
_USABLE = (Status.OK, Status.SATURATED)
# Worst cells listed at the most.
_WORST = 8
_ALPHA = 0.05


@dataclass(frozen=True, kw_only=True)
class _Pair:
    """Joint draws of teacher and student on one family, with its weight in the headline."""

    data: FamilyData
    tau: float
    weight: float
    teacher: Draws
    student: Draws


def compare(
    families: Sequence[FamilyData],
    *,
    teacher: str,
    students: Sequence[str],
    models: Mapping[str, str],
    spending: Mapping[str, Spending],
    suite: str,
    measure: str = "uniform over the listed levels",
    tau: float = TAU,
) -> Comparison:
    """Compare every student with the teacher on the same probes.

    ``teacher`` and ``students`` are roles, keys of the data's scores; ``models`` and ``spending``
    give each role's name and what it took. No students: the teacher's profile alone.
    """
    profiles = {
        role: profile(families, role, model=models[role], spending=spending[role], tau=tau)
        for role in (teacher, *students)
    }
    return Comparison(
        suite=suite,
        measure=measure,
        threshold=tau,
        probes=sum(len(data.coordinates) for data in families),
        teacher=profiles[teacher],
        students=tuple(
            _student(families, teacher, role, profiles=profiles, tau=tau) for role in students
        ),
    )


def profile(
    families: Sequence[FamilyData], role: str, *, model: str, spending: Spending, tau: float = TAU
) -> Profile:
    """One model on all families, from all that it has answered."""
    draws = [own_draws(data, role, tau=tau) for data in families]
    of = tuple(
        profile_from(data, role, own, tau=tau) for data, own in zip(families, draws, strict=True)
    )
    weights = weights_of(of)
    held = [
        (weights[data.name], own.volume)
        for data, own in zip(families, draws, strict=True)
        if own and weights[data.name]
    ]
    total = sum(weight for weight, _ in held)
    overall = np.sum([weight / total * volume for weight, volume in held], axis=0)
    return Profile(
        model=model,
        families=of,
        spending=spending,
        volume=interval(overall) if held else UNDEFINED,
        repeatability=repeatability(
            [(weights[data.name], repeat_draws(data, role)) for data in families]
        ),
    )


def weights_of(profiles: Sequence[FamilyProfile]) -> dict[str, float]:
    """Headline weights: equal per capability, equal within it, families not usable left out."""
    everywhere = {p.capability for p in profiles}
    count = {c: sum(p.capability == c for p in profiles) for c in everywhere}
    return {
        p.family: 1 / len(everywhere) / count[p.capability] if p.status in _USABLE else 0.0
        for p in profiles
    }


def _student(
    families: Sequence[FamilyData],
    teacher: str,
    student: str,
    *,
    profiles: Mapping[str, Profile],
    tau: float,
) -> StudentComparison:
    of_teacher, of_student = profiles[teacher], profiles[student]
    weights = weights_of(of_teacher.families)
    compared: list[FamilyComparison] = []
    pairs: list[_Pair] = []
    for data, left, right in zip(families, of_teacher.families, of_student.families, strict=True):
        pair = None
        if left.status in _USABLE and status_of(data, student) is Status.OK:
            draws = draw(data, (teacher, student), tau=tau)
            pair = _Pair(
                data=data,
                tau=tau,
                weight=weights[data.name],
                teacher=draws[teacher],
                student=draws[student],
            )
            pairs.append(pair)
        churn = _churn(data, teacher, student)
        family = _family(left, right, pair, weight=weights[data.name], churn=churn)
        compared.append(replace(family, **_likeness([(1.0, data)], teacher, student)))
    headline = _headline(pairs)
    return StudentComparison(
        model=of_student.model,
        profile=of_student,
        retention=_ratio(headline.student_volume, headline.teacher_volume),
        centre_ratio=_ratio(headline.student_centre, headline.teacher_centre),
        illusion=interval(headline.illusion) if pairs else UNDEFINED,
        verdict=verdict(headline.retention, probes=sum(len(p.data.coordinates) for p in pairs)),
        covered_weight=sum(pair.weight for pair in pairs),
        families=tuple(compared),
        churn=_add([family.churn for family in compared]),
        worst=_worst(pairs, teacher, student),
        **_likeness([(weights[data.name], data) for data in families], teacher, student),
    )


@dataclass(frozen=True, kw_only=True)
class _Headline:
    """Weighted sums over families, [1 + draws]; empty where no family can be used."""

    teacher_volume: Floats
    student_volume: Floats
    teacher_centre: Floats
    student_centre: Floats

    @property
    def retention(self) -> Floats:
        return _divide(self.student_volume, self.teacher_volume)

    @property
    def illusion(self) -> Floats:
        return _divide(self.student_centre, self.teacher_centre) - self.retention


def _headline(pairs: Sequence[_Pair]) -> _Headline:
    def total(values: list[Floats]) -> Floats:
        terms = [pair.weight * value for pair, value in zip(pairs, values, strict=True)]
        return np.sum(terms, axis=0) if terms else np.empty(0)

    return _Headline(
        teacher_volume=total([pair.teacher.volume for pair in pairs]),
        student_volume=total([pair.student.volume for pair in pairs]),
        teacher_centre=total([pair.teacher.centre for pair in pairs]),
        student_centre=total([pair.student.centre for pair in pairs]),
    )


def _family(
    teacher: FamilyProfile,
    student: FamilyProfile,
    pair: _Pair | None,
    *,
    weight: float,
    churn: Churn,
) -> FamilyComparison:
    status = teacher.status
    if status in _USABLE and student.status in (Status.ERRORS, Status.TOO_FEW):
        status = student.status
    retention = volume_at = centre = illusion = UNDEFINED
    if pair:
        retention = _ratio(pair.student.volume, pair.teacher.volume)
        volume_at = _ratio(pair.student.volume_at, pair.teacher.volume_at)
        centre = _ratio(pair.student.centre, pair.teacher.centre)
        illusion = interval(
            _divide(pair.student.centre, pair.teacher.centre)
            - _divide(pair.student.volume, pair.teacher.volume)
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
        **(_contrasts(pair) if pair else {}),
    )


def _likeness(
    families: Sequence[tuple[float, FamilyData]], teacher: str, student: str
) -> dict[str, Any]:
    """How alike their answers are, and how alike those of either are to its own."""
    drawn = [(weight, fidelity_draws(data, teacher, student)) for weight, data in families]
    return {
        "fidelity": fidelity(drawn),
        "repeated": compare_repeats(families, teacher, student),
    }


def _contrasts(pair: _Pair) -> dict[str, Any]:
    """How the two regions differ beyond their size."""
    data, teacher, student = pair.data, pair.teacher, pair.student
    return {
        "retention_in_u": retention_in_u(data, teacher, student),
        "radius": radius(data, teacher, student, pair.tau),
        "containment": containment(data, teacher, student, pair.tau),
        "shape": shape(teacher, student),
    }


def _ratio(above: Floats, below: Floats) -> Interval:
    return interval(_divide(above, below)) if above.size else UNDEFINED


def _divide(above: Floats, below: Floats) -> Floats:
    """Ratio of draws; NaN where the denominator is not positive."""
    return np.asarray(np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0))


def _churn(data: FamilyData, teacher: str, student: str) -> Churn:
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


def _add(parts: Sequence[Churn]) -> Churn:
    return Churn(
        both=sum(c.both for c in parts),
        lost=sum(c.lost for c in parts),
        gained=sum(c.gained for c in parts),
        neither=sum(c.neither for c in parts),
        same_wrong=sum(c.same_wrong for c in parts),
    )


def _worst(pairs: Sequence[_Pair], teacher: str, student: str) -> tuple[CellDrop, ...]:
    """Cells with the largest drop of fitted competence whose interval excludes 0, after Holm.

    Over all cells of all families at once; normal intervals of the joint draws, widened to the
    level that Holm's procedure (1979) leaves the cell.
    """
    found = [drop for pair in pairs for drop in _drops(pair, teacher, student)]
    found.sort(key=lambda item: item[1])
    kept: list[CellDrop] = []
    for rank, (drop, p, sd) in enumerate(found):
        level = _ALPHA / (len(found) - rank)
        if p >= level:
            break
        half = float(-ndtri(level)) * sd
        point = drop.drop.estimate or 0.0
        kept.append(
            CellDrop(
                family=drop.family,
                coordinate=drop.coordinate,
                n=drop.n,
                teacher=drop.teacher,
                student=drop.student,
                drop=Interval(estimate=point, low=point - half, high=min(point + half, 1.0)),
            )
        )
    return tuple(sorted(kept, key=lambda cell: -(cell.drop.estimate or 0.0))[:_WORST])


def _drops(pair: _Pair, teacher: str, student: str) -> list[tuple[CellDrop, float, float]]:
    """Each asked cell with its drop, one-sided p-value and standard deviation."""
    data = pair.data
    difference = pair.teacher.competence - pair.student.competence
    sd = np.maximum(difference[1:].std(axis=0), 1e-6)
    p = ndtr(-difference[0] / sd)
    keep = data.scored(teacher, student)
    result = []
    for place in np.unique(data.place_of[keep]).tolist():
        here = keep & (data.place_of == place)
        drop = CellDrop(
            family=data.name,
            coordinate=data.places[place],
            n=int(here.sum()),
            teacher=float(data.scores[teacher][here].mean()),
            student=float(data.scores[student][here].mean()),
            drop=Interval(estimate=float(difference[0, place])),
        )
        result.append((drop, float(p[place]), float(sd[place])))
    return result
