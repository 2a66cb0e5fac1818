"""The region of a fixed design: maximum a posteriori under weak priors, ν = 1.

Many weighted copies of the data are fitted at once, one for each draw of the bootstrap.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from falloff.analysis.ascent import climb
from falloff.analysis.data import Floats
from falloff.analysis.region import (
    CENTRE_U,
    NO_STRESS,
    PRIOR_DELTA,
    PRIOR_ZETA,
    Regions,
    by_label,
)

# Priors on (log h, log b, log ρ, logit λ): mean and standard deviation. Broad: h from the first to
# beyond the last level, b from gentle to a cliff, lapses of a fraction to a tenth.
_PRIOR_H = (np.log(0.6), 1.0)
_PRIOR_B = (np.log(3.0), 0.8)
_PRIOR_RHO = (np.log(3.0), 1.5)
_PRIOR_LAPSE = (-4.0, 1.5)

_TINY = 1e-9


def fit(
    u: Floats,
    successes: Floats,
    trials: Floats,
    chance: float,
    start: Floats | None = None,
    labels: int = 0,
) -> tuple[Regions, Floats]:
    """Fit R regions to R weighted copies of the same data.

    u: [places, k + m], m = ``labels``; successes, trials: [R, places], weighted sums, trials may
    be 0. Returns the regions and their unconstrained vectors [R, 2(k + m) + 2]; ``start`` is such a
    vector to begin from (by default the prior's mean).
    """
    copies = successes.shape[0]
    used = trials.sum(axis=0) > 0
    problem = Problem.of(u[used], chance, labels)
    won, asked = successes[:, used], trials[:, used]
    theta = climb(
        np.tile(problem.prior[0] if start is None else start, (copies, 1)),
        lambda here, index: problem.evaluate(here, won[index], asked[index]),
        lambda here, index: problem.objective(here, won[index], asked[index]),
    )
    return Regions.from_vector(theta, labels), theta


def _prior(k: int, labels: int = 0) -> tuple[Floats, Floats]:
    parts = [_PRIOR_H] * k + [PRIOR_DELTA] * labels + [_PRIOR_B] * k + [PRIOR_ZETA] * labels
    parts += [_PRIOR_RHO, _PRIOR_LAPSE]
    return np.array([mean for mean, _ in parts]), np.array([sd for _, sd in parts])


def _pool(region: Regions, u: Floats) -> tuple[Floats, Floats, Floats]:
    """Log stress O [R, places], and per axis its log stress and share in O [R, places, k].

    The centre of an axis stands at a tiny u, so that every number stays finite.
    """
    k = region.axes
    if not k:
        nothing = np.zeros((len(region.lapse), len(u), 0))
        return np.full(nothing.shape[:2], NO_STRESS), nothing, nothing
    q = (region.rho / np.exp(np.log(region.b).mean(axis=1)))[:, None]
    log_u = np.log(np.maximum(u[:, :k], CENTRE_U))
    log_half = np.log(region.h)[:, None, :]
    if region.delta.shape[1]:
        log_half = log_half + by_label(region.delta, u)[:, :, None]
    single = region.b[:, None, :] * (log_u[None] - log_half)
    powers = q[:, :, None] * single
    top = powers.max(axis=-1, keepdims=True)
    share = np.exp(powers - top)
    total = share.sum(axis=-1, keepdims=True)
    pooled = (np.log(total) + top)[..., 0] / q
    return pooled, single, share / total


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What all copies of a fit share. ``prior``: mean and standard deviation, [d] each."""

    u: Floats
    chance: float
    prior: tuple[Floats, Floats]
    labels: int = 0

    @classmethod
    def of(cls, u: Floats, chance: float, labels: int = 0) -> Problem:
        """For places ``u`` [places, k + labels]."""
        prior = _prior(u.shape[1] - labels, labels)
        return cls(u=u, chance=chance, prior=prior, labels=labels)

    def objective(self, theta: Floats, successes: Floats, trials: Floats) -> Floats:
        """[R] weighted log likelihood plus log prior."""
        p = self.success(Regions.from_vector(theta, self.labels).competence(self.u))
        return self._value(theta, p, successes, trials)

    def evaluate(
        self, theta: Floats, successes: Floats, trials: Floats
    ) -> tuple[Floats, Floats, Floats]:
        """The objective, its gradient [R, d] and the Fisher information [R, d, d]."""
        mean, sd = self.prior
        p, slope = self.slopes(theta)
        variance = p * (1 - p)
        gradient = (((successes - trials * p) / variance)[:, None, :] @ slope)[:, 0]
        weighted = slope * (trials / variance)[:, :, None]
        information = np.matmul(slope.swapaxes(1, 2), weighted) + np.diag(1 / sd**2)
        value = self._value(theta, p, successes, trials)
        return value, gradient - (theta - mean) / sd**2, information

    def slopes(self, theta: Floats) -> tuple[Floats, Floats]:
        """p [R, places] and its derivatives by the unconstrained parameters [R, places, d]."""
        competence, jacobian = self._competence(Regions.from_vector(theta, self.labels))
        return self.success(competence), (1 - self.chance) * jacobian

    def _competence(self, region: Regions) -> tuple[Floats, Floats]:
        """c [R, places] and its derivatives by the unconstrained parameters [R, places, d]."""
        pooled, single, share = _pool(region, self.u)
        width = self.u.shape[1]
        k = width - self.labels
        cell = self.u[:, k:]
        works, fails = expit(-pooled), expit(pooled)
        lapse = region.lapse_at(self.u)
        by_odds = -((1 - lapse) * works * fails)[:, :, None]
        by_q = ((share * single).sum(axis=-1) - pooled)[:, :, None] if k else 0.0
        by_h = by_odds * (-region.b[:, None, :] * share)
        by_lapse = (-(lapse * (1 - lapse)) * works)[:, :, None]
        jacobian = np.empty((*pooled.shape, 2 * width + 2))
        jacobian[:, :, :k] = by_h
        jacobian[:, :, k:width] = by_h.sum(axis=-1, keepdims=True) * cell
        jacobian[:, :, width : width + k] = by_odds * (share * single - by_q / max(k, 1))
        jacobian[:, :, width + k : 2 * width] = by_lapse * cell
        jacobian[:, :, 2 * width : 2 * width + 1] = by_odds * by_q
        jacobian[:, :, 2 * width + 1 :] = by_lapse
        return (1 - lapse) * works, jacobian

    def success(self, competence: Floats) -> Floats:
        """p = g + (1 − g)c, kept inside (0, 1)."""
        return np.clip(self.chance + (1 - self.chance) * competence, _TINY, 1 - _TINY)

    def _value(self, theta: Floats, p: Floats, successes: Floats, trials: Floats) -> Floats:
        mean, sd = self.prior
        likelihood = (successes * np.log(p) + (trials - successes) * np.log1p(-p)).sum(axis=1)
        return np.asarray(likelihood - 0.5 * (((theta - mean) / sd) ** 2).sum(axis=1))
