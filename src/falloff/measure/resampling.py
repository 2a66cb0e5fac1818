"""Paired resampling by item: joint draws of everything that is estimated from one set of probes.

The Bayesian bootstrap (Rubin 1981) gives every item a weight drawn from Exp(1); the same weights
serve all models, so that pairs stay pairs, and an item is one cluster. A prior observation of total
weight 1, spread evenly over the outcome patterns, keeps intervals honest where all answers agree:
for a single share it is exactly Jeffreys' interval, Beta(s + ½, f + ½).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from falloff.core import child_seed
from falloff.measure.data import BOX, FamilyData, Floats
from falloff.measure.region import Regions, fit

# Draws behind every interval: the 5 % and 95 % quantiles rest on 25 draws each.
DRAWS = 500


@dataclass(frozen=True, kw_only=True)
class Draws:
    """Joint draws for some models on one family; index 0 of each array is the point estimate.

    ``centre``, ``volume``, ``volume_at``: [1 + DRAWS]; ``competence``: [1 + DRAWS, places].
    """

    regions: Regions
    centre: Floats
    volume: Floats
    volume_at: Floats
    competence: Floats


def draw(data: FamilyData, roles: tuple[str, ...], *, tau: float) -> dict[str, Draws]:
    """Joint draws for ``roles`` from the probes that all of them have answered.

    Deterministic: the stream is derived from the family's name alone, so an estimate moves only
    when its data do.
    """
    keep = data.scored(*roles)
    place, box, centre = data.place_of[keep], data.share(BOX)[keep], data.at_centre[keep]
    rng = np.random.Generator(np.random.PCG64(child_seed("bootstrap", data.name)))
    weights = rng.exponential(size=(1 + DRAWS, int(keep.sum())))
    weights[0] = 1.0
    patterns = np.array(list(itertools.product((0.0, 1.0), repeat=len(roles))))
    prior = rng.gamma(1 / len(patterns), size=(2, 1 + DRAWS, len(patterns)))
    prior[:, 0] = 1 / len(patterns)
    result = {}
    for i, role in enumerate(roles):
        score = data.scores[role][keep]
        regions = _fit(data, place, score, weights)
        competence = regions.competence(data.u)
        residual = _corrected(data, score) - competence[:, place]
        result[role] = Draws(
            regions=regions,
            centre=_mean(
                np.broadcast_to(_corrected(data, score)[centre], (1 + DRAWS, int(centre.sum()))),
                weights[:, centre],
                np.broadcast_to(_corrected(data, patterns[:, i]), prior[0].shape),
                prior[0],
            ),
            volume=competence @ data.mu
            + _mean(
                residual[:, box],
                weights[:, box],
                _corrected(data, patterns[:, i])[None, :] - (competence @ data.mu)[:, None],
                prior[1],
            ),
            volume_at=(competence >= tau) @ data.mu,
            competence=competence,
        )
    return result


def _fit(data: FamilyData, place: np.ndarray, score: Floats, weights: Floats) -> Regions:
    """Regions fitted to every weighted copy; data are summed by place first."""
    onehot = np.zeros((len(place), len(data.places)))
    onehot[np.arange(len(place)), place] = 1.0
    trials, successes = weights @ onehot, (weights * score) @ onehot
    _, point = fit(data.u, successes[:1], trials[:1], data.chance)
    return fit(data.u, successes, trials, data.chance, start=point[0])[0]


def _corrected(data: FamilyData, score: Floats) -> Floats:
    """Scores with chance removed, (y − g)/(1 − g); not clipped."""
    return (score - data.chance) / (1 - data.chance)


def _mean(values: Floats, weights: Floats, prior_values: Floats, prior: Floats) -> Floats:
    """[draws] weighted mean of the data and the prior observation; the first is the data's own."""
    total = (values * weights).sum(axis=1)
    count = weights.sum(axis=1)
    mixed = (total + (prior_values * prior).sum(axis=1)) / (count + prior.sum(axis=1))
    if values.shape[1]:
        mixed[0] = total[0] / count[0]
    return np.asarray(mixed)
