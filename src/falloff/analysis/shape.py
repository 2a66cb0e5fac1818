"""How two regions differ: in size and place, from joint draws; in shape, from the answers."""

from __future__ import annotations

import numpy as np

from falloff.analysis.data import FamilyData, Floats
from falloff.analysis.draws import Draws
from falloff.analysis.estimates import UNDEFINED, Interval
from falloff.analysis.intervals import interval
from falloff.analysis.pair_estimates import Shape
from falloff.analysis.scaled import PairedAnswers, scaled_test
from falloff.core import child_seed


def containment(data: FamilyData, teacher: Draws, student: Draws, tau: float) -> Interval:
    """μ(A_S ∩ A_T)/μ(A_T), A the places with c ≥ τ: how much of the teacher's region is kept."""
    held = teacher.competence >= tau
    both = held & (student.competence >= tau)
    return interval(_ratio(both @ data.mu, held @ data.mu))


def retention_in_u(data: FamilyData, teacher: Draws, student: Draws) -> Interval:
    """Retention under a measure uniform in u, not over the listed levels: how much μ decides."""
    weights = uniform_in_u(data)
    return interval(_ratio(student.competence @ weights, teacher.competence @ weights))


def radius(data: FamilyData, teacher: Draws, student: Draws, tau: float) -> Interval:
    """(V_S/V_T)^{1/k} under uniform-in-u: the shrinking of one dose axis, comparable across k."""
    weights = uniform_in_u(data)
    axes = len(data.layout.doses)
    kept = _ratio((student.competence >= tau) @ weights, (teacher.competence >= tau) @ weights)
    return interval(kept ** (1 / axes)) if axes else UNDEFINED


def uniform_in_u(data: FamilyData) -> Floats:
    """[places] the measure that gives every listed level its share of the scale (trapezoids).

    Labels have no scale and weigh the same.
    """
    share = np.ones(len(data.grid))
    for i, axis in enumerate(data.layout.doses):
        levels = np.array([axis.u(level) for level in axis.levels])
        middle = (levels[1:] + levels[:-1]) / 2
        width = dict(zip(levels, np.diff([0.0, *middle, 1.0]), strict=True))
        share *= [width[u] for u in data.u[: len(share), i]]
    return np.concatenate([share / share.sum(), np.zeros(len(data.places) - len(share))])


def shape(data: FamilyData, roles: tuple[str, str]) -> Shape:
    """Whether the student is a scaled copy, by which factor, and how sure that it is not.

    ``roles``: teacher and student. From the probes that both have answered, audit probes too.
    Undefined without a dose axis. Deterministic: its stream follows from the family's name alone.
    """
    if not data.layout.doses:
        return Shape(factor=UNDEFINED, statistic=None, p=None)
    keep = data.scored(*roles)
    _, item = np.unique(data.item_of[keep], return_inverse=True)
    asked, place = np.unique(data.place_of[keep], return_inverse=True)
    found = scaled_test(
        PairedAnswers(
            u=data.u[asked],
            place=place,
            item=item,
            scores=np.array([data.scores[role][keep] for role in roles]),
            chance=data.chance,
            labels=data.layout.labels,
        ),
        np.random.Generator(np.random.PCG64(child_seed("shape", data.name))),
    )
    return Shape(factor=found.factor, statistic=found.statistic, p=found.p)


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.asarray(np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0))
