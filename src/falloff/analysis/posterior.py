"""The posterior of one model's region on one family, as particles.

    θ = (log h₁ … log h_k, δ, log b₁ … log b_k, ζ, log ρ, logit λ, log ν)      d = 2(k + m) + 3

with a shift δ and a shift ζ for each of m label columns (:mod:`falloff.analysis.layout`).

Sequential Monte Carlo (Chopin 2002; Drovandi, McGree and Pettitt 2013): new answers are let in by
degrees, so that reweighting keeps an effective sample of at least half the particles; then the
particles are resampled and moved by random-walk Metropolis steps whose covariance is their own.
The likelihood does not mind why a probe was asked, so the posterior holds under adaptive designs
and any stopping rule, as long as the region has the family's form (:mod:`falloff.analysis.region`);
where it has not, see :mod:`falloff.analysis.influence` and :mod:`falloff.analysis.audit`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

from falloff.analysis.data import Floats
from falloff.analysis.grid import grid_draws, systematic
from falloff.analysis.region import PRIOR_DELTA, PRIOR_ZETA, Regions
from falloff.analysis.tally import Tally

# Priors on log h, log b, log ρ, logit λ, log ν: mean and standard deviation. Broad: h from the
# first level to beyond the box, b from gentle to a cliff, ρ from trading off to the weakest link,
# lapses from a hundredth to a third.
_PRIOR_H = (np.log(0.6), 1.0)
_PRIOR_B = (np.log(3.0), 1.2)
_PRIOR_RHO = (np.log(3.0), 1.5)
_PRIOR_LAPSE = (-3.5, 1.5)
_PRIOR_LINK = (0.0, 1.0)

PARTICLES = 1000
MOVES = 8
# Effective share of the particles below which answers are let in more slowly.
_ESS = 0.5
_TINY = 1e-6
# Scale of a random-walk step, times 1/√d: 2.38 is best for a Gaussian (Roberts, Gelman and Gilks
# 1997); the posterior has tails, and every fourth step is a long one.
_SCALES = (2.4, 1.2, 2.4, 0.6)


@dataclass(frozen=True, kw_only=True)
class Particles:
    """Equally likely draws of θ, [K, d], of which m = ``labels`` pairs are shifts."""

    theta: Floats
    labels: int = 0

    @property
    def regions(self) -> Regions:
        return Regions.from_vector(self.theta, self.labels)


def prior(axes: int, count: int, rng: np.random.Generator, labels: int = 0) -> Particles:
    """``count`` particles before any answer, for k = ``axes`` dose axes."""
    mean, sd = _prior_moments(axes, labels)
    theta = mean + sd * rng.standard_normal((count, len(mean)))
    return Particles(theta=theta, labels=labels)


def posterior(tally: Tally, *, seed: int, count: int = PARTICLES, moves: int = MOVES) -> Particles:
    """The posterior from all answers at once; on one dose axis alone by exact grid."""
    rng = np.random.Generator(np.random.PCG64(seed))
    if tally.u.shape[1] == 1 and not tally.labels:
        return Particles(theta=grid_draws(tally, _prior_moments(1, 0), count, rng))
    start = prior(tally.u.shape[1] - tally.labels, count, rng, tally.labels)
    return update(start, None, tally, rng=rng, moves=moves)


def update(
    particles: Particles,
    known: Tally | None,
    new: Tally,
    *,
    rng: np.random.Generator,
    moves: int = MOVES,
) -> Particles:
    """From the posterior given ``known`` to that given ``known`` and ``new``."""
    cloud = _Cloud.at(particles.theta, [*([known] if known else []), new])
    reached = 0.0
    while reached < 1.0:
        step = _admitted(cloud.of_new, 1.0 - reached)
        cloud = cloud.take(systematic(softmax(step * cloud.of_new), len(cloud.theta), rng))
        reached = min(reached + step, 1.0)
        cloud = _moved(cloud, reached, rng, moves)
    return Particles(theta=cloud.theta, labels=new.labels)


def success(competence: Floats, chance: float, floor: Floats | float) -> Floats:
    """p = floor + (1 − g)c, kept inside (0, 1); the floor is g where every answer can be read."""
    return np.clip(floor + (1 - chance) * competence, _TINY, 1 - _TINY)


@dataclass(frozen=True, kw_only=True)
class _Cloud:
    """Particles with what their moves need: log prior, log likelihood of old and new answers."""

    theta: Floats
    tallies: tuple[Tally, ...]
    of_prior: Floats
    of_known: Floats
    of_new: Floats

    @classmethod
    def at(cls, theta: Floats, tallies: Sequence[Tally]) -> _Cloud:
        labels = tallies[0].labels
        mean, sd = _prior_moments((theta.shape[1] - 3) // 2 - labels, labels)
        regions = Regions.from_vector(theta, labels)
        values = [_log_likelihood(regions, tally) for tally in tallies]
        return cls(
            theta=theta,
            tallies=tuple(tallies),
            of_prior=-0.5 * (((theta - mean) / sd) ** 2).sum(axis=1),
            of_known=values[0] if len(values) > 1 else np.zeros(len(theta)),
            of_new=values[-1],
        )

    def density(self, reached: float) -> Floats:
        """[K] log posterior density with the share ``reached`` of the new answers let in."""
        return self.of_prior + self.of_known + reached * self.of_new

    def take(self, index: np.ndarray) -> _Cloud:
        return _Cloud(
            theta=self.theta[index],
            tallies=self.tallies,
            of_prior=self.of_prior[index],
            of_known=self.of_known[index],
            of_new=self.of_new[index],
        )

    def where(self, accepted: np.ndarray, proposed: _Cloud) -> _Cloud:
        return _Cloud(
            theta=np.where(accepted[:, None], proposed.theta, self.theta),
            tallies=self.tallies,
            of_prior=np.where(accepted, proposed.of_prior, self.of_prior),
            of_known=np.where(accepted, proposed.of_known, self.of_known),
            of_new=np.where(accepted, proposed.of_new, self.of_new),
        )


def _moved(cloud: _Cloud, reached: float, rng: np.random.Generator, moves: int) -> _Cloud:
    """Random-walk Metropolis with the particles' own covariance."""
    count, d = cloud.theta.shape
    covariance = np.cov(cloud.theta, rowvar=False) + 1e-9 * np.eye(d)
    root = np.linalg.cholesky(covariance) / np.sqrt(d)
    for move in range(moves):
        step = rng.standard_normal((count, d)) @ root.T * _SCALES[move % len(_SCALES)]
        proposed = _Cloud.at(cloud.theta + step.astype(cloud.theta.dtype), cloud.tallies)
        ratio = proposed.density(reached) - cloud.density(reached)
        cloud = cloud.where(np.log(rng.random(count)) < ratio, proposed)
    return cloud


