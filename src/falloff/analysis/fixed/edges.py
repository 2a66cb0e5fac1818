"""Edges and their ratios, from draws of where curves cross: censored at the ends of the levels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from falloff.analysis.data import Floats
from falloff.analysis.estimates import UNDEFINED, Censoring, Interval
from falloff.analysis.intervals import HIGH, LOW


def bounded(crossing: Floats, low: float, high: float) -> Floats:
    """[R] crossings as far as a model's levels go: −inf before the first, inf past the last."""
    return np.where(crossing > high, np.inf, np.where(crossing < low, -np.inf, crossing))


def edge_interval(
    crossing: Floats, low: float, high: float, level: Callable[[float], float]
) -> Interval:
    """An edge as a level, from :func:`bounded` draws of its z, the first the point estimate.

    Past the last level it is censored ``above`` with that level as its estimate, before the first
    ``below``. A bound outside the levels is None.
    """
    near, far = _quantiles(crossing)
    inside = [None if np.isinf(z) else level(float(z)) for z in (near, far)]
    censored = _side(float(crossing[0]))
    end = {"above": high, "below": low, None: float(crossing[0])}[censored]
    return Interval(estimate=level(end), low=inside[0], high=inside[1], censored=censored)


def log_ratio_interval(first: Floats, second: Floats, ends: tuple[Floats, Floats]) -> Interval:
    """ln(second/first) from paired draws of two edges in levels, infinite where censored.

    ``ends``: the lowest and highest level of the first and of the second; undefined where a lowest
    is not above 0. Where one estimate is censored, so is the ratio; where both are on the same
    side, nothing can be said of it. In a draw with both censored alike the ratio could be anything,
    and counts as infinite for either bound.
    """
    sides = (_side(float(first[0])), _side(float(second[0])))
    if min(end[0] for end in ends) <= 0 or (sides[0] and sides[0] == sides[1]):
        return UNDEFINED
    point = [_at_end(float(e[0]), end) for e, end in zip((first, second), ends, strict=True)]
    one, two = (_log(e[1:]) for e in (first, second))
    alike = np.isinf(one) & (one == two)
    difference = np.where(alike, 0.0, two) - np.where(alike, 0.0, one)
    estimate = float(np.log(point[1]) - np.log(point[0]))
    low, _ = _quantiles(np.append(estimate, np.where(alike, -np.inf, difference)))
    _, high = _quantiles(np.append(estimate, np.where(alike, np.inf, difference)))
    rises = sides[1] == "above" or sides[0] == "below"
    censored: Censoring | None = None if sides == (None, None) else "above" if rises else "below"
    return Interval(estimate=estimate, low=_finite(low), high=_finite(high), censored=censored)


def _quantiles(draws: Floats) -> tuple[float, float]:
    """The bounds of draws that may be infinite, with the first, the estimate, between them."""
    low, high = np.quantile(draws[1:], [LOW, HIGH], method="inverted_cdf")
    return min(float(low), float(draws[0])), max(float(high), float(draws[0]))


def _side(z: float) -> Censoring | None:
    return None if np.isfinite(z) else "above" if z > 0 else "below"


def _at_end(edge: float, ends: Floats) -> float:
    """An edge, or the end of the levels at which it is censored."""
    return edge if np.isfinite(edge) else float(ends[1] if edge > 0 else ends[0])


def _log(edges: Floats) -> Floats:
    """ln of edges; infinite ones stay as they are."""
    finite = np.isfinite(edges)
    return np.where(finite, np.log(np.where(finite, edges, 1.0)), edges)


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
