"""The model of a region: stress on each axis, pooled, and a link from stress to competence.

    c(u) = (1 − λ)(1 + (2^{1/ν} − 1)·O(u))^−ν
    O(u) = (Σᵢ ((uᵢ/hᵢ)^bᵢ)^q)^(1/q),   q = ρ/geomean(b)

hᵢ is the half-ceiling point of axis i for every ν, and bᵢ its exponent; λ is the lapse rate, so
c(0) = 1 − λ. Pooling after Quick (1974): ρ → ∞, any one axis breaks it; q = 1, the stresses add;
q = 1/b, they trade off. The link is Burr's type XII (1942): ν = 1 is the log-logistic, in which O
is the odds of failing; ν → ∞ is exponential survival, in which independent risks compound. Success
is p = g + (1 − g)·c with the chance level g known.

A nominal axis splits the family into cells. In a cell, δ is added to every log hᵢ and ζ to logit λ:
one pair of shifts for each label beyond the first, summed over the nominal axes. Priors on the
shifts let cells borrow strength from one another and differ in both edge and ceiling.

:mod:`falloff.analysis.region_fit` holds ν = 1; :mod:`falloff.analysis.posterior` leaves it free.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import reduce

import numpy as np
from scipy.special import expit, logit

from falloff.analysis.data import Floats

# Priors on a label's shifts δ and ζ: edges half to twice as far in two cases of three, odds of a
# lapse a third to three times as large. Cells are kinds of the same task, nearer to each other than
# families are, whose own h has 1.0.
PRIOR_DELTA = (0.0, 0.7)
PRIOR_ZETA = (0.0, 1.0)

_LN2 = float(np.log(2))
CENTRE_U = 1e-9
# log O where there is no dose axis: nothing is lost but lapses. Beside 1, e to this is nothing;
# smaller exponents are raised to it, since exp takes forty times as long where it underflows.
NO_STRESS = -80.0
# Numbers in a block: 128 kB, which the second cache holds several of. Larger temporaries are given
# back to the system each time, and half of all time went into asking for them again.
_CELLS = 16384


@dataclass(frozen=True, kw_only=True)
class Regions:
    """Parameters of R regions over k dose axes. ``h``, ``b``: [R, k]; ``rho``, ``lapse``: [R].

    ``link``: ν, [R], or [1] where all share it. ``delta``, ``zeta``: [R, m] shifts of log h and of
    logit λ by label column (:class:`falloff.analysis.layout.Layout`); m = 0 without nominal axes.
    Edges, steepness and ``lapse`` are those of the first labels, where the centre is.
    """

    h: Floats
    b: Floats
    rho: Floats
    lapse: Floats
    link: Floats = field(default_factory=lambda: np.ones(1))
    delta: Floats = field(default_factory=lambda: np.zeros((1, 0)))
    zeta: Floats = field(default_factory=lambda: np.zeros((1, 0)))

    @classmethod
    def from_vector(cls, theta: Floats, labels: int = 0) -> Regions:
        """From unconstrained parameters [R, 2(k + m) + 2], or with log ν last one more.

        (log h, δ, log b, ζ, log ρ, logit λ, log ν), with m = ``labels``.
        """
        w = (theta.shape[1] - 2) // 2
        k = w - labels
        free = theta.shape[1] % 2 == 1
        return cls(
            h=np.exp(theta[:, :k]),
            b=np.exp(theta[:, w : w + k]),
            rho=np.exp(theta[:, 2 * w]),
            lapse=expit(theta[:, 2 * w + 1]),
            link=np.exp(theta[:, 2 * w + 2]) if free else np.ones(1),
            delta=theta[:, k:w],
            zeta=theta[:, w + k : 2 * w],
        )

    @property
    def axes(self) -> int:
        """k, the number of dose axes."""
        return int(self.h.shape[1])

    def competence(self, u: Floats) -> Floats:
        """c at each place; u: [places, k + m] → [R, places]."""
        return np.concatenate([block.competence_by_place(u).T for block in self.blocks(len(u))])

    def blocks(self, places: int) -> Iterator[Regions]:
        """These regions, some at a time, so that arrays of their ``places`` stay in the cache."""
        rows = max(_CELLS // max(places, 1), 1)
        for start in range(0, len(self.lapse), rows):
            yield self._rows(slice(start, start + rows))

    def competence_by_place(self, u: Floats) -> Floats:
        """As :meth:`competence`, of a block, [places, R]: what regions differ in is contiguous.

        In place where it can be: half of the time of such arithmetic goes into temporaries.
        """
        x = self._log_stress(u) + log_expm1(_LN2 / self.link)
        log_survival = np.abs(x)
        np.log1p(_exp(np.negative(log_survival, out=log_survival)), out=log_survival)
        log_survival += np.maximum(x, 0, out=x)
        log_survival *= -self.link
        survival = _exp(log_survival)
        survival *= 1 - (self.lapse_at(u).T if self.zeta.shape[1] else self.lapse)
        return np.asarray(survival)

    def lapse_at(self, u: Floats) -> Floats:
        """λ in the cell of each place: [R, places], or [R, 1] without nominal axes."""
        if not self.zeta.shape[1]:
            return self.lapse[:, None]
        return np.asarray(expit(logit(self.lapse)[:, None] + by_label(self.zeta, u)))

    def edge(self, axis: int, tau: float) -> Floats:
        """[R] the u at which c falls to τ on an axis, others at the centre; NaN if never above."""
        ceiling = 1 - self.lapse
        return self.share_of_ceiling(axis, np.where(ceiling > tau, tau / ceiling, np.nan))

    def share_of_ceiling(self, axis: int, share: float | Floats) -> Floats:
        """[R] the u at which c falls to ``share`` of c(0) on an axis."""
        return np.asarray(self.h[:, axis] * np.exp(self._log_limit(share) / self.b[:, axis]))

    def contour(self, x: int, y: int, tau: float, u: Floats) -> Floats:
        """[R, n] the position on axis ``y`` at which c falls to τ, where ``x`` stands at u [n].

        All other axes at the centre. 0 where c is below τ before y begins; may lie beyond 1.
        """
        ceiling = 1 - self.lapse
        held = ceiling > tau
        limit = self._log_limit(np.where(held, tau / ceiling, 0.5))[:, None]
        q, b = self._pooling(), self.b[:, :, None]
        with np.errstate(divide="ignore"):
            spent = b[:, x] * (np.log(u) - np.log(self.h[:, x, None]))
            left = limit + np.log(-np.expm1(np.minimum(q * (spent - limit), 0.0))) / q
        found = self.h[:, y, None] * np.exp(left / b[:, y])
        return np.where(held[:, None], found, 0.0)

    def steepness(self, axis: int) -> Floats:
        """[R] −d log[c/(c(0) − c)]/d log u at half the ceiling: 2ν(1 − 2^{−1/ν})·b."""
        return np.asarray(-2 * self.link * np.expm1(-_LN2 / self.link) * self.b[:, axis])

    def point(self) -> Regions:
        """The first alone: of draws, the point estimate."""
        return self._rows(slice(0, 1))

    def _log_limit(self, share: float | Floats) -> Floats:
        """[R] log O at which c has fallen to ``share`` of c(0)."""
        return np.asarray(log_expm1(-np.log(share) / self.link) - log_expm1(_LN2 / self.link))

    def _pooling(self) -> Floats:
        """[R, 1] q, in which stresses are pooled."""
        return np.asarray((self.rho / np.exp(np.log(self.b).mean(axis=1)))[:, None])

    def _rows(self, rows: slice) -> Regions:
        return Regions(
            h=self.h[rows],
            b=self.b[rows],
            rho=self.rho[rows],
            lapse=self.lapse[rows],
            link=self.link if len(self.link) == 1 else self.link[rows],
            delta=self.delta[rows],
            zeta=self.zeta[rows],
        )

    def _log_stress(self, u: Floats) -> Floats:
        """log O [places, R], an axis at a time: several times as fast as one array of all."""
        if not self.axes:
            return np.full((len(u), len(self.lapse)), NO_STRESS, dtype=self.lapse.dtype)
        q = self._pooling()[:, 0]
        log_u = np.log(np.maximum(u[:, : self.axes], CENTRE_U)).astype(q.dtype)
        slope, log_h = q[:, None] * self.b, np.log(self.h)
        # slope · (log u − log h) as one product of matrices.
        known = np.ones((len(u), 2), dtype=q.dtype)
        powers = []
        for i in range(self.axes):
            known[:, 0] = log_u[:, i]
            powers.append(known @ np.array([slope[:, i], -slope[:, i] * log_h[:, i]]))
        if self.delta.shape[1]:
            shift = by_label(self.delta, u).T
            for i, power in enumerate(powers):
                power -= slope[:, i] * shift
        pooled = reduce(_log_add_exp, powers)
        pooled /= q
        return np.asarray(pooled)


def _exp(x: Floats) -> Floats:
    """eˣ in the place of x ≤ 0; 10⁻³⁵ where it would be less."""
    return np.asarray(np.exp(np.maximum(x, NO_STRESS, out=x), out=x))


def _log_add_exp(x: Floats, y: Floats) -> Floats:
    """log(eˣ + e^y)."""
    apart = np.subtract(x, y)
    np.negative(np.abs(apart, out=apart), out=apart)
    pooled = np.log1p(_exp(apart), out=apart)
    pooled += np.maximum(x, y)
    return np.asarray(pooled)


def by_label(shift: Floats, u: Floats) -> Floats:
    """[R, places] the shifts [R, m] of each place's labels, added up."""
    return np.asarray(shift @ u[:, -shift.shape[1] :].T.astype(shift.dtype))


def log_expm1(x: Floats) -> Floats:
    """log(eˣ − 1) for x > 0, without overflow."""
    return np.asarray(x + np.log(-np.expm1(-x)))
