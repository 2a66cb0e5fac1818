"""What a probe is expected to cost, in calls of all models, relative to the average: 1 is average.

An episode of sixteen turns is sixteen calls, and farther out there are more of them. Expected calls
at a place are a kernel mean over the probes asked so far, drawn to the family's mean as if
``_PRIOR`` probes had cost that. Where all have cost the same, every price is 1 exactly.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from falloff.sampling.evidence import FamilyEvidence

Floats = NDArray[np.float64]

# Standard deviation of the kernel, in u: about a level to each side.
_WIDTH = 0.15
_PRIOR = 2.0


def prices(u: Floats, calls: Floats, at: Floats) -> Floats:
    """[C] expected calls at the columns ``at`` [C, w] over their mean.

    ``calls`` [n]: of the probes at ``u`` [n, w], NaN where not known.
    """
    known = ~np.isnan(calls)
    paid = calls[known]
    if _alike(paid):
        return np.ones(len(at))
    near = np.exp(-_squared_distances(at, u[known]) / (2 * _WIDTH**2))
    expected = (near @ paid + _PRIOR * paid.mean()) / (near.sum(axis=1) + _PRIOR)
    return np.asarray(expected / paid.mean())


def family_prices(evidence: Mapping[str, FamilyEvidence]) -> dict[str, float]:
    """Expected calls of a probe of each family over their mean."""
    calls = {name: known.all_calls for name, known in evidence.items()}
    paid = {name: c[~np.isnan(c)] for name, c in calls.items()}
    if _alike(np.concatenate(list(paid.values()))):
        return dict.fromkeys(evidence, 1.0)
    overall = float(np.mean([p.mean() for p in paid.values() if p.size]))
    return {
        name: float((p.sum() + _PRIOR * overall) / (p.size + _PRIOR) / overall)
        for name, p in paid.items()
    }


def _alike(paid: Floats) -> bool:
    return not paid.size or float(np.ptp(paid)) == 0.0


def _squared_distances(one: Floats, other: Floats) -> Floats:
    """[n, m] between the rows of [n, w] and of [m, w]."""
    square = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1) - 2 * one @ other.T
    return np.asarray(np.maximum(square, 0.0))
