"""How much nearer to the centre users keep than the box does, as far as novelty tells.

Where novelty is blurred, a prompt of users who keep near the centre looks as novel as one from
further out by bad luck: taken for what the box has at that novelty, it is taken for too hard.
"""

from __future__ import annotations

import numpy as np

from falloff.analysis.data import Floats

# Standard deviation of the prior of θ, for each standard deviation of the way from the centre.
_PRIOR = 2.0
# A trace of every slope's prior at 0, so that axes that were hardly left have one.
_RIDGE = 1e-3
_STEPS = 15
_LEAST_ERROR = 1e-6


def tilts(expected: Floats, away: Floats, weights: Floats, asked: Floats) -> Floats:
    """[draws, n] factors exp(−θ·away) that give ``expected`` the mean of ``asked``.

    ``expected``: [draws, n] the novelty that a probe's coordinate leads to expect; ``away``: [n]
    how far that is from the centre; ``weights``: [draws, n], by which probes stand for the box;
    ``asked``: [prompts] novelty of what users ask. By Newton's method, held back by a prior: where
    it is not established that novelty changes on the way from the centre, θ is 0.
    """
    if not (len(away) and len(asked) and away.std() > 0):
        return np.ones_like(weights)
    z = (away - away.mean()) / away.std()
    variance = expected[0].var() + asked.var()
    error2 = max(float(variance / len(away) + asked.var() / len(asked)), _LEAST_ERROR**2)
    theta = np.zeros((len(weights), 1))
    _, lowers = _mean_and_fall(expected, z, weights)
    known = 1 - (2 * lowers[1:].std() / max(abs(float(lowers[0, 0])), _LEAST_ERROR)) ** 2
    if known <= 0:
        return np.ones_like(weights)
    prior2 = _PRIOR**2 * known
    for _ in range(_STEPS):
        mean, lowers = _mean_and_fall(expected, z, weights * np.exp(-theta * z))
        step = lowers * (mean - asked.mean()) / error2 - theta / prior2
        theta += np.clip(step / (lowers**2 / error2 + 1 / prior2), -0.5, 0.5)
    return np.asarray(np.exp(-theta * z))


def _mean_and_fall(expected: Floats, z: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """[draws, 1] the mean of ``expected``, and what one more of θ takes off it."""
    w = weights / weights.sum(axis=1, keepdims=True)
    mean = (w * expected).sum(axis=1, keepdims=True)
    return mean, (w * expected * z).sum(axis=1, keepdims=True) - mean * (w @ z)[:, None]


def expected_novelty(u: Floats, along: Floats, weights: Floats) -> Floats:
    """[draws, n] straight regressions of ``along`` [n] on ``u`` [n, k]; ``weights``: [draws, n]."""
    design = np.column_stack([np.ones(len(u)), u])
    products = design[:, :, None] * design[:, None, :]
    gram = np.tensordot(weights, products, 1)
    gram += _RIDGE * np.eye(design.shape[1]) * weights.sum(axis=1)[:, None, None]
    right = (weights * along) @ design
    return np.asarray(np.linalg.solve(gram, right[:, :, None])[:, :, 0] @ design.T)
