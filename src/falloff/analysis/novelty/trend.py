"""What novelty tells beside the coordinates: a straight trend in the log odds of success."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit

from falloff.analysis.data import Floats

# Standard deviation of the prior of offset and slope, in log odds.
_PRIOR = 1.0
_STEPS = 12
_TINY = 1e-3


def with_trend(
    success: Floats, scores: Floats, along: Floats, weights: Floats, rng: np.random.Generator
) -> Floats:
    """[draws, n] ``success`` moved by an offset and a slope over ``along``, fitted to ``scores``.

    ``success``: [draws, n] in [0, 1], as the coordinates alone have it; ``scores``, ``along``: [n];
    ``weights``: [draws, n]. Each draw has a fit of its own, by Newton's method, about a draw of the
    prior, the first about its mean: where answers say little, draws spread as the prior does.
    """
    base = logit(np.clip(success, _TINY, 1 - _TINY))
    spread = float(along.std())
    z = (along - along.mean()) / spread if spread else np.zeros(len(along))
    prior = _PRIOR * rng.standard_normal((2, len(base)))
    prior[:, 0] = 0.0
    offset, slope = prior.copy()
    for _ in range(_STEPS):
        p = expit(base + offset[:, None] + slope[:, None] * z)
        missed, curvature = weights * (scores - p), weights * p * (1 - p)
        down = missed.sum(axis=1) - (offset - prior[0]) / _PRIOR**2
        across = missed @ z - (slope - prior[1]) / _PRIOR**2
        a, b, c = curvature.sum(axis=1) + _PRIOR**-2, curvature @ z, curvature @ z**2 + _PRIOR**-2
        determinant = a * c - b**2
        # A step is no longer than 1: far from the solution a whole one overshoots.
        offset += np.clip((c * down - b * across) / determinant, -1, 1)
        slope += np.clip((a * across - b * down) / determinant, -1, 1)
    return np.asarray(expit(base + offset[:, None] + slope[:, None] * z))
