"""The peer for volumes: a logistic GLM with a light ridge, linear or quadratic in positions.

    p = g + (1 − g) σ(β₀ + Σ βᵢ xᵢ [+ Σ βᵢⱼ xᵢ xⱼ])

x are positions on the axes' scales, columns standardised over the box; the chance level g is known
to it. ``ridge`` is the precision of the normal prior on each β but β₀. By Fisher scoring with
halved steps.
"""

from __future__ import annotations

import itertools

import numpy as np
from scipy.special import expit

from .observers import TAU, grid_positions, positions

DEGREES = ("linear", "quadratic")
RIDGES = (0.01, 0.1, 1.0)
_ROUNDS = 60


def volumes(family, coordinates, scores, *, degree: str, ridge: float) -> tuple[float, float]:
    """(S, V at τ) of the fitted competence over the box."""
    box = _features(grid_positions(family), degree)
    mean, sd = box.mean(axis=0), box.std(axis=0)
    places, index = np.unique(positions(family, coordinates), axis=0, return_inverse=True)
    trials = np.bincount(index.ravel()).astype(float)
    wins = np.bincount(index.ravel(), weights=scores)
    x = (_features(places, degree) - mean) / sd
    beta = fit(x, wins, trials, chance=family.chance, ridge=ridge)
    competence = expit(_with_one((box - mean) / sd) @ beta)
    return float(competence.mean()), float((competence >= TAU).mean())


def fit(x, wins, trials, *, chance: float, ridge: float) -> np.ndarray:
    """[1 + columns] coefficients, β₀ first."""
    x = _with_one(x)
    penalty = np.full(x.shape[1], ridge)
    penalty[0] = 1e-6

    def value(beta):
        p = np.clip(chance + (1 - chance) * expit(x @ beta), 1e-12, 1 - 1e-12)
        return (wins * np.log(p) + (trials - wins) * np.log1p(-p)).sum() - 0.5 * penalty @ beta**2

    beta, best = np.zeros(x.shape[1]), value(np.zeros(x.shape[1]))
    for _ in range(_ROUNDS):
        works = expit(x @ beta)
        p = np.clip(chance + (1 - chance) * works, 1e-12, 1 - 1e-12)
        slope = np.maximum((1 - chance) * works * (1 - works), 1e-12)
        gradient = x.T @ ((wins - trials * p) / (p * (1 - p)) * slope) - penalty * beta
        information = (x.T * (trials * slope**2 / (p * (1 - p)))) @ x + np.diag(penalty)
        step = np.linalg.solve(information, gradient)
        for _ in range(30):
            tried = value(beta + step)
            if tried >= best:
                break
            step = step / 2
        else:
            return beta
        gained, best, beta = tried - best, tried, beta + step
        if gained < 1e-8:
            break
    return beta


def _features(u: np.ndarray, degree: str) -> np.ndarray:
    if degree == "linear":
        return u
    axes = range(u.shape[1])
    pairs = itertools.combinations_with_replacement(axes, 2)
    return np.column_stack([u, *(u[:, i] * u[:, j] for i, j in pairs)])


def _with_one(x: np.ndarray) -> np.ndarray:
    return np.column_stack([np.ones(len(x)), x])
