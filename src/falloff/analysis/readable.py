"""The share of answers that can be read, w(u): those that cannot score below chance.

Where chance is g > 0, an unreadable answer (malformed, truncated, refused …) is not even a guess,
so success at competence 0 is g·w, not g. Runs often truncate further out, so w has a trend:

    w(u) = expit(a + s · u)

by logistic regression, penalised towards s = 0, at its mode. Its error moves p by g times itself
and is left out of the intervals.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import expit

from falloff.analysis.data import Floats
from falloff.core import Reason

_READABLE = (Reason.SOLVED, Reason.WRONG)
_ROUNDS = 25
# Standard deviations of the prior on a and s.
_PRIOR_SD = (3.0, 2.0)


def readable(reasons: Sequence[Reason | None], scores: Floats) -> Floats:
    """[n] 1 where an answer could be read, 0 where not; any answer that scored could."""
    return np.array([r in _READABLE for r in reasons], dtype=np.float64).clip(min=scores > 0)


def readable_share(u: Floats, read: Floats, at: Floats) -> Floats:
    """w at the places ``at`` [m, k]; ``read`` [n]: 1 where the answer at ``u`` [n, k] could be."""
    if (read == 1).all():
        return np.ones(len(at))
    design = np.column_stack([np.ones(len(u)), u])
    penalty = 1 / np.array([_PRIOR_SD[0], *[_PRIOR_SD[1]] * u.shape[1]]) ** 2
    beta = np.zeros(design.shape[1])
    for _ in range(_ROUNDS):
        p = expit(design @ beta)
        information = (design * (p * (1 - p))[:, None]).T @ design + np.diag(penalty)
        step = np.linalg.solve(information, design.T @ (read - p) - penalty * beta)
        beta += np.clip(step, -2, 2)
    return np.asarray(expit(np.column_stack([np.ones(len(at)), at]) @ beta))