def _log_likelihood(regions: Regions, tally: Tally) -> Floats:
    parts = [_of_block(block, tally) for block in regions.blocks(len(tally.u))]
    return np.concatenate(parts)


def _of_block(regions: Regions, tally: Tally) -> Floats:
    competence = regions.competence_by_place(tally.u)
    floor, won, lost = (
        part.astype(competence.dtype)
        for part in (tally.floor, tally.successes, tally.trials - tally.successes)
    )
    p = success(competence, tally.chance, floor[:, None])
    # Most places are all won or all lost, and have no say in the other sum.
    some_won, some_lost = won > 0, lost > 0
    of_won = won[some_won] @ np.log(p[some_won])
    return np.asarray(of_won + lost[some_lost] @ np.log1p(-p[some_lost]), dtype=np.float64)


def _admitted(log_likelihood: Floats, most: float) -> float:
    """The largest step, up to ``most``, that keeps the effective sample at half the particles."""
    if _effective(most * log_likelihood) >= _ESS:
        return most
    low, high = 0.0, most
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if _effective(middle * log_likelihood) >= _ESS else (low, middle)
    return max(low, 1e-6)


def _effective(log_weights: Floats) -> float:
    weights = softmax(log_weights)
    return float(1 / (weights**2).sum() / len(weights))


def _prior_moments(axes: int, labels: int) -> tuple[Floats, Floats]:
    parts = [_PRIOR_H] * axes + [PRIOR_DELTA] * labels + [_PRIOR_B] * axes + [PRIOR_ZETA] * labels
    parts += [_PRIOR_RHO, _PRIOR_LAPSE, _PRIOR_LINK]
    return np.array([mean for mean, _ in parts]), np.array([sd for _, sd in parts])
