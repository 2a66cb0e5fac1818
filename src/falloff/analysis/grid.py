"""The posterior on one dose axis by exact grid.

Over (log h, log s, logit λ, log ν), s the steepness at half the ceiling: h and s stay what they
are whatever ν, so the axes of the grid are nearly those of the posterior (ρ has no part in one
axis and keeps its prior). The grid begins coarse over the prior, shrinks to where the mass is until
it shrinks no more, and is then made fine. Particles are drawn from its nodes systematically, with
jitter inside the cells, and resampled by the ratio of the density there to its interpolation
between the nodes: so what they miss is what lies outside of the grid, below e⁻¹⁵ of the peak.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, softmax

from falloff.analysis.data import Floats
from falloff.analysis.region import CENTRE_U, log_expm1
from falloff.analysis.tally import Tally

# Nodes along log h, log s, logit λ, log ν.
_COARSE = (12, 9, 8, 5)
_FINE = (28, 20, 14, 10)
_LEVELS = 12
# Nodes this far below the peak, in log density, are outside; but so many of the best stay inside,
# since a coarse grid may have none near the peak.
_DEPTH = 15.0
_KEPT = 60
# A level that leaves the grid at this share of its width or more along every axis is the last.
_SETTLED = 0.8
# Half-widths of the prior that are looked at; of logit λ upwards too, for a model that fails all.
_SPAN, _SPAN_LAPSE = 5.0, 9.0
# Draws from the nodes for each particle that is kept.
_SPARE = 4
# Where h, b, λ and ν stand in the prior.
_OF_PRIOR = [0, 1, 3, 4]
_TINY = 1e-6
_LN2 = float(np.log(2))


def grid_draws(
    tally: Tally, prior: tuple[Floats, Floats], count: int, rng: np.random.Generator
) -> Floats:
    """[count, 5] equally likely draws of (log h, log b, log ρ, logit λ, log ν).

    ``prior``: mean and standard deviation of each, independent and normal.
    """
    density = _Density(tally=tally, mean=prior[0], sd=prior[1])
    bounds = _bounds(*prior)
    for _ in range(_LEVELS):
        nodes = [np.linspace(*bound, n) for bound, n in zip(bounds, _COARSE, strict=True)]
        inside = _inside(density.over(nodes), nodes)
        shares = [np.ptp(new) / np.ptp(old) for new, old in zip(inside, bounds, strict=True)]
        bounds = inside
        if min(shares) > _SETTLED:
            break
    nodes = [np.linspace(*bound, n) for bound, n in zip(bounds, _FINE, strict=True)]
    h, s, lapse, link = _drawn(density, nodes, count, rng).T
    rho = prior[0][2] + prior[1][2] * rng.standard_normal(count)
    return np.column_stack([h, s - _log_steepness(link), rho, lapse, link])


@dataclass(frozen=True, kw_only=True)
class _Density:
    """Log posterior density, up to a constant; s for b is a shear and leaves it what it is."""

    tally: Tally
    mean: Floats
    sd: Floats

    def over(self, nodes: Sequence[Floats]) -> Floats:
        """At every node: [nodes of h, of s, of λ, of ν], a slice of the last at a time."""
        h, s, lapse, link = nodes
        value = np.empty([len(along) for along in nodes])
        for j, one in enumerate(link):
            log_survival = self._log_survival(h[:, None], s, one)
            fallen = -np.expm1(log_survival)
            for i, ceiling in enumerate(lapse):
                value[:, :, i, j] = self._likelihood(log_survival, fallen, ceiling)
        return value + self._prior(h[:, None, None, None], s[:, None, None], lapse[:, None], link)

    def at(self, points: Floats) -> Floats:
        """At each point [n, 4]: [n]."""
        h, s, lapse, link = points.T
        log_survival = self._log_survival(h, s, link)
        likelihood = self._likelihood(log_survival, -np.expm1(log_survival), lapse[:, None])
        return likelihood + self._prior(h, s, lapse, link)

    def _prior(self, h: Floats, s: Floats, lapse: Floats, link: Floats) -> Floats:
        b = s - _log_steepness(link)
        mean, sd = self.mean[_OF_PRIOR], self.sd[_OF_PRIOR]
        z = [(x - mean[i]) / sd[i] for i, x in enumerate((h, b, lapse, link))]
        return np.asarray(-0.5 * (z[0] ** 2 + z[1] ** 2 + z[2] ** 2 + z[3] ** 2))

    def _log_survival(self, h: Floats, s: Floats, link: Floats) -> Floats:
        """log c/(1 − λ) at every place, added as the last axis."""
        log_u = np.log(np.maximum(self.tally.u[:, 0], CENTRE_U))
        nu = np.exp(link)[..., None]
        b = np.exp(s - _log_steepness(link))[..., None]
        x = b * (log_u - h[..., None]) + log_expm1(_LN2 / nu)
        return np.asarray(-nu * (np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))))

    def _likelihood(self, log_survival: Floats, fallen: Floats, logit_lapse: Floats) -> Floats:
        """``fallen``: 1 − c/(1 − λ), so that 1 − p is exact where p is nearly 1."""
        t, g = self.tally, self.tally.chance
        lapse = expit(logit_lapse)
        fails = (1 - g) * (1 - lapse) * fallen + ((1 - g) * lapse + g - t.floor)
        lost = np.log(fails) @ (t.trials - t.successes)
        if t.floor.any():
            return np.asarray(lost + np.log(np.maximum(1 - fails, _TINY)) @ t.successes)
        log_p = np.maximum(log_survival + np.log1p(-lapse), np.log(_TINY))
        return np.asarray(lost + log_p @ t.successes)


def _log_steepness(log_link: Floats) -> Floats:
    """log s − log b = log 2ν(1 − 2^{−1/ν}): see :meth:`Regions.steepness`."""
    return np.asarray(np.log(-2 * np.expm1(-_LN2 * np.exp(-log_link))) + log_link)


def _bounds(mean: Floats, sd: Floats) -> list[tuple[float, float]]:
    low, high = mean - _SPAN * sd, mean + _SPAN * sd
    high[3] = mean[3] + _SPAN_LAPSE * sd[3]
    shear = _log_steepness(np.array([low[4], high[4]]))
    low[1], high[1] = low[1] + shear[0], high[1] + shear[1]
    return [(float(low[i]), float(high[i])) for i in _OF_PRIOR]


def _inside(density: Floats, nodes: Sequence[Floats]) -> list[tuple[float, float]]:
    """Bounds of the nodes that matter, one step wider on each side, within the old ones."""
    best = np.partition(density.ravel(), -_KEPT)[-_KEPT]
    matter = density >= min(density.max() - _DEPTH, best)
    bounds = []
    for axis, along in enumerate(nodes):
        others = tuple(i for i in range(4) if i != axis)
        found = np.flatnonzero(matter.any(axis=others))
        low, high = max(found[0] - 1, 0), min(found[-1] + 1, len(along) - 1)
        bounds.append((float(along[low]), float(along[high])))
    return bounds


def _drawn(
    density: _Density, nodes: Sequence[Floats], count: int, rng: np.random.Generator
) -> Floats:
    """[count, 4] draws of (log h, log s, logit λ, log ν)."""
    values = density.over(nodes)
    height = np.exp(values - values.max())
    at = np.unravel_index(
        systematic(height.ravel() / height.sum(), _SPARE * count, rng), values.shape
    )
    # A triangle on every node adds up to the interpolation between nodes.
    jitter = rng.triangular(-1, 0, 1, (4, _SPARE * count))
    position = np.array(at) + jitter
    last = np.array(values.shape)[:, None] - 1
    position = position[:, ((position >= 0) & (position <= last)).all(axis=0)]
    low = np.array([along[0] for along in nodes])
    step = np.array([along[1] for along in nodes]) - low
    points = low + step * position.T
    ratio = density.at(points) - np.log(_between(height, position))
    return np.asarray(points[systematic(softmax(ratio), count, rng)])


def _between(height: Floats, position: Floats) -> Floats:
    """Multilinear interpolation of a grid at ``position`` [axes, n], in nodes."""
    corner = np.minimum(position.astype(int), np.array(height.shape)[:, None] - 2)
    part = position - corner
    total = np.zeros(position.shape[1])
    for side in itertools.product((0, 1), repeat=len(height.shape)):
        share = [part[i] if up else 1 - part[i] for i, up in enumerate(side)]
        total += np.prod(share, axis=0) * height[tuple(corner + np.array(side)[:, None])]
    return total


def systematic(weights: Floats, count: int, rng: np.random.Generator) -> np.ndarray:
    """Systematic resampling: [count] indices, in order, each as often as its weight says."""
    ladder = (np.arange(count) + rng.random()) / count
    return np.minimum(np.searchsorted(np.cumsum(weights), ladder), len(weights) - 1)
