"""The model of a region: stress on each axis, pooled, and a link from stress to competence.

    c(u) = (1 − λ)(1 + (2^{1/ν} − 1)·O(u))^−ν
    O(u) = (Σᵢ ((uᵢ/hᵢ)^bᵢ)^q)^(1/q),   q = ρ/geomean(b)

hᵢ is the half-ceiling point of axis i for every ν, and bᵢ its exponent; λ is the lapse rate, so
c(0) = 1 − λ. Pooling after Quick (1974): ρ → ∞, any one axis breaks it; q = 1, the stresses add;
q = 1/b, they trade off. The link is Burr's type XII (1942): ν = 1 is the log-logistic, in which O
is the odds of failing; ν → ∞ is exponential survival, in which independent risks compound. Success
is p = g + (1 − g)·c with the chance level g known.

:func:`fit` holds ν = 1: maximum a posteriori under weak priors, many weighted copies of the data
at once. :mod:`falloff.measure.posterior` leaves ν free.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce

import numpy as np
from scipy.special import expit

from falloff.measure.ascent import climb
from falloff.measure.data import Floats

# Priors on (log h, log b, log ρ, logit λ): mean and standard deviation. Broad: h from the first to
# beyond the last level, b from gentle to a cliff, lapses of a fraction to a tenth.
_PRIOR_H = (np.log(0.6), 1.0)
_PRIOR_B = (np.log(3.0), 0.8)
_PRIOR_RHO = (np.log(3.0), 1.5)
_PRIOR_LAPSE = (-4.0, 1.5)

_TINY = 1e-9
_LN2 = float(np.log(2))
_CENTRE_U = 1e-9


@dataclass(frozen=True, kw_only=True)
class Regions:
    """Parameters of R regions over k axes. ``h``, ``b``: [R, k]; ``rho``, ``lapse``: [R].

    ``link``: ν, [R], or [1] where all share it.
    """

    h: Floats
    b: Floats
    rho: Floats
    lapse: Floats
    link: Floats = field(default_factory=lambda: np.ones(1))

    @classmethod
    def from_vector(cls, theta: Floats) -> Regions:
        """From unconstrained parameters [R, 2k + 2], or [R, 2k + 3] with log ν last."""
        k = (theta.shape[1] - 2) // 2
        free = theta.shape[1] % 2 == 1
        return cls(
            h=np.exp(theta[:, :k]),
            b=np.exp(theta[:, k : 2 * k]),
            rho=np.exp(theta[:, 2 * k]),
            lapse=expit(theta[:, 2 * k + 1]),
            link=np.exp(theta[:, 2 * k + 2]) if free else np.ones(1),
        )

    def competence(self, u: Floats) -> Floats:
        """c at each place; u: [places, k] → [R, places]."""
        x = self._log_stress(u) + _log_expm1(_LN2 / self.link)[:, None]
        log_survival = -self.link[:, None] * (np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))))
        return np.asarray((1 - self.lapse)[:, None] * np.exp(log_survival))

    def edge(self, axis: int, tau: float) -> Floats:
        """[R] the u at which c falls to τ on an axis, others at the centre; NaN if never above."""
        ceiling = 1 - self.lapse
        return self.share_of_ceiling(axis, np.where(ceiling > tau, tau / ceiling, np.nan))

    def share_of_ceiling(self, axis: int, share: float | Floats) -> Floats:
        """[R] the u at which c falls to ``share`` of c(0) on an axis."""
        log_stress = _log_expm1(-np.log(share) / self.link) - _log_expm1(_LN2 / self.link)
        return np.asarray(self.h[:, axis] * np.exp(log_stress / self.b[:, axis]))

    def steepness(self, axis: int) -> Floats:
        """[R] −d log[c/(c(0) − c)]/d log u at half the ceiling: 2ν(1 − 2^{−1/ν})·b."""
        return np.asarray(-2 * self.link * np.expm1(-_LN2 / self.link) * self.b[:, axis])

    def _log_stress(self, u: Floats) -> Floats:
        """log O [R, places]: an axis at a time, several times as fast as :func:`_pool`."""
        q = (self.rho / np.exp(np.log(self.b).mean(axis=1)))[:, None]
        log_h = np.log(self.h)
        log_u = np.log(np.maximum(u, _CENTRE_U)).astype(log_h.dtype)
        powers = [
            q * self.b[:, i, None] * (log_u[None, :, i] - log_h[:, i, None])
            for i in range(u.shape[1])
        ]
        top = reduce(np.maximum, powers)
        if len(powers) == 1:
            return np.asarray(top / q)
        total = reduce(np.add, [np.exp(power - top) for power in powers])
        return np.asarray((np.log(total) + top) / q)


def _log_expm1(x: Floats) -> Floats:
    """log(eˣ − 1) for x > 0, without overflow."""
    return np.asarray(x + np.log(-np.expm1(-x)))


def fit(
    u: Floats, successes: Floats, trials: Floats, chance: float, start: Floats | None = None
) -> tuple[Regions, Floats]:
    """Fit R regions to R weighted copies of the same data.

    u: [places, k]; successes, trials: [R, places], weighted sums, trials may be 0. Returns the
    regions and their unconstrained vectors
    [R, 2k + 2]; ``start`` is such a vector to begin from (by default the prior's mean).
    """
    copies = successes.shape[0]
    used = trials.sum(axis=0) > 0
    problem = Problem.of(u[used], chance)
    won, asked = successes[:, used], trials[:, used]
    theta = climb(
        np.tile(problem.prior[0] if start is None else start, (copies, 1)),
        lambda here, index: problem.evaluate(here, won[index], asked[index]),
        lambda here, index: problem.objective(here, won[index], asked[index]),
    )
    return Regions.from_vector(theta), theta


def _prior(k: int) -> tuple[Floats, Floats]:
    parts = [_PRIOR_H] * k + [_PRIOR_B] * k + [_PRIOR_RHO, _PRIOR_LAPSE]
    return np.array([mean for mean, _ in parts]), np.array([sd for _, sd in parts])


def _pool(region: Regions, u: Floats) -> tuple[Floats, Floats, Floats]:
    """Log stress O [R, places], and per axis its log stress and share in O [R, places, k].

    The centre of an axis stands at a tiny u, so that every number stays finite.
    """
    q = (region.rho / np.exp(np.log(region.b).mean(axis=1)))[:, None]
    log_u = np.log(np.maximum(u, _CENTRE_U))
    single = region.b[:, None, :] * (log_u[None] - np.log(region.h)[:, None, :])
    powers = q[:, :, None] * single
    top = powers.max(axis=-1, keepdims=True)
    share = np.exp(powers - top)
    total = share.sum(axis=-1, keepdims=True)
    pooled = (np.log(total) + top)[..., 0] / q
    return pooled, single, share / total


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What all copies of a fit share. ``prior``: mean and standard deviation, [2k + 2] each."""

    u: Floats
    chance: float
    prior: tuple[Floats, Floats]

    @classmethod
    def of(cls, u: Floats, chance: float) -> Problem:
        """For places ``u`` [places, k]."""
        return cls(u=u, chance=chance, prior=_prior(u.shape[1]))

    def objective(self, theta: Floats, successes: Floats, trials: Floats) -> Floats:
        """[R] weighted log likelihood plus log prior."""
        p = self.success(Regions.from_vector(theta).competence(self.u))
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
        competence, jacobian = self._competence(Regions.from_vector(theta))
        return self.success(competence), (1 - self.chance) * jacobian

    def _competence(self, region: Regions) -> tuple[Floats, Floats]:
        """c [R, places] and its derivatives by the unconstrained parameters [R, places, d]."""
        pooled, single, share = _pool(region, self.u)
        k = self.u.shape[1]
        works, fails = expit(-pooled), expit(pooled)
        by_odds = -((1 - region.lapse)[:, None] * works * fails)[:, :, None]
        by_q = ((share * single).sum(axis=-1) - pooled)[:, :, None]
        jacobian = np.empty((*pooled.shape, 2 * k + 2))
        jacobian[:, :, :k] = by_odds * (-region.b[:, None, :] * share)
        jacobian[:, :, k : 2 * k] = by_odds * (share * single - by_q / k)
        jacobian[:, :, 2 * k : 2 * k + 1] = by_odds * by_q
        jacobian[:, :, 2 * k + 1] = -(region.lapse * (1 - region.lapse))[:, None] * works
        return (1 - region.lapse)[:, None] * works, jacobian

    def success(self, competence: Floats) -> Floats:
        """p = g + (1 − g)c, kept inside (0, 1)."""
        return np.clip(self.chance + (1 - self.chance) * competence, _TINY, 1 - _TINY)

    def _value(self, theta: Floats, p: Floats, successes: Floats, trials: Floats) -> Floats:
        mean, sd = self.prior
        likelihood = (successes * np.log(p) + (trials - successes) * np.log1p(-p)).sum(axis=1)
        return np.asarray(likelihood - 0.5 * (((theta - mean) / sd) ** 2).sum(axis=1))
