"""Where competence falls to τ over pairs of dose axes: the rim of a region, to be drawn."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from falloff.analysis.estimates import Contour
from falloff.analysis.intervals import HIGH, LOW
from falloff.analysis.layout import Layout
from falloff.analysis.region import Regions

# Even positions on the first axis, and some close to the edge, where the contour falls steeply.
_POSITIONS = 33
_NEAR = (0.9, 0.96, 0.99, 1.0)
# Positions beyond the box are all alike.
_BEYOND = 1.5


def contours(layout: Layout, regions: Regions, tau: float) -> tuple[Contour, ...]:
    """One for each pair of dose axes; the first of ``regions`` is the point, the rest are draws.

    Along nominal axes they are those of the first labels, where the centre is.
    """
    return tuple(
        _contour(layout, regions, (x, y), tau) for x, y in combinations(range(regions.axes), 2)
    )


def _contour(layout: Layout, regions: Regions, pair: tuple[int, int], tau: float) -> Contour:
    edge = float(regions.point().edge(pair[0], tau)[0])
    near = [edge * share for share in _NEAR if edge * share < 1]
    u = np.unique(np.concatenate([np.linspace(0.0, 1.0, _POSITIONS), near]))
    value = regions.point().contour(*pair, tau, u)[0]
    low, high = np.quantile(
        np.minimum(regions.contour(*pair, tau, u)[1:], _BEYOND), [LOW, HIGH], axis=0
    )
    value = np.minimum(value, _BEYOND)
    return Contour(
        x=layout.doses[pair[0]].name,
        y=layout.doses[pair[1]].name,
        u=tuple(u.tolist()),
        value=tuple(value.tolist()),
        low=tuple(np.minimum(low, value).tolist()),
        high=tuple(np.maximum(high, value).tolist()),
    )
