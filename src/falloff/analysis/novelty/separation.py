"""How well a number tells two groups apart."""

from __future__ import annotations

import numpy as np

from falloff.analysis.data import Floats


def auc(near: Floats, far: Floats) -> float:
    """P(one of ``far`` is larger than one of ``near``), ties counting half: 0.5 is blind, 1 sees.

    The area under the ROC curve, by ranks (Mann & Whitney 1947).
    """
    both = np.concatenate([near, far])
    _, index, count = np.unique(both, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[index]
    beyond = rank[len(near) :].sum() - len(far) * (len(far) + 1) / 2
    return float(beyond / (len(near) * len(far)))
