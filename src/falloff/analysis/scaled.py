"""Is the student a *scaled copy* of its teacher: all edges moved by one factor, the same shape?

Two models of the same answers: free, a region each; and scaled, in which the student has the
teacher's exponents and pooling, half-ceiling points h·f with one factor f, and a lapse of its own.
Scaled is a linear subspace θ = Mφ of the stacked parameters θ = (θ_T, θ_S), so both are fitted by
the same climb, under the same weak priors. The statistic is the likelihood ratio

    Λ = 2 (highest log posterior, free − highest log posterior, scaled)

Priors and small tables keep it from being χ². Its law is taken from tables drawn from the scaled
fit, place by place: Λ/δ is compared with the gamma distribution that has the mean and variance of
the drawn ones (Rocke 1989; Satterthwaite 1946).

Drawn tables have independent answers. Real ones have not: models share items, and items may repeat.
The design effect δ = tr(A J)/tr(A J₀) sets that right to first order (Rao and Scott 1981): J adds
up the scores of the log likelihood by item, J₀ answer by answer, and A picks out the contrasts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import null_space
from scipy.special import gammaincc, ndtri

from falloff.analysis.ascent import Index, climb
from falloff.analysis.data import Floats
from falloff.analysis.estimates import Interval
from falloff.analysis.intervals import HIGH
from falloff.analysis.region import Regions
from falloff.analysis.region_fit import Problem

# Tables drawn, over the number of axes: with 2k degrees of freedom (one for k = 1) they give the
# mean of Λ to a tenth for any k.
_TABLES = 200
_SETTLED = 1e-3
_TINY = 1e-12


@dataclass(frozen=True, kw_only=True)
class PairedAnswers:
    """Answers of a teacher and a student to the same n probes.

    ``u``: [places, k + m], m = ``labels``; ``place``, ``item``: [n] indices, an item being a
    cluster; ``scores``: [2, n] in [0, 1]; ``chance``: g.
    """

    u: Floats
    place: Index
    item: Index
    scores: Floats
    chance: float
    labels: int = 0

    @property
    def axes(self) -> int:
        """k, the number of dose axes."""
        return int(self.u.shape[1]) - self.labels


@dataclass(frozen=True, kw_only=True)
class ScaledTest:
    """``factor`` f by the scaled fit; the ``statistic`` Λ/δ and its tail ``p``."""

    factor: Interval
    statistic: float
    p: float


def scaled_test(answers: PairedAnswers, rng: np.random.Generator) -> ScaledTest:
    """Fit both models, and the tables that say how large Λ is for a scaled copy."""
    fits = _Fits(answers=answers)
    start = np.tile(fits.problem.prior[0], 2)
    scaled, free, observed = fits.fit(fits.won[None], start)
    drawn = fits.draw(scaled[0], rng)
    scaled_drawn, _, null = fits.fit(drawn, scaled[0])
    statistic = float(observed[0] / fits.contrast_effect(free[0]))
    mean, variance = float(null.mean()), float(null.var(ddof=1))
    rate = mean / max(variance, _TINY)
    factor = _log_factor(scaled_drawn)
    spread = factor.std(ddof=1) * np.sqrt(fits.factor_effect(scaled[0]))
    return ScaledTest(
        factor=_lognormal(float(_log_factor(scaled)[0]), float(spread)),
        statistic=statistic,
        p=float(gammaincc(max(mean * rate, _TINY), max(statistic, 0.0) * rate)),
    )


def _log_factor(theta: Floats) -> Floats:
    """log f from stacked parameters [R, 2d]."""
    d = theta.shape[1] // 2
    return np.asarray(theta[:, d] - theta[:, 0])


def _lognormal(mean: float, sd: float) -> Interval:
    half = float(ndtri(HIGH)) * sd
    low, middle, high = (float(np.exp(mean + x)) for x in (-half, 0.0, half))
    return Interval(estimate=middle, low=low, high=high)


@dataclass(frozen=True, kw_only=True)
class _Fits:
    """Both models of the same answers. Stacked parameters are [R, 2d], d = 2(k + m) + 2."""

    answers: PairedAnswers

    @cached_property
    def problem(self) -> Problem:
        return Problem.of(self.answers.u, self.answers.chance, self.answers.labels)

    @cached_property
    def asked(self) -> Floats:
        """[places] probes."""
        return np.bincount(self.answers.place, minlength=len(self.answers.u)).astype(np.float64)

    @cached_property
    def won(self) -> Floats:
        """[2, places] scores added up."""
        places = len(self.answers.u)
        return np.array(
            [np.bincount(self.answers.place, row, places) for row in self.answers.scores]
        )

    @cached_property
    def subspace(self) -> Floats:
        """M [2d, d + 2]: φ = (θ_T, logit λ_S, log f)."""
        d = len(self.problem.prior[0])
        k = self.answers.axes
        matrix = np.zeros((2 * d, d + 2))
        matrix[:d, :d] = np.eye(d)
        matrix[d : 2 * d - 1, : d - 1] = np.eye(d - 1)
        matrix[2 * d - 1, d] = 1.0
        matrix[d : d + k, d + 1] = 1.0
        return matrix

    def fit(self, won: Floats, start: Floats) -> tuple[Floats, Floats, Floats]:
        """[R, 2d] of the scaled and the free fits, and Λ [R]. ``won``: [R, 2, places]."""
        first = np.tile(np.linalg.pinv(self.subspace) @ start, (len(won), 1))
        scaled = self._climb(first, won, self.subspace) @ self.subspace.T
        free = self._climb(scaled, won, np.eye(len(start)))
        return scaled, free, 2 * (self._value(free, won) - self._value(scaled, won))

    def draw(self, theta: Floats, rng: np.random.Generator) -> Floats:
        """[tables, 2, places] tables of independent answers from stacked parameters [2d]."""
        p = self._success(theta)
        asked = self.asked.astype(np.int64)
        return rng.binomial(asked, p, size=(_TABLES // self.answers.axes, *p.shape)).astype(
            np.float64
        )

    def contrast_effect(self, theta: Floats) -> float:
        """δ where the models differ: C = Mᗮ, A = I⁻¹Cᵀ(C I⁻¹Cᵀ)⁻¹C I⁻¹, I the information."""
        contrasts = null_space(self.subspace.T)
        reach = np.linalg.solve(self._information(theta), contrasts)
        return self._design_effect(theta, reach, np.linalg.inv(contrasts.T @ reach))

    def factor_effect(self, theta: Floats) -> float:
        """δ of log f in the scaled model: A = aaᵀ, a = M(MᵀIM)⁻¹e, e picking out log f."""
        last = np.eye(self.subspace.shape[1])[:, -1:]
        inside = self.subspace.T @ self._information(theta) @ self.subspace
        return self._design_effect(
            theta, self.subspace @ np.linalg.solve(inside, last), np.ones((1, 1))
        )

    def _information(self, theta: Floats) -> Floats:
        return np.asarray(self._evaluate(theta[None], self.won[None])[2][0])

    def _design_effect(self, theta: Floats, reach: Floats, weight: Floats) -> float:
        """δ = tr(A J)/tr(A J₀) with A = ``reach`` [2d, c] ``weight`` [c, c] reachᵀ."""
        scores = self._scores(theta) @ reach
        items = np.zeros((int(self.answers.item.max()) + 1, scores.shape[-1]))
        np.add.at(items, self.answers.item, scores.sum(axis=0))
        alone = np.einsum("mnc,cd,mnd->", scores, weight, scores)
        together = np.einsum("ic,cd,id->", items, weight, items)
        return float(together / alone) if alone > _TINY else 1.0

    def _scores(self, theta: Floats) -> Floats:
        """[2, n, 2d] derivative of each answer's log likelihood, the other model's part 0."""
        d, (place, y) = theta.size // 2, (self.answers.place, self.answers.scores)
        result = np.zeros((2, len(place), 2 * d))
        for m, own in enumerate(theta.reshape(2, d)):
            p, slope = self.problem.slopes(own[None])
            residual = (y[m] - p[0, place]) / (p * (1 - p))[0, place]
            result[m, :, m * d : (m + 1) * d] = residual[:, None] * slope[0, place]
        return result

    def _success(self, theta: Floats) -> Floats:
        """[2, places]"""
        regions = Regions.from_vector(theta.reshape(2, -1), self.answers.labels)
        competence = regions.competence(self.problem.u)
        return np.asarray(self.problem.success(competence))

    def _climb(self, start: Floats, won: Floats, matrix: Floats) -> Floats:
        def evaluate(here: Floats, index: Index) -> tuple[Floats, Floats, Floats]:
            value, gradient, information = self._evaluate(here @ matrix.T, won[index])
            return value, gradient @ matrix, matrix.T @ information @ matrix

        return climb(
            start,
            evaluate,
            lambda here, index: self._value(here @ matrix.T, won[index]),
            settled=_SETTLED,
        )

    def _evaluate(self, theta: Floats, won: Floats) -> tuple[Floats, Floats, Floats]:
        copies, d = len(theta), theta.shape[1] // 2
        value, gradient, information = self.problem.evaluate(*self._flat(theta, won))
        both = np.zeros((copies, 2 * d, 2 * d))
        for m in (0, 1):
            own = slice(m * d, (m + 1) * d)
            both[:, own, own] = information.reshape(copies, 2, d, d)[:, m]
        return value.reshape(copies, 2).sum(axis=1), gradient.reshape(copies, 2 * d), both

    def _value(self, theta: Floats, won: Floats) -> Floats:
        value = self.problem.objective(*self._flat(theta, won))
        return np.asarray(value.reshape(-1, 2).sum(axis=1))

    def _flat(self, theta: Floats, won: Floats) -> tuple[Floats, Floats, Floats]:
        """Teachers and students as copies of one problem, [2R, …]."""
        flat = won.reshape(-1, won.shape[-1])
        return theta.reshape(len(flat), -1), flat, np.broadcast_to(self.asked, flat.shape)
