"""Paired resampling by item: joint draws of everything that is estimated from one set of probes.

The Bayesian bootstrap (Rubin 1981) gives every item a weight drawn from Exp(1); the same weights
serve all models, so that pairs stay pairs, and an item is one cluster. A prior observation of total
weight 1, spread evenly over the outcome patterns, keeps intervals honest where all answers agree:
for a single share it is exactly Jeffreys' interval, Beta(s + ½, f + ½).
"""

from __future__ import annotations

import numpy as np

from falloff.core import child_seed
from falloff.measure.data import BOX, FamilyData, Floats
from falloff.measure.draws import DRAWS, Draws, corrected, outcome_patterns, smoothed_mean
from falloff.measure.region import Regions
from falloff.measure.region_fit import fit


def bootstrap_draws(data: FamilyData, roles: tuple[str, ...], *, tau: float) -> dict[str, Draws]:
    """Joint draws for ``roles`` from the probes that all of them have answered.

    Deterministic: the stream is derived from the family's name alone, so an estimate moves only
    when its data do.
    """
    keep = data.scored(*roles)
    place, box, centre = data.place_of[keep], data.share(BOX)[keep], data.at_centre[keep]
    rng = np.random.Generator(np.random.PCG64(child_seed("bootstrap", data.name)))
    weights = rng.exponential(size=(1 + DRAWS, int(keep.sum())))
    weights[0] = 1.0
    patterns = outcome_patterns(len(roles))
    prior = rng.gamma(1 / len(patterns), size=(2, 1 + DRAWS, len(patterns)))
    prior[:, 0] = 1 / len(patterns)
    result = {}
    for i, role in enumerate(roles):
        score = data.scores[role][keep]
        regions = _fit(data, place, score, weights)
        competence = regions.competence(data.u)
        solved, could = corrected(score, data.chance), corrected(patterns[:, i], data.chance)
        residual = solved - competence[:, place]
        result[role] = Draws(
            regions=regions,
            centre=smoothed_mean(
                np.broadcast_to(
                    corrected(score, data.chance)[centre], (1 + DRAWS, int(centre.sum()))
                ),
                weights[:, centre],
                np.broadcast_to(corrected(patterns[:, i], data.chance), prior[0].shape),
                prior[0],
            ),
            volume=competence @ data.mu
            + smoothed_mean(
                residual[:, box],
                weights[:, box],
                could[None] - (competence @ data.mu)[:, None],
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
    labels = data.layout.labels
    _, point = fit(data.u, successes[:1], trials[:1], data.chance, labels=labels)
    return fit(data.u, successes, trials, data.chance, start=point[0], labels=labels)[0]
