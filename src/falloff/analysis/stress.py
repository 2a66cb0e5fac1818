"""What a stressor costs on a benchmark of fixed items: the original against the stressed.

The original is the same prompt in every family of a benchmark, so its answers are taken together
over all of them. Intervals are of a Bayesian bootstrap by item: an item has one weight a draw for
all its answers, original and stressed, of both models, so that differences are paired.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from falloff.analysis.data import FamilyData, Floats
from falloff.analysis.draws import DRAWS, outcome_patterns, weight_shape
from falloff.analysis.estimates import Fall, Stress
from falloff.analysis.intervals import interval
from falloff.core import child_seed


def stresses(families: Sequence[FamilyData], roles: tuple[str, ...]) -> dict[str, Stress]:
    """By family of a pool, what its stressor costs each of ``roles``, the first the reference.

    A family without original or stressed answers of all roles is left out.
    """
    pooled = [data for data in families if data.pool and data.items]
    if not pooled:
        return {}
    named = dict.fromkeys(item for data in pooled for item in data.items or ())
    items = {item: i for i, item in enumerate(named)}
    originals = _Answers.together(
        [_Answers.of(data, roles, items, data.at_centre) for data in pooled]
    )
    found = {}
    for data in pooled:
        stressed = _Answers.of(data, roles, items, ~data.at_centre)
        if not (originals.item.size and stressed.item.size):
            continue
        rng = np.random.Generator(np.random.PCG64(child_seed("stress", data.name)))
        # Of few items weights vary more, by the smaller of the two sets.
        shape = weight_shape(min(originals.items, stressed.items))
        weights = rng.standard_gamma(shape, size=(1 + DRAWS, len(items))) / shape
        weights[0] = 1.0
        original, means = originals.means(weights, rng), stressed.means(weights, rng)
        falls = tuple(
            _fall(originals, stressed, i, original[i], means[i]) for i in range(len(roles))
        )
        found[data.name] = Stress(
            falls=falls,
            more=interval((original[-1] - means[-1]) - (original[0] - means[0])),
            lost=int(((stressed.scores[0] >= 1) & (stressed.scores[-1] < 1)).sum()),
            gained=int(((stressed.scores[0] < 1) & (stressed.scores[-1] >= 1)).sum()),
            used=data.pool.used if data.pool else 0,
            rejected=dict(data.pool.rejected) if data.pool else {},
        )
    return found


class _Answers:
    """``scores`` [roles, n] on ``item`` [n], each with a ``share`` [n] in the mean."""

    def __init__(self, scores: Floats, item: np.ndarray, share: Floats) -> None:
        self.scores = scores
        self.item = item
        self.share = share

    @classmethod
    def of(
        cls,
        data: FamilyData,
        roles: tuple[str, ...],
        items: Mapping[str, int],
        where: np.ndarray,
    ) -> _Answers:
        """Of those asked ``where`` [n]: listed levels weigh the same, however often asked."""
        keep = where & data.scored(*roles)
        level = _nearest(data)[keep]
        count = np.bincount(level, minlength=1) if level.size else np.ones(1)
        share = level.size / max((count > 0).sum(), 1) / count[level]
        names = np.array(data.items or (), dtype=object)[keep]
        return cls(
            np.array([data.scores[role][keep] for role in roles]).reshape(len(roles), -1),
            np.array([items[name] for name in names], dtype=np.intp),
            np.asarray(share, dtype=np.float64),
        )

    @classmethod
    def together(cls, parts: Sequence[_Answers]) -> _Answers:
        return cls(
            np.concatenate([part.scores for part in parts], axis=1),
            np.concatenate([part.item for part in parts]),
            np.concatenate([part.share for part in parts]),
        )

    @property
    def items(self) -> int:
        return len(np.unique(self.item))

    def means(self, weights: Floats, rng: np.random.Generator) -> list[Floats]:
        """[1 + DRAWS] a role, the share solved, with one prior answer in all.

        A prior answer is one of who solves what: for one model, Beta(½, ½).
        """
        patterns = outcome_patterns(len(self.scores))
        prior = rng.gamma(1 / len(patterns), size=(len(weights), len(patterns)))
        prior[0] = 0.0
        weight = weights[:, self.item] * self.share
        total = weight.sum(axis=1) + prior.sum(axis=1)
        return [
            np.asarray((weight @ scores + prior @ patterns[:, i]) / total)
            for i, scores in enumerate(self.scores)
        ]


def _nearest(data: FamilyData) -> np.ndarray:
    """[n] index of the place of the grid that is nearest to each probe, in u."""
    grid = data.u[: len(data.grid)]
    u = data.u[data.place_of]
    away = np.where((grid == 0).all(axis=1), np.inf, 0.0)
    off_centre = ~data.at_centre
    distance = ((u[:, None] - grid[None]) ** 2).sum(axis=2)
    distance[off_centre] += away
    return np.asarray(distance.argmin(axis=1))


def _fall(
    originals: _Answers, stressed: _Answers, role: int, before: Floats, after: Floats
) -> Fall:
    """``broken`` and ``mended`` are of stressed probes whose item was asked as it stands too."""
    sums = np.bincount(originals.item, weights=originals.scores[role])
    asked = np.bincount(originals.item)
    known = np.zeros(int(max(originals.item.max(), stressed.item.max())) + 1)
    known[: len(sums)] = np.divide(sums, asked, out=np.full(len(sums), -1.0), where=asked > 0)
    known[len(sums) :] = -1.0
    at_first, now = known[stressed.item], stressed.scores[role]
    return Fall(
        original=interval(before),
        stressed=interval(after),
        fall=interval(before - after),
        broken=int(((at_first > 0.5) & (now < 1)).sum()),
        mended=int(((at_first >= 0) & (at_first <= 0.5) & (now >= 1)).sum()),
    )
