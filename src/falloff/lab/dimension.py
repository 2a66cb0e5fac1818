"""How many dimensions a cloud of hidden states takes up, and how alike two clouds are.

Each is a number of the cloud alone: no model, no disk. Clouds are [points, width]. None of them is
"the" dimension of what a model can do: they differ by estimator, layer and prompts, so they stand
beside those of an untrained network of the same shape.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from falloff.analysis import UNDEFINED, Interval
from falloff.analysis.draws import DRAWS
from falloff.analysis.intervals import interval
from falloff.core import child_seed

Floats = NDArray[np.floating]

# Of TwoNN's ratios the largest tenth is left out, as Facco et al. do.
_KEPT = 0.9
_FEWEST_POINTS = 8
_FEWEST_MODELS = 5


def participation_ratio(cloud: Floats) -> float:
    """(Σλ)²/Σλ² of the covariance's eigenvalues: d for isotropic noise in d dimensions.

    At most the points less one; NaN where all points are one.
    """
    eigenvalues = _singular_values(cloud) ** 2
    return _ratio(eigenvalues.sum() ** 2, (eigenvalues**2).sum())


def effective_rank(cloud: Floats) -> float:
    """exp of the entropy of σ/Σσ, σ the singular values of the centred cloud (Roy, Vetterli 2007).

    It gives small directions more weight than :func:`participation_ratio`.
    """
    values = _singular_values(cloud)
    if not values.sum() > 0:
        return float("nan")
    shares = values[values > 0] / values.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))


def two_nn(cloud: Floats) -> float:
    """Intrinsic dimension from each point's two nearest neighbours (Facco et al. 2017).

    μ = r₂/r₁ has P(μ ≤ x) = 1 − x⁻ᵈ; d is the slope of −log(1 − F) on log μ through the origin.
    Points that coincide count once. NaN for fewer than eight.
    """
    points = np.unique(np.asarray(cloud, dtype=np.float64), axis=0)
    if len(points) < _FEWEST_POINTS:
        return float("nan")
    nearest = np.sqrt(np.partition(_squared_distances(points), [1, 2], axis=1)[:, 1:3])
    log_mu = np.sort(np.log(nearest[:, 1] / nearest[:, 0]))
    kept = int(_KEPT * len(log_mu))
    log_mu, tail = log_mu[:kept], -np.log1p(-np.arange(1, kept + 1) / len(log_mu))
    return _ratio(float(log_mu @ tail), float(log_mu @ log_mu))


def linear_cka(one: Floats, other: Floats) -> float:
    """Likeness of two clouds of the same points: 1 for equal up to rotation, scale and shift.

    Linear centred kernel alignment (Kornblith et al. 2019), from the unbiased estimate of HSIC
    (Song et al. 2012): about 0 for clouds that have nothing in common, where the plain one is not
    when points are few and widths are large. NaN for fewer than eight points.
    """
    if len(one) != len(other):
        raise ValueError(f"{len(one)} points against {len(other)}")
    if len(one) < _FEWEST_POINTS:
        return float("nan")
    left, right = (_kernel(cloud) for cloud in (one, other))
    own = _hsic(left, left) * _hsic(right, right)
    return _ratio(_hsic(left, right), float(np.sqrt(own))) if own > 0 else float("nan")


def rank_correlation(values: Floats, others: Floats, *, name: str = "") -> Interval:
    """Spearman's ρ over models, with a 90 % interval by bootstrap over the models.

    Undefined for fewer than five, and where either does not vary. Models that were grown from one
    another are no independent draws, so for them the interval is too narrow. ``name``: of the
    stream of random numbers.
    """
    known = np.isfinite(values) & np.isfinite(others)
    x, y = np.asarray(values)[known], np.asarray(others)[known]
    if len(x) < _FEWEST_MODELS:
        return UNDEFINED
    rng = np.random.Generator(np.random.PCG64(child_seed("rank correlation", name)))
    chosen = rng.integers(len(x), size=(DRAWS, len(x)))
    draws = [_spearman(x, y), *(_spearman(x[rows], y[rows]) for rows in chosen)]
    return interval(np.array(draws))


def _spearman(x: Floats, y: Floats) -> float:
    a, b = (ranks - ranks.mean() for ranks in (_ranks(x), _ranks(y)))
    return _ratio(float(a @ b), float(np.sqrt((a @ a) * (b @ b))))


def _ranks(values: Floats) -> NDArray[np.float64]:
    """From 1; ties share their mean rank."""
    _, index, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[index])


def _singular_values(cloud: Floats) -> NDArray[np.float64]:
    centred = np.asarray(cloud, dtype=np.float64)
    return np.asarray(np.linalg.svd(centred - centred.mean(axis=0), compute_uv=False))


def _squared_distances(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """[n, n]; only a point's own is 0."""
    points = points - points.mean(axis=0)
    squares = (points**2).sum(axis=1)
    distances = squares[:, None] + squares - 2 * points @ points.T
    # Distinct points are never at 0, whatever rounding says.
    distances = np.maximum(distances, np.finfo(float).tiny)
    np.fill_diagonal(distances, 0.0)
    return np.asarray(distances)


def _kernel(cloud: Floats) -> NDArray[np.float64]:
    """[n, n] inner products of the centred points at scale 1, without the diagonal."""
    centred = np.asarray(cloud, dtype=np.float64)
    centred = centred - centred.mean(axis=0)
    scale = np.sqrt((centred**2).sum(axis=1).mean())
    kernel = centred @ centred.T / (scale**2 or 1.0)
    np.fill_diagonal(kernel, 0.0)
    return np.asarray(kernel)


def _hsic(left: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    """The unbiased estimate, times n(n − 3); kernels without their diagonals."""
    n = len(left)
    rows = left.sum(axis=0) @ right.sum(axis=0)
    return float(
        (left * right).sum() + left.sum() * right.sum() / ((n - 1) * (n - 2)) - 2 * rows / (n - 2)
    )


def _ratio(above: float, below: float) -> float:
    return float(above / below) if below > 0 else float("nan")
