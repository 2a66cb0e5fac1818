"""A student against its teacher over a suite: headline retention, illusion and verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from falloff.analysis.contrasts import (
    USABLE,
    Pair,
    add_churn,
    churn_of,
    compare_family,
)
from falloff.analysis.data import FamilyData
from falloff.analysis.estimates import UNDEFINED, FamilyProfile, Interval, Profile, Status
from falloff.analysis.fidelity import fidelity, fidelity_draws
from falloff.analysis.fitted import with_expectations
from falloff.analysis.headline import capabilities, headline_of
from falloff.analysis.inference import draw
from falloff.analysis.intervals import interval
from falloff.analysis.lost_cells import lost_cells
from falloff.analysis.measures import under_measures
from falloff.analysis.null import beyond_null
from falloff.analysis.pair_estimates import (
    BeyondNull,
    Comparison,
    FamilyComparison,
    StudentComparison,
)
from falloff.analysis.profile import own_draws, profile_from, status_of
from falloff.analysis.repeatability import compare_repeats, repeat_draws, repeatability
from falloff.analysis.scopes import scopes_of
from falloff.analysis.shared_items import combined, influence_of, stretched
from falloff.analysis.spending import Spending
from falloff.analysis.stress import stresses
from falloff.analysis.verdict import verdict
from falloff.analysis.wordings import judged, wordings

TAU = 0.5


def compare(
    families: Sequence[FamilyData],
    *,
    teacher: str,
    students: Sequence[str],
    models: Mapping[str, str],
    spending: Mapping[str, Spending],
    suite: str,
    null: str | None = None,
    measure: str = "uniform over the listed levels",
    tau: float = TAU,
) -> Comparison:
    """Compare every student with the teacher on the same probes.

    ``teacher`` and ``students`` are roles, keys of the data's scores; ``models`` and ``spending``
    give each role's name and what it took. No students: the teacher's profile alone.
    ``null`` is the role in which the teacher was asked a second time, if it was.
    """
    roles = (teacher, *students) if null is None else (teacher, *students, null)
    families = with_expectations(families, roles)
    profiles = {
        role: profile(families, role, model=models[role], spending=spending[role], tau=tau)
        for role in roles
    }

    def compared(role: str) -> StudentComparison:
        return _student(families, teacher, role, profiles=profiles, tau=tau)

    def beyond(role: str) -> BeyondNull | None:
        return None if null is None else beyond_null(weighed, teacher, role, null)

    weights = weights_of(profiles[teacher].families)
    weighed = [(weights[data.name], data) for data in families]
    return Comparison(
        suite=suite,
        measure=measure,
        threshold=tau,
        probes=sum(len(data.coordinates) for data in families),
        teacher=profiles[teacher],
        students=tuple(replace(compared(role), beyond_null=beyond(role)) for role in students),
        null=None if null is None else compared(null),
    )


def profile(
    families: Sequence[FamilyData], role: str, *, model: str, spending: Spending, tau: float = TAU
) -> Profile:
    """One model on all families, from all that it has answered."""
    draws = [own_draws(data, role, tau=tau) for data in families]
    stress = stresses(families, (role,))
    worded = judged([wordings(data, role, own) for data, own in zip(families, draws, strict=True)])
    of = tuple(
        replace(profile_from(data, role, own, tau=tau), stress=stress.get(data.name), wordings=told)
        for data, own, told in zip(families, draws, worded, strict=True)
    )
    weights = weights_of(of)
    held = [
        (weights[data.name], own.volume, influence_of(data, own.psi))
        for data, own in zip(families, draws, strict=True)
        if own and weights[data.name]
    ]
    total = sum(weight for weight, _, _ in held)
    overall = np.sum([weight / total * volume for weight, volume, _ in held], axis=0)
    shared = [combined([(weight, influence)]) for weight, _, influence in held]
    return Profile(
        model=model,
        families=of,
        spending=spending,
        volume=interval(stretched(overall, shared)) if held else UNDEFINED,
        repeatability=repeatability(
            [(weights[data.name], repeat_draws(data, role)) for data in families]
        ),
    )


def weights_of(profiles: Sequence[FamilyProfile]) -> dict[str, float]:
    """Headline weights as :func:`shares_of` gives them, families not usable left out."""
    shares = shares_of([(p.capability, p.weight) for p in profiles])
    return {
        p.family: share if p.status in USABLE else 0.0
        for p, share in zip(profiles, shares, strict=True)
    }


def shares_of(families: Sequence[tuple[str, float]]) -> list[float]:
    """From (capability, weight) of each family to its part of the headline; they add up to 1.

    w_f = 1/C · weight_f / Σ weight of its capability, C the number of capabilities.
    """
    total: dict[str, float] = {}
    for capability, weight in families:
        total[capability] = total.get(capability, 0.0) + weight
    return [weight / len(total) / total[capability] for capability, weight in families]


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
    stress = stresses(families, (teacher, student))
    compared: list[FamilyComparison] = []
    pairs: list[Pair] = []
    for data, left, right in zip(families, of_teacher.families, of_student.families, strict=True):
        pair = None
        if left.status in USABLE and status_of(data, student) is Status.OK:
            pair = _pair(data, (teacher, student), weight=weights[data.name], tau=tau)
            pairs.append(pair)
        churn = churn_of(data, teacher, student)
        family = compare_family(left, right, pair, weight=weights[data.name], churn=churn)
        likeness = _likeness([(1.0, data)], teacher, student)
        compared.append(replace(family, stress=stress.get(data.name), **likeness))
    headline, lost = headline_of(pairs), lost_cells(pairs)
    weighed = [(weights[data.name], data) for data in families]
    return StudentComparison(
        model=of_student.model,
        profile=of_student,
        retention=interval(headline.retention) if pairs else UNDEFINED,
        centre_ratio=interval(headline.centre_ratio) if pairs else UNDEFINED,
        illusion=interval(headline.illusion) if pairs else UNDEFINED,
        verdict=verdict(headline.retention, probes=sum(len(p.data.coordinates) for p in pairs)),
        covered_weight=sum(pair.weight for pair in pairs),
        families=tuple(compared),
        churn=add_churn([family.churn for family in compared]),
        worst=lost.worst,
        disputed=lost.disputed,
        capabilities=capabilities(pairs),
        measures=under_measures(pairs, headline),
        scopes=scopes_of(pairs, headline, weighed, (teacher, student)),
        **_likeness(weighed, teacher, student),
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


def _pair(data: FamilyData, roles: tuple[str, str], *, weight: float, tau: float) -> Pair:
    draws = draw(data, roles, tau=tau)
    return Pair(
        data=data,
        roles=roles,
        tau=tau,
        weight=weight,
        teacher=draws[roles[0]],
        student=draws[roles[1]],
    )


def headline_intervals(
    families: Sequence[FamilyData], teacher: str, *students: str, tau: float = TAU
) -> dict[str, Interval]:
    """The headline alone, as :func:`compare` has it: every student's retention by role.

    Without students, the teacher's volume.
    """
    families = with_expectations(families, (teacher, *students))
    shares = shares_of([(data.capability, data.weight) for data in families])
    own = [(s, own_draws(d, teacher, tau=tau)) for s, d in zip(shares, families, strict=True)]
    held = [draws is not None and float(draws.centre[0]) >= tau for _, draws in own]
    if not students:
        kept = [(s, draws) for (s, draws), holds in zip(own, held, strict=True) if draws and holds]
        total = sum(share for share, _ in kept)
        volume = np.sum([share / total * draws.volume for share, draws in kept], axis=0)
        return {teacher: interval(volume) if kept else UNDEFINED}
    found = {}
    for student in students:
        pairs = [
            _pair(data, (teacher, student), weight=share, tau=tau)
            for data, share, holds in zip(families, shares, held, strict=True)
            if holds and status_of(data, student) is Status.OK
        ]
        found[student] = interval(headline_of(pairs).retention) if pairs else UNDEFINED
    return found
