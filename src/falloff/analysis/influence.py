"""How much each answer moves an estimate, from the particles alone.

    ψⱼ = Cov_posterior(T, log p(yⱼ | θ))

the Bayesian infinitesimal jackknife (Giordano and Broderick 2023): to first order, dropping answer
j moves the posterior mean of T by −ψⱼ. Σψ² estimates the variance of that mean over fresh answers
whether or not the region has the family's form (a sandwich), without a derivative or a second fit.
It leaves out the prior's part, so it is too small where there are few answers: intervals use it
where it is the larger. Influences of two models on the same items show how far the models' errors
go together.
"""

from __future__ import annotations

import numpy as np

from falloff.analysis.data import Floats
from falloff.analysis.draws import weight_shape
from falloff.analysis.posterior import Particles, success


def influences(
    particles: Particles, target: Floats, u: Floats, scores: Floats, floor: Floats, chance: float
) -> Floats:
    """ψ [n] of n answers at ``u`` [n, k + m] on ``target``, [K] a value for each particle.

    ``floor`` [n] is success at competence 0, the same for all answers at a place.
    Particles give Σψ² a relative error of about √(d/K), some per cent.
    """
    places, first, index = np.unique(u, axis=0, return_index=True, return_inverse=True)
    p = success(particles.regions.competence(places), chance, floor[first])
    off = (target - target.mean()) / len(target)
    won, lost = off @ np.log(p), off @ np.log1p(-p)
    index = index.reshape(-1)
    return np.asarray(scores * won[index] + (1 - scores) * lost[index])


def sandwich(psi: Floats) -> float:
    """Variance of the target over fresh answers, n/(n − 1) Σ(ψ − ψ̄)²."""
    n = len(psi)
    return float(((psi - psi.mean()) ** 2).sum() * n / (n - 1)) if n > 1 else 0.0


def by_item(psi: Floats, item: np.ndarray, items: int) -> Floats:
    """[items] ψ summed over the answers to each item, indices ``item`` [n]: one cluster each."""
    return np.bincount(item, weights=psi, minlength=items).astype(np.float64)


def few_items(psi: Floats) -> float:
    """By how much the sandwich is too small where few items carry the estimate, as a variance.

    As for weights (:func:`falloff.analysis.draws.weight_shape`), with n = (Σψ²)²/Σψ⁴, the number of
    items that carry the estimate.
    """
    squares = psi**2
    fourth = float((squares**2).sum())
    items = float(squares.sum() ** 2 / fourth) if fourth > 0 else 1.0
    return 1 / weight_shape(items)


def correlation(psis: Floats) -> Floats:
    """[models, models] correlation of estimates from influences on the same answers [models, n].

    Σψₐψᵦ/√(Σψₐ² Σψᵦ²), its eigenvalues lifted above 0.
    """
    size = np.sqrt((psis**2).sum(axis=1))
    scaled = psis / np.where(size > 0, size, 1.0)[:, None]
    values, vectors = np.linalg.eigh(scaled @ scaled.T)
    lifted = (vectors * np.maximum(values, _LEAST)) @ vectors.T
    scale = 1 / np.sqrt(np.diag(lifted))
    return np.asarray(lifted * scale[:, None] * scale)


# Smallest eigenvalue: two equal models keep a correlation of about .98, since influences are a
# first-order account.
_LEAST = 0.02
