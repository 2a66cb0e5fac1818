"""The region of a fixed design: maximum a posteriori under weak priors, ν = 1.

Many weighted copies of the data are fitted at once, one for each draw of the bootstrap.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np

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


def _pool(region: Regions, u: Floats) -> tuple[Floats, list[Floats], list[Floats]]:
    """Log stress O [R, places], and of each axis its log stress and share in O, [R, places] each.

    The centre of an axis stands at a tiny u, so that every number stays finite.
    """
    k = region.axes
    if not k:
        return np.full((len(region.lapse), len(u)), NO_STRESS), [], []
    q = (region.rho / np.exp(np.log(region.b).mean(axis=1)))[:, None]
    log_u, log_h = np.log(np.maximum(u[:, :k], CENTRE_U)).T, np.log(region.h)
    shift = by_label(region.delta, u) if region.delta.shape[1] else 0.0
    single = [region.b[:, i, None] * (log_u[i] - (log_h[:, i, None] + shift)) for i in range(k)]
    powers = [q * stress for stress in single]
    top = reduce(np.maximum, powers)
    parts = [np.exp(power - top) for power in powers]
    total = reduce(np.add, parts)
    return (np.log(total) + top) / q, single, [part / total for part in parts]


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
        p, slope = self._by_parameter(theta)
        variance = p * (1 - p)
        gradient = (slope @ ((successes - trials * p) / variance)[:, :, None])[..., 0]
        weighted = slope * (trials / variance)[:, None, :]
        information = weighted @ slope.swapaxes(1, 2) + np.diag(1 / sd**2)
        value = self._value(theta, p, successes, trials)
        return value, gradient - (theta - mean) / sd**2, information

    def slopes(self, theta: Floats) -> tuple[Floats, Floats]:
        """p [R, places] and its derivatives by the unconstrained parameters [R, places, d]."""
        p, slope = self._by_parameter(theta)
        return p, slope.swapaxes(1, 2)

    def _by_parameter(self, theta: Floats) -> tuple[Floats, Floats]:
        """As :meth:`slopes`, but [R, d, places], which takes a third of the time."""
        competence, jacobian = self._competence(Regions.from_vector(theta, self.labels))
        jacobian *= 1 - self.chance
        return self.success(competence), jacobian

    def _competence(self, region: Regions) -> tuple[Floats, Floats]:
        """c [R, places] and its derivatives by the unconstrained parameters [R, d, places]."""
        pooled, single, share = _pool(region, self.u)
        width = self.u.shape[1]
        k = width - self.labels
        cell = self.u[:, k:].T
        # expit(−log O) and its complement; scipy's takes five times as long.
        odds = np.exp(-np.abs(pooled))
        larger = 1 / (1 + odds)
        smaller = odds * larger
        works = np.where(pooled > 0, smaller, larger)
        lapse = region.lapse_at(self.u)
        by_odds = -((1 - lapse) * smaller * larger)
        leaning = [part * stress for part, stress in zip(share, single, strict=True)]
        by_q = reduce(np.add, leaning) - pooled if k else np.zeros_like(pooled)
        by_lapse = -(lapse * (1 - lapse)) * works
        jacobian = np.empty((len(pooled), 2 * width + 2, pooled.shape[1]))
        for i in range(k):
            jacobian[:, i] = by_odds * (-region.b[:, i, None] * share[i])
            jacobian[:, width + i] = by_odds * (leaning[i] - by_q / k)
        if self.labels:
            jacobian[:, k:width] = jacobian[:, :k].sum(axis=1, keepdims=True) * cell
            jacobian[:, width + k : 2 * width] = by_lapse[:, None] * cell
        jacobian[:, 2 * width] = by_odds * by_q
        jacobian[:, 2 * width + 1] = by_lapse
        return (1 - lapse) * works, jacobian

    def success(self, competence: Floats) -> Floats:
        """p = g + (1 − g)c, kept inside (0, 1)."""
        return np.clip(self.chance + (1 - self.chance) * competence, _TINY, 1 - _TINY)

    def _value(self, theta: Floats, p: Floats, successes: Floats, trials: Floats) -> Floats:
        mean, sd = self.prior
        likelihood = (successes * np.log(p) + (trials - successes) * np.log1p(-p)).sum(axis=1)
        return np.asarray(likelihood - 0.5 * (((theta - mean) / sd) ** 2).sum(axis=1))
