"""Students that keep a known part of their teacher: solved for, so that the truth is exact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal, get_args

import numpy as np

from falloff.core import UsageError
from falloff.models.observers.observer import Observer
from falloff.models.observers.rules import Floats

Way = Literal["scaled", "lapse", "shape", "region"]
WAYS: tuple[str, ...] = get_args(Way)

# A student of another shape falls so much less steeply, one of another region is so much narrower
# on its first axis, before the rest is solved for.
_GENTLER = 0.5
_NARROWER = 0.75
# The range of stretches, and the bisections that halve it.
_WIDEST = 1e3
_BISECTIONS = 100


def student_of(
    teacher: Observer, retention: float, u: Floats, weights: Floats, *, how: Way = "scaled"
) -> Observer:
    """An observer whose volume on the grid u [n, columns] is ``retention`` of the teacher's.

    ``scaled``: all edges shrunk by one factor. ``lapse``: the same edges, a lower ceiling.
    ``shape``: half as steep, edges moved to fit. ``region``: narrower on the first axis, wider (or
    less narrow) on the others. Raises :class:`falloff.core.UsageError` where there is none: the
    centre alone may be worth more, and one axis has no other region.
    """
    target = retention * teacher.volume(u, weights)
    if how == "lapse":
        fainter = replace(teacher, lapse=1 - retention * (1 - teacher.lapse))
        return _check(fainter, target, u, weights)
    axes = u.shape[1] - teacher.labels
    if how == "region" and axes < 2:
        raise UsageError("On one axis there is no other region.", remedy="Choose another way.")
    base = replace(teacher, sharpness=_GENTLER * teacher.sharpness) if how == "shape" else teacher
    stretch = np.resize(teacher.stretch, axes)

    def stretched(factor: float) -> Observer:
        factors = np.full(axes, factor)
        if how == "region":
            factors[0] = _NARROWER * retention ** (1 / axes)
        return replace(base, stretch=tuple((stretch * factors).tolist()))

    return _check(_solve(stretched, target, u, weights), target, u, weights)


def _solve(
    stretched: Callable[[float], Observer], target: float, u: Floats, weights: Floats
) -> Observer:
    """The factor at which the volume meets its target, by bisection of its logarithm."""
    low, high = 1 / _WIDEST, _WIDEST
    for _ in range(_BISECTIONS):
        middle = float(np.sqrt(low * high))
        small = stretched(middle).volume(u, weights) < target
        low, high = (middle, high) if small else (low, middle)
    return stretched(high)


def _check(student: Observer, target: float, u: Floats, weights: Floats) -> Observer:
    """The student, if it is one: volumes meet to one part in a million."""
    got = student.volume(u, weights)
    if 0 <= student.lapse <= 1 and abs(got - target) <= 1e-6 * target:
        return student
    raise UsageError(
        f"No such student has a volume of {target:.4f} here; the nearest has {got:.4f}.",
        remedy="Choose another retention, or how=lapse.",
    )
