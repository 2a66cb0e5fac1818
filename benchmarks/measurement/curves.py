"""Peers that fit one curve to one axis: maximum likelihood with lapse, METR's logistic, psignifit.

Each gets the levels [n] and scores [n] and gives the level at which competence falls to τ, clipped
to the axis.
"""

from __future__ import annotations

import warnings

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from . import glm
from .observers import TAU

# Sigmoids of the maximum-likelihood fit: falling in the level itself, and in its logarithm.
SCALES = ("level", "log")
# psignifit's own names and meaning: 5–95 % width; the guess rate is fixed at chance.
_LAPSE = 0.3
_RIDGE = 0.1


def maximum_likelihood(levels, scores, *, chance: float, scale: str, top: float) -> float:
    """p = g + (1 − g)(1 − λ)σ(b(m − x)), x the level or its log₂, 0 ≤ λ ≤ .3; three starts."""
    forward, back = (np.log2, np.exp2) if scale == "log" else (np.asarray, np.asarray)
    places, index = np.unique(levels, return_inverse=True)
    trials = np.bincount(index).astype(float)
    wins = np.bincount(index, weights=scores)
    x = forward(places)
    low, high = x.min(), x.max()
    reach = high - low
    # Slopes from one that falls over ten axes to one that falls within a tenth of a level.
    slopes = (np.log(0.5 / reach), np.log(400 / reach))

    def loss(theta):
        middle, log_slope, lapse = theta
        z = np.exp(log_slope) * (middle - x)
        works, fails = expit(z), expit(-z)
        p = np.clip(chance + (1 - chance) * (1 - lapse) * works, 1e-9, 1 - 1e-9)
        by_p = -(wins / p - (trials - wins) / (1 - p)) * (1 - chance)
        by_z = by_p * (1 - lapse) * works * fails
        gradient = [
            (by_z * np.exp(log_slope)).sum(),
            (by_z * z).sum(),
            -(by_p * works).sum(),
        ]
        return -(wins @ np.log(p) + (trials - wins) @ np.log1p(-p)), np.array(gradient)

    bounds = [(low - reach, high + reach), slopes, (0.0, _LAPSE)]
    starts = [(low + share * reach, np.log(10 / reach), 0.02) for share in (0.25, 0.5, 0.75)]
    fits = [minimize(loss, s, jac=True, method="L-BFGS-B", bounds=bounds) for s in starts]
    middle, log_slope, lapse = min(fits, key=lambda f: f.fun).x
    edge = middle + np.log((1 - lapse) / TAU - 1 + 1e-12) / np.exp(log_slope)
    return float(np.clip(back(np.clip(edge, low, high)), 1, top))


def metr(levels, scores, *, chance: float, top: float) -> float:
    """Logistic in log₂ level with a ridge on the slope, without floor and lapse (METR 2025).

    It is read where p is half-way between chance and 1.
    """
    x = np.log2(levels)
    mean, sd = x.mean(), x.std()
    wins, trials = np.asarray(scores, dtype=float), np.ones(len(x))
    offset, slope = glm.fit((x[:, None] - mean) / sd, wins, trials, chance=0.0, ridge=_RIDGE)
    goal = chance + (1 - chance) * TAU
    if slope >= 0:
        return float(top if np.mean(scores) > goal else 1)
    z = (np.log(goal / (1 - goal)) - offset) / slope
    return float(np.clip(np.exp2(np.clip(mean + sd * z, 0, np.log2(top))), 1, top))


def psignifit(levels, scores, *, chance: float, top: float) -> tuple[float, float, float]:
    """(edge, low, high), 90 %. Its curves rise, so levels are negated.

    The experiment is nAFC with 1/g choices, or yes–no with the guess rate held at 0. The interval
    is of its threshold, where competence over its ceiling is .5; the edge at competence τ is read
    off the fitted curve, and the interval moved along with it.
    """
    import psignifit as package

    places, index = np.unique(levels, return_inverse=True)
    data = np.column_stack([-places, np.bincount(index, weights=scores), np.bincount(index)])
    kind = (
        {"experiment_type": "nAFC", "experiment_choices": round(1 / chance)}
        if chance
        else {"experiment_type": "yes/no", "fixed_parameters": {"gamma": 0.0}}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = package.psignifit(data, sigmoid="logistic", CI_method="percentiles", **kind)
        middle, ends = result.threshold(0.5, unscaled=False), result.confidence_intervals
        lapse = result.parameter_estimate["lambda"] / (1 - chance)
        share = np.clip(TAU / (1 - lapse), 0.01, 0.99)
        edge = float(np.atleast_1d(result.threshold(share, unscaled=True, return_ci=False))[0])
    del middle
    moved = edge - result.parameter_estimate["threshold"]
    low, high = (float(end) + moved for end in ends["threshold"]["0.9"])
    return tuple(float(np.clip(-x, 1, top)) for x in (edge, high, low))
