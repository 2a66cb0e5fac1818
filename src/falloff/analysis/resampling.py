"""Paired resampling by item: joint draws of everything that is estimated from one set of probes.

The Bayesian bootstrap (Rubin 1981) gives every item a weight drawn from Exp(1); the same weights
serve all models, so that pairs stay pairs, and an item is one cluster. A prior item, spread evenly
over the outcome patterns, keeps intervals honest where all answers agree: for a single share of
fresh items it is exactly Jeffreys' interval, Beta(s + ½, f + ½).
"""

from __future__ import annotations

import numpy as np

from falloff.analysis.data import BOX, FamilyData, Floats
from falloff.analysis.draws import (
    DRAWS,
    Draws,
    answers_per_item,
    corrected,
    item_weights,
    outcome_patterns,
    smoothed_mean,
)
from falloff.analysis.region import Regions
from falloff.analysis.region_fit import fit
from falloff.core import child_seed


def bootstrap_draws(data: FamilyData, roles: tuple[str, ...], *, tau: float) -> dict[str, Draws]:
    """Joint draws for ``roles`` from the probes that all of them have answered.

    Deterministic: the stream is derived from the family's name alone, so an estimate moves only
    when its data do.
    """
    keep = data.scored(*roles)
    place, centre = data.place_of[keep], data.at_centre[keep]
    from_box, seen = _drawn_from_box(data, keep)
    rng = np.random.Generator(np.random.PCG64(child_seed("bootstrap", data.name)))
    item = data.item_of[keep]
    weights = item_weights(item, rng)
    patterns = outcome_patterns(len(roles))
    prior = rng.gamma(1 / len(patterns), size=(2, 1 + DRAWS, len(patterns)))
    prior[:, 0] = 1 / len(patterns)
    prior *= answers_per_item(item)
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
            + seen
            * smoothed_mean(
                residual,
                weights * from_box,
                could[None] - (competence @ data.mu)[:, None],
                prior[1],
            ),
            volume_at=(competence >= tau) @ data.mu,
            competence=competence,
        )
    return result


def _drawn_from_box(data: FamilyData, keep: np.ndarray) -> tuple[Floats, float]:
    """[kept] weights that make the probes a sample of μ, and the part of μ that they can stand for.

    Probes drawn from the box are one as they are. In a table without any, each cell's answers stand
    for its part of μ, however many they are; cells without answers have the fit alone.
    """
    box = data.share(BOX)[keep]
    if box.any():
        return box.astype(np.float64), 1.0
    place = data.place_of[keep]
    part = data.mu[place] / np.bincount(place, minlength=len(data.places))[place]
    seen = float(part.sum())
    return part * len(place) / max(seen, 1e-12), seen


def _fit(data: FamilyData, place: np.ndarray, score: Floats, weights: Floats) -> Regions:
    """Regions fitted to every weighted copy; data are summed by place first."""
    onehot = np.zeros((len(place), len(data.places)))
    onehot[np.arange(len(place)), place] = 1.0
    trials, successes = weights @ onehot, (weights * score) @ onehot
    labels = data.layout.labels
    _, point = fit(data.u, successes[:1], trials[:1], data.chance, labels=labels)
    return fit(data.u, successes, trials, data.chance, start=point[0], labels=labels)[0]
