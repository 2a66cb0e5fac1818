"""Two models on the same items, asked by somebody else: ratio, difference and flips.

Nothing was placed by earlier answers, so items are resampled as they are: the Bayesian bootstrap by
group, paired, with a prior item.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr

from falloff.analysis.contrasts import ratio
from falloff.analysis.data import Floats
from falloff.analysis.draws import DRAWS, item_sums, outcome_patterns
from falloff.analysis.estimates import UNDEFINED, Interval
from falloff.analysis.intervals import interval
from falloff.analysis.pair_estimates import Churn
from falloff.core import child_seed

# A mean score at least so high counts as solved, for flips.
SOLVED = 0.5
# Competence of a reference below which a ratio to it says nothing.
_LEAST = 0.02


@dataclass(frozen=True, kw_only=True)
class Paired:
    """``model`` against ``reference`` on ``items`` in ``groups``.

    Scores and their ``difference`` are as logged; ``retention`` is the ratio with chance removed.
    ``p``: McNemar's exact test of the flips, two-sided; None where items come in groups.
    """

    items: int
    groups: int
    reference: Interval
    model: Interval
    difference: Interval
    retention: Interval
    churn: Churn
    p: float | None


def compare_paired(
    reference: Floats, model: Floats, group: NDArray[np.generic], *, chance: float = 0.0
) -> Paired:
    """Scores [n] in [0, 1] of the same items; ``group`` [n]: equal where items belong together."""
    _, index = np.unique(group, return_inverse=True)
    groups = int(index.max(initial=-1)) + 1
    columns = (np.ones(len(model)), reference, model)
    values = np.column_stack([np.bincount(index, column) for column in columns]).astype(float)
    rng = np.random.Generator(np.random.PCG64(child_seed("paired", groups)))
    patterns = outcome_patterns(2)
    prior = rng.gamma(1 / len(patterns), size=(1 + DRAWS, len(patterns)))
    prior *= len(model) / max(groups, 1)
    prior[0] = 0.0
    sums = item_sums(values, rng)
    total = sums[:, 0] + prior.sum(axis=1)
    means = (sums[:, 1:] + prior @ patterns) / total[:, None]
    competence = (means - chance) / (1 - chance)
    churn = churn_at(reference, model)
    return Paired(
        items=len(model),
        groups=groups,
        reference=interval(means[:, 0]),
        model=interval(means[:, 1]),
        difference=interval(means[:, 1] - means[:, 0]),
        retention=ratio(competence[:, 1], competence[:, 0])
        if competence[0, 0] > _LEAST
        else UNDEFINED,
        churn=churn,
        p=mcnemar(churn.lost, churn.gained) if groups == len(model) else None,
    )


def churn_at(reference: Floats, model: Floats) -> Churn:
    """Flips both ways, from scores [n]."""
    left, right = reference >= SOLVED, model >= SOLVED
    return Churn(
        both=int((left & right).sum()),
        lost=int((left & ~right).sum()),
        gained=int((~left & right).sum()),
        neither=int((~left & ~right).sum()),
        same_wrong=0,
    )


def mcnemar(lost: int, gained: int) -> float:
    """Two-sided exact p of as many flips one way, if both ways were as likely (McNemar 1947)."""
    flips = lost + gained
    return float(min(1.0, 2 * bdtr(min(lost, gained), flips, 0.5))) if flips else 1.0
