"""Paired resampling by item: joint draws of everything that is estimated from one set of probes.

The Bayesian bootstrap (Rubin 1981) gives every item a weight drawn from Exp(1); the same weights
serve all models, so that pairs stay pairs, and an item is one cluster. A prior item, spread evenly
over the outcome patterns, keeps intervals honest where all answers agree: for a single share of
fresh items it is exactly Jeffreys' interval, Beta(s + ½, f + ½).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from falloff.analysis.data import BOX, FamilyData, Floats
from falloff.analysis.draws import (
    DRAWS,
    Draws,
    answers_per_item,
    corrected,
    group_weights,
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
    scores = np.array([data.scores[role][keep] for role in roles])
    alike = Alike.of(data.place_of[keep], data.share(BOX)[keep], scores)
    item = data.item_of[keep]
    rng = np.random.Generator(np.random.PCG64(child_seed("bootstrap", data.name)))
    weights = group_weights(item, alike.group_of, rng)
    centre = (data.u == 0).all(axis=1)[alike.place]
    from_box, seen = _drawn_from_box(data, alike)
    patterns = outcome_patterns(len(roles))
    prior = rng.gamma(1 / len(patterns), size=(2, 1 + DRAWS, len(patterns)))
    prior[:, 0] = 1 / len(patterns)
    prior *= answers_per_item(item)
    result = {}
    for i, role in enumerate(roles):
        regions = _fit(data, alike.place, alike.scores[i], weights)
        competence = regions.competence(data.u)
        solved, could = (corrected(s, data.chance) for s in (alike.scores[i], patterns[:, i]))
        residual = solved - competence[:, alike.place]
        result[role] = Draws(
            regions=regions,
            centre=smoothed_mean(
                np.broadcast_to(solved[centre], (1 + DRAWS, int(centre.sum()))),
                weights[:, centre],
                np.broadcast_to(could, prior[0].shape),
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


@dataclass(frozen=True, kw_only=True)
class Alike:
    """Answers that count alike, put together: g groups of the same place, purpose and scores.

    ``place`` [g], ``box`` [g] whether drawn from the box, ``scores`` [models, g], ``count`` [g]
    answers; ``group_of`` [n] is the group of each answer. There are few groups however many
    answers, so that time and memory are theirs.
    """

    place: NDArray[np.intp]
    box: NDArray[np.bool_]
    scores: Floats
    count: NDArray[np.intp]
    group_of: NDArray[np.intp]

    @classmethod
    def of(cls, place: NDArray[np.intp], box: NDArray[np.bool_], scores: Floats) -> Alike:
        rows = np.column_stack([place, box, scores.T])
        distinct, group_of, count = np.unique(rows, axis=0, return_inverse=True, return_counts=True)
        return cls(
            place=distinct[:, 0].astype(np.intp),
            box=distinct[:, 1] > 0,
            scores=distinct[:, 2:].T,
            count=count,
            group_of=group_of.reshape(-1),
        )


def _drawn_from_box(data: FamilyData, alike: Alike) -> tuple[Floats, float]:
    """[groups] weights that make the probes a sample of μ, and the part of μ they can stand for.

    Probes drawn from the box are one as they are. In a table without any, each cell's answers stand
    for its part of μ, however many they are; cells without answers have the fit alone.
    """
    if alike.box.any():
        return alike.box.astype(np.float64), 1.0
    asked = np.bincount(alike.place, alike.count, minlength=len(data.places))
    seen = float(data.mu[asked > 0].sum())
    part = data.mu[alike.place] / asked[alike.place]
    return part * asked.sum() / max(seen, 1e-12), seen


def _fit(data: FamilyData, place: np.ndarray, score: Floats, weights: Floats) -> Regions:
    """Regions fitted to every weighted copy; groups are summed by place first."""
    onehot = np.zeros((len(place), len(data.places)))
    onehot[np.arange(len(place)), place] = 1.0
    trials, successes = weights @ onehot, (weights * score) @ onehot
    labels = data.layout.labels
    _, point = fit(data.u, successes[:1], trials[:1], data.chance, labels=labels)
    return fit(data.u, successes, trials, data.chance, start=point[0], labels=labels)[0]
