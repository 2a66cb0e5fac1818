"""A fixed design's curves and pairs as tables."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from falloff.analysis.estimates import Interval
from falloff.report.listings import Listing, sparkline
from falloff.report.numerals import (
    DASH,
    number_interval,
    percent,
    percent_interval,
    points_interval,
    quantity,
)
from falloff.report.visible import one_line

if TYPE_CHECKING:
    from falloff.analysis.fixed import CurvePair, FittedCurve, FixedFit

_SPARKS = 12
# The logarithm of the largest ratio that a float holds.
_LARGEST = 709.0
# More pairs than this are for --json.
_MOST_PAIRS = 12


def fit_listings(fit: FixedFit, *, ascii_only: bool = False) -> tuple[Listing, ...]:
    """The curves, then the pairs, if there are any."""
    at = f"Edge at {percent(fit.criterion, _decimals(fit.criterion))}"
    curves = Listing(
        title=f"Curves over {fit.scale.words}",
        heads=("Model", "Curve", at, "Half", "80 %", "Steepness", "Area", "Monotone edge", "Items"),
        spare=("Items", "Monotone edge", "Steepness"),
        rows=tuple(_curve(curve, ascii_only) for curve in fit.curves),
    )
    if abs(2 * fit.criterion - 1 - fit.chance) < 1e-9:  # the edge is where competence is one half
        curves = replace(curves, spare=("Half", *curves.spare)).without("Half")
    return (curves, _pairs(fit)) if fit.pairs else (curves,)


def _curve(curve: FittedCurve, ascii_only: bool) -> tuple[str, ...]:
    last = len(curve.drawn.score) - 1
    sampled = [curve.drawn.score[round(i * last / (_SPARKS - 1))] for i in range(_SPARKS)]
    return (
        one_line(curve.model),
        sparkline(sampled, ascii_only=ascii_only),
        number_interval(curve.edge),
        number_interval(curve.edge50),
        number_interval(curve.edge80),
        number_interval(curve.steepness),
        percent_interval(curve.area),
        DASH if curve.monotone_edge is None else quantity(curve.monotone_edge),
        f"{curve.items:,}",
    )


def _pairs(fit: FixedFit) -> Listing:
    left = len(fit.pairs) - _MOST_PAIRS
    more = f" (the first {_MOST_PAIRS} of {len(fit.pairs)}; all with --json)" if left > 0 else ""
    return Listing(
        title=f"Pairs that share items{more}",
        heads=("Model", "Against", "Area difference", "Edge ratio", "Shared items"),
        spare=("Shared items",),
        rows=tuple(_pair(pair) for pair in fit.pairs[:_MOST_PAIRS]),
    )


def _pair(pair: CurvePair) -> tuple[str, ...]:
    return (
        one_line(pair.model),
        one_line(pair.reference),
        points_interval(pair.area_difference),
        number_interval(_ratio(pair.log_edge_ratio)),
        f"{pair.items:,}",
    )


def _ratio(log: Interval) -> Interval:
    """The ratio itself, from its logarithm."""

    def plain(value: float | None) -> float | None:
        return None if value is None else math.exp(min(value, _LARGEST))

    return Interval(
        estimate=plain(log.estimate),
        low=plain(log.low),
        high=plain(log.high),
        censored=log.censored,
    )


def _decimals(share: float) -> int:
    return 0 if abs(100 * share - round(100 * share)) < 1e-9 else 1
