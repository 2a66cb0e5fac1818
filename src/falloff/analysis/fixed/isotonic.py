"""The monotone fit: the best curve that never rises with the level, and assumes nothing else.

It stands beside the logistic curve as a check, as point estimates alone: resampling is not valid
for its values at single levels (Sen, Banerjee & Woodroofe 2010).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression

from falloff.analysis.data import Floats


@dataclass(frozen=True, kw_only=True)
class Monotone:
    """Mean scores at each place, pooled until they fall; straight lines in z between places.

    ``z``, ``score``: [places], z ascending, scores not corrected for chance.
    """

    z: Floats
    score: Floats

    def crossing(self, score: float) -> float:
        """The z at which the score falls to ``score``: −inf if it starts below, inf if never."""
        below = np.flatnonzero(self.score < score)
        if below.size == 0:
            return np.inf
        if (right := int(below[0])) == 0:
            return -np.inf
        drop = self.score[right - 1] - self.score[right]
        share = (self.score[right - 1] - score) / drop
        return float(self.z[right - 1] + share * (self.z[right] - self.z[right - 1]))

    def area(self, chance: float) -> float:
        """Mean competence over the range of the places."""
        mean = np.trapezoid(self.score, self.z) / (self.z[-1] - self.z[0])
        return float((mean - chance) / (1 - chance))


def fit_monotone(z: Floats, score: Floats, weight: Floats) -> Monotone:
    """Pool adjacent violators over the mean scores by place. All arrays [n], in any order."""
    places, place = np.unique(z, return_inverse=True)
    weights = np.bincount(place, weight)
    means = np.bincount(place, weight * score) / weights
    return Monotone(z=places, score=isotonic_regression(means, weights=weights, increasing=False).x)
