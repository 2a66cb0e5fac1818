"""Climbing many log posteriors at once: Levenberg–Marquardt steps on the Fisher information."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from falloff.analysis.data import Floats

_ROUNDS = 80
# A copy whose damping has grown to this leaves: no step is small enough to gain anything.
_STUCK = 1e4

Index = NDArray[np.intp]
# [some, d] parameters and which copies they are, to [some] values; and to values, gradients
# [some, d] and information [some, d, d].
Objective = Callable[[Floats, Index], Floats]
Evaluate = Callable[[Floats, Index], tuple[Floats, Floats, Floats]]


def climb(
    start: Floats, evaluate: Evaluate, objective: Objective, *, settled: float = 1e-6
) -> Floats:
    """[R, d] better parameters from ``start`` [R, d]; each copy keeps only steps that improve it,
    and leaves when a step gains less than ``settled``. No entry moves by more than 1 in a step.
    """
    theta, damping = start.copy(), np.full(start.shape[0], 1e-2)
    diagonal = np.eye(start.shape[1])
    active = np.arange(start.shape[0])
    for _ in range(_ROUNDS):
        here = theta[active]
        value, gradient, information = evaluate(here, active)
        system = information * (1 + damping[active, None, None] * diagonal)
        step = np.clip(np.linalg.solve(system, gradient[..., None])[..., 0], -1.0, 1.0)
        gain = objective(here + step, active) - value
        better = gain > 0
        theta[active[better]] += step[better]
        damping[active] = np.clip(damping[active] * np.where(better, 0.25, 6.0), 1e-8, 1e8)
        active = active[np.where(better, gain > settled, damping[active] < _STUCK)]
        if not active.size:
            break
    return theta
