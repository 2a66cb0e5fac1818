"""The rim: how far training prompts lie from each other, which is the unit of novelty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from falloff.analysis.data import Floats
from falloff.analysis.novelty.nearest import NearestPrompts
from falloff.core import child_seed

# Distinct training prompts below which there is no rim to speak of.
LEAST_PROMPTS = 50
# A rim nearer than this is that of a template with its blanks filled in.
LEAST_DISTANCE = 0.05
# Nearer than this a probe says what a training prompt says, all but a letter or two.
NEAR_DUPLICATE = 0.05
_QUANTILE = 0.95
# Prompts whose distances stand for all: the quantile is then known to ± 0.7 points of a percent.
_SAMPLE = 4000


@dataclass(frozen=True, kw_only=True)
class Rim:
    """``distance``: the 95th percentile of distances from a training prompt to its nearest other.

    ``prompts`` are distinct. ``why`` says why the rim is not identifiable; None where it is.
    """

    distance: float
    prompts: int
    why: str | None = None

    def novelty(self, distance: Floats) -> Floats:
        """Distances in units of the rim; NaN where it is not identifiable."""
        if self.why:
            return np.full(np.shape(distance), np.nan)
        return np.asarray(distance / self.distance)


def rim_of(nearest: NearestPrompts) -> Rim:
    """The rim of distinct prompts: of all, or of 4,000 drawn from them."""
    count = len(nearest)
    if count < LEAST_PROMPTS:
        why = f"there are {count} distinct training prompts, and a rim needs {LEAST_PROMPTS}"
        return Rim(distance=0.0, prompts=count, why=why)
    index = np.arange(count)
    if count > _SAMPLE:
        rng = np.random.Generator(np.random.PCG64(child_seed("rim", count)))
        index = np.sort(rng.choice(count, _SAMPLE, replace=False))
    distance = float(np.quantile(nearest.own_distances(index), _QUANTILE))
    return Rim(distance=distance, prompts=count, why=_template(distance))


def _template(distance: float) -> str | None:
    if distance >= LEAST_DISTANCE:
        return None
    return (
        f"95 in 100 training prompts are within {distance:.3f} of another: they are one template"
        " with its blanks filled in"
    )
