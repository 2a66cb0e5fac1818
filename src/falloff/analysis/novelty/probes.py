"""The probes of all families in one row of arrays, with their distances, and draws over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from falloff.analysis.data import FamilyData, Floats
from falloff.analysis.draws import DRAWS, item_sums
from falloff.core import child_seed


@dataclass(frozen=True, kw_only=True)
class Probes:
    """n probes whose distance to the training prompts is known; all arrays [n] but ``scores``.

    ``weight``: each family's part of the headline over its probes, with a mean of 1; 0 where the
    family claims nothing. ``scores`` by role, NaN where there is none. ``item`` are clusters.
    ``place`` numbers a probe's coordinate among its family's places.
    """

    family: NDArray[np.intp]
    place: NDArray[np.intp]
    distance: Floats
    weight: Floats
    chance: Floats
    at_centre: NDArray[np.bool_]
    item: NDArray[np.intp]
    scores: Mapping[str, Floats]

    @classmethod
    def of(
        cls,
        families: Sequence[FamilyData],
        distances: Mapping[str, Floats],
        weights: Mapping[str, float],
        roles: Sequence[str],
    ) -> Probes:
        """``distances`` by family, NaN where a probe's is not known."""
        known = [~np.isnan(distances[data.name]) for data in families]
        counts = [int(here.sum()) for here in known]
        parts = [weights[d.name] / max(n, 1) for d, n in zip(families, counts, strict=True)]
        weight = np.repeat(parts, counts)
        # Items of different families are different, whatever they are numbered.
        first = np.cumsum([0, *(len(data.coordinates) for data in families)])[:-1]
        items = [d.item_of[k] + at for d, k, at in zip(families, known, first, strict=True)]
        pairs = list(zip(families, known, strict=True))
        empty = np.empty(0)
        return cls(
            family=np.repeat(np.arange(len(families)), counts),
            place=np.concatenate([empty, *(d.place_of[k] for d, k in pairs)]).astype(np.intp),
            distance=np.concatenate([empty, *(distances[d.name][k] for d, k in pairs)]),
            weight=weight / (weight.mean() or 1.0) if weight.size else weight,
            chance=np.repeat([data.chance for data in families], counts).astype(np.float64),
            at_centre=np.concatenate([empty, *(d.at_centre[k] for d, k in pairs)]).astype(bool),
            item=np.concatenate([empty, *items]).astype(np.intp),
            scores={r: np.concatenate([empty, *(d.scores[r][k] for d, k in pairs)]) for r in roles},
        )

    def scored(self, *roles: str) -> NDArray[np.bool_]:
        """[n] those that count and that all of ``roles`` have a score on."""
        there = [~np.isnan(self.scores[role]) for role in roles]
        return np.asarray(np.all([self.weight > 0, *there], axis=0))

    def shares(self, group: NDArray[np.intp], groups: int) -> tuple[NDArray[np.intp], Floats]:
        """[groups] number of probes and share of the weight in each group."""
        weight = self.weight if self.weight.any() else np.ones(len(self.weight))
        shares = np.bincount(group, weight, minlength=groups)
        return np.bincount(group, minlength=groups), shares / max(float(shares.sum()), 1e-12)


def group_means(
    probes: Probes, roles: tuple[str, ...], group: NDArray[np.intp], groups: int
) -> tuple[NDArray[np.intp], Floats]:
    """[groups] probes that all roles have a score on, and [1 + DRAWS, groups, roles] competence.

    ``group``: [n]. Joint draws: the Bayesian bootstrap by item, with a prior item in every group
    that any of the roles may have solved. A group without probes is NaN at the point estimate.
    """
    keep = probes.scored(*roles)
    where, weight, chance = group[keep], probes.weight[keep], probes.chance[keep]
    competence = [(probes.scores[role][keep] - chance) / (1 - chance) for role in roles]
    quantities = len(roles) + 1
    _, item = np.unique(probes.item[keep], return_inverse=True)
    values = np.zeros((int(item.max(initial=-1)) + 1, groups * quantities))
    for i, column in enumerate([weight, *(weight * c for c in competence)]):
        np.add.at(values, (item, where * quantities + i), column)
    rng = np.random.Generator(np.random.PCG64(child_seed("novelty", *roles)))
    sums = item_sums(values, rng).reshape(1 + DRAWS, groups, quantities)
    # Who of the roles might have solved one more: each combination weighs the same, 1 together.
    patterns = 1 << len(roles)
    prior = rng.gamma(1 / patterns, size=(1 + DRAWS, groups, patterns))
    prior[0] = 0.0
    solved = (np.arange(patterns)[:, None] >> np.arange(len(roles))) & 1
    total = sums[:, :, 0] + prior.sum(axis=2)
    gained = sums[:, :, 1:] + prior @ solved
    means = np.divide(
        gained, total[:, :, None], out=np.full_like(gained, np.nan), where=total[:, :, None] > 0
    )
    return np.bincount(where, minlength=groups), means
