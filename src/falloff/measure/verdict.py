"""May the student replace the teacher? One-sided 95 % bounds against a margin."""

from __future__ import annotations

import math

import numpy as np

from falloff.measure.data import Floats
from falloff.measure.estimates import Verdict

MARGIN = 0.9
_Z = 1.645
# Beyond this many more probes "run more" is no advice.
_MOST_FURTHER = 100_000


def verdict(draws: Floats, *, probes: int, margin: float = MARGIN) -> Verdict:
    """From joint draws of headline retention, the first its point estimate.

    The 5 % and 95 % quantiles are one-sided 95 % bounds. ``probes`` were spent on these draws; a
    bound's distance shrinks with their square root, which gives the further probes needed.
    """
    if draws.size == 0 or not np.isfinite(draws[0]):
        return Verdict(status="inconclusive", margin=margin, low=None, high=None)
    low, high = (float(q) for q in np.quantile(draws[1:], [0.05, 0.95]))
    if low > margin:
        return Verdict(status="pass", margin=margin, low=low, high=high)
    if high < margin:
        return Verdict(status="fail", margin=margin, low=low, high=high)
    return Verdict(
        status="inconclusive",
        margin=margin,
        low=low,
        high=high,
        further_probes=_further(draws, probes, margin),
    )


def _further(draws: Floats, probes: int, margin: float) -> int | None:
    distance = abs(float(draws[0]) - margin)
    if distance == 0:
        return None
    total = probes * (_Z * float(draws[1:].std()) / distance) ** 2
    further = math.ceil(max(total - probes, 1))
    return further if further <= _MOST_FURTHER else None
