"""How two regions differ: in size, in place, in shape. From joint draws.

A *scaled copy* of the teacher has all half-ceiling points shrunk by one factor, and the same
steepness and pooling. The test is Wald's, on the joint draws' contrasts

    log(hᵢ,student/hᵢ,teacher) − their mean,   log ratio of steepness,   log ratio of ρ

against 0, χ² with k − 1 + k + [k > 1] degrees of freedom. The priors draw both models to the same
shape, so with few probes it is slow to reject.
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammaincc

from falloff.measure.data import FamilyData, Floats
from falloff.measure.draws import Draws
from falloff.measure.estimates import UNDEFINED, Interval, Shape
from falloff.measure.intervals import interval

_TINY = 1e-12


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


def shape(teacher: Draws, student: Draws) -> Shape:
    """Whether the student is a scaled copy, by which factor, and how sure that it is not."""
    left, right = teacher.regions, student.regions
    axes = left.axes
    if not axes:
        return Shape(factor=UNDEFINED, statistic=None, p=None)
    with np.errstate(divide="ignore"):
        moved = np.log(right.h / left.h)
    steeper = np.column_stack([np.log(right.steepness(i) / left.steepness(i)) for i in range(axes)])
    factor = moved.mean(axis=1)
    contrasts = [(moved - factor[:, None])[:, : axes - 1], steeper]
    if axes > 1:
        contrasts.append(np.log(right.rho / left.rho)[:, None])
    values = np.column_stack(contrasts)
    statistic = _wald(values)
    return Shape(
        factor=interval(np.exp(factor)),
        statistic=statistic,
        p=float(gammaincc(values.shape[1] / 2, statistic / 2)),
    )


def _wald(values: Floats) -> float:
    """Squared distance of 0 from the draws [1 + draws, contrasts], in their own spread."""
    mean = values[1:].mean(axis=0)
    covariance = np.atleast_2d(np.cov(values[1:], rowvar=False))
    return float(mean @ np.linalg.solve(covariance + _TINY * np.eye(len(mean)), mean))


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.asarray(np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0))
