"""One model's region on one family, fitted to its answers; a teacher's is remembered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from falloff.analysis.ability import Ability, ability, log_odds
from falloff.analysis.data import LOOK, FamilyData, Floats
from falloff.analysis.draws import DRAWS
from falloff.analysis.grid import systematic
from falloff.analysis.layout import Layout
from falloff.analysis.posterior import Particles, posterior, prior
from falloff.analysis.readable import readable, readable_share
from falloff.analysis.tally import Tally
from falloff.core import Coordinate, child_seed

# Draws of the prior, and places of the box, behind the moments of the log odds of S.
_DRAWS, _PLACES = 500, 96


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """Equally likely draws. ``competence`` [K, places] and ``volume`` [K] are the region's.

    ``floor`` [places]: success at competence 0, chance times the share of readable answers.
    ``common`` [DRAWS]: what an error in the model's ability adds to the log odds of the volume; the
    same errors, draw by draw, in all of the model's families.
    """

    particles: Particles
    competence: Floats
    volume: Floats
    floor: Floats
    common: Floats


def fitted(data: FamilyData, role: str, keep: NDArray[np.bool_]) -> Fitted:
    """From the answers that ``keep`` [n], and what the model's other families lead to expect."""
    place, score = data.place_of[keep], data.scores[role][keep]
    floor, g = _floor(data, role), data.chance
    read = floor[place] / g if g else None
    tally = Tally.of(data.u[place], score, g, read, data.layout.labels)
    particles = _remembered(_Key(tally=tally, family=data.name))
    competence = particles.regions.competence(data.u)
    common = np.zeros(DRAWS)
    if expected := data.expected.get(role):
        z = _standardised(data, competence @ data.mu)
        weights = expected.weights(z)
        common = expected.follows(z) * _moments_of(data)[1] * _errors(expected)
        rng = np.random.Generator(np.random.PCG64(child_seed("expected", data.name)))
        chosen = systematic(weights, len(weights), rng)
        particles = replace(particles, theta=particles.theta[chosen])
        competence = competence[chosen]
    return Fitted(
        particles=particles,
        competence=competence,
        volume=competence @ data.mu,
        floor=floor,
        common=common,
    )


def with_expectations(families: Sequence[FamilyData], roles: Sequence[str]) -> list[FamilyData]:
    """The same families, each knowing what every model's others lead to expect of it.

    Fixed designs stay as they are: their intervals are not from a posterior.
    """
    adaptive = [data for data in families if LOOK in data.shares]
    found = {role: _expected(adaptive, role) for role in roles}
    expected = {role: of_role for role, of_role in found.items() if of_role}
    return [replace(data, expected=expected if LOOK in data.shares else {}) for data in families]


def _expected(families: Sequence[FamilyData], role: str) -> Ability | None:
    answered = [(data, data.scored(role)) for data in families if data.scored(role).any()]
    return ability(
        [_standardised(data, fitted(data, role, keep).volume) for data, keep in answered]
    )


def _standardised(data: FamilyData, volume: Floats) -> Floats:
    """[K] log odds of volumes, in standard deviations from what the family's prior expects."""
    mean, sd = _moments_of(data)
    return np.asarray((log_odds(volume) - mean) / sd)


def _errors(ability: Ability) -> Floats:
    """[DRAWS] of the ability's mean; the same for models that have answered alike."""
    seed = child_seed("ability", repr(ability.mean), repr(ability.sd))
    rng = np.random.Generator(np.random.PCG64(seed))
    return ability.error * rng.standard_normal(DRAWS)


def _moments_of(data: FamilyData) -> tuple[float, float]:
    return _moments(data.layout, data.grid, data.weights)


@lru_cache(maxsize=256)
def _moments(
    layout: Layout, grid: tuple[Coordinate, ...], weights: tuple[float, ...]
) -> tuple[float, float]:
    """Mean and standard deviation of the log odds of S under the prior."""
    rng = np.random.Generator(np.random.PCG64(0))
    chosen = rng.choice(len(grid), _PLACES, p=weights) if len(grid) > _PLACES else range(len(grid))
    mu = None if len(grid) > _PLACES else weights
    box = layout.columns([grid[i] for i in chosen])
    regions = prior(len(layout.doses), _DRAWS, rng, layout.labels).regions
    values = log_odds(np.average(regions.competence(box), axis=1, weights=mu))
    return float(values.mean()), float(values.std())


def _floor(data: FamilyData, role: str) -> Floats:
    """[places] success at competence 0."""
    answered = data.scored(role)
    scores = data.scores[role][answered]
    reasons = [r for r, scored in zip(data.reasons[role], answered, strict=True) if scored]
    asked = data.u[data.place_of[answered]]
    return data.chance * readable_share(asked, readable(reasons, scores), data.u)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Key:
    """A posterior's data, hashed by value: a teacher's is needed again for every student."""

    tally: Tally
    family: str

    @property
    def _facts(self) -> tuple[object, ...]:
        t = self.tally
        arrays = (t.u, t.successes, t.trials, t.floor)
        return (self.family, t.chance, t.labels, *(array.tobytes() for array in arrays))

    def __hash__(self) -> int:
        return hash(self._facts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self._facts == other._facts


@lru_cache(maxsize=64)
def _remembered(key: _Key) -> Particles:
    return posterior(key.tally, seed=child_seed("posterior", key.family))
