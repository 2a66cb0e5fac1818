"""From joint draws to intervals: 90 %, by quantiles, the point estimate kept inside."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from falloff.analysis.data import Floats
from falloff.analysis.estimates import UNDEFINED, Interval
from falloff.core import Axis

LOW, HIGH = 0.05, 0.95


def interval(draws: Floats) -> Interval:
    """From draws whose first is the point estimate; undefined where that is not finite."""
    point = float(draws[0])
    rest = draws[1:][np.isfinite(draws[1:])]
    if not np.isfinite(point) or rest.size == 0:
        return UNDEFINED
    low, high = (float(q) for q in np.quantile(rest, [LOW, HIGH]))
    return Interval(estimate=point, low=min(low, point), high=max(high, point))


def weighted(parts: Sequence[tuple[float, Floats | None]]) -> Floats | None:
    """The weighted mean of draws, those without any left out; None if none is left."""
    known = [(weight, draws) for weight, draws in parts if weight and draws is not None]
    total = sum(weight for weight, _ in known)
    if not known:
        return None
    return np.asarray(np.sum([weight / total * draws for weight, draws in known], axis=0))


def edge_interval(draws: Floats, axis: Axis) -> Interval:
    """An edge in doses, from draws of its u; NaN counts as below from the start.

    Beyond the top of the box the edge is not known: ``censored="above"`` with the top as its
    estimate. A bound beyond the top is None. Between two neighbouring doses that can be asked no
    answer tells where the edge is, only the curve's form: an interval inside them is widened to
    them.
    """
    if np.isnan(draws[0]):
        return UNDEFINED
    low, high = np.quantile(np.nan_to_num(draws[1:], nan=0.0), [LOW, HIGH], method="higher")
    low, high = min(low, draws[0]), max(high, draws[0])
    if draws[0] > 1:
        return Interval(
            estimate=axis.top, low=axis.dose(min(float(low), 1.0)), high=None, censored="above"
        )
    if high > 1:
        return Interval(estimate=axis.dose(float(draws[0])), low=axis.dose(float(low)), high=None)
    first, last = _told_apart(axis, axis.dose(float(low)), axis.dose(float(high)))
    return Interval(estimate=axis.dose(float(draws[0])), low=first, high=last)


def _told_apart(axis: Axis, low: float, high: float) -> tuple[float, float]:
    """The bounds, or the whole doses around them if there is none between."""
    whole = float(np.floor(low)), float(np.floor(low)) + 1
    return whole if axis.integer and high <= whole[1] else (low, high)
