"""The plot of a fixed design: every model's fitted score over the levels, with the raw scores."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from falloff.analysis.estimates import Interval
from falloff.report.charts import Edge, Line, LineChart, Point
from falloff.report.numerals import dose_label, number_estimate, percent, plural, quantity
from falloff.report.visible import one_line

if TYPE_CHECKING:
    from falloff.analysis.fixed import FittedCurve, FixedFit, LevelScale, LevelScore

# More ticks than this do not fit, and more raw points say no more than their means.
_MOST_TICKS = 12
_MOST_POINTS = 16


def fit_chart(fit: FixedFit, *, level_name: str) -> LineChart:
    """Score, chance included, over ``level_name``; edges are where it falls to the criterion."""
    name = one_line(level_name)
    return LineChart(
        title=f"Score over {name}",
        description=" ".join(_in_words(curve, fit) for curve in fit.curves),
        x_label=f"{name} (log scale)" if fit.scale.name == "log" else name,
        ticks=_ticks(fit),
        lines=tuple(_line(number, curve, fit.scale) for number, curve in enumerate(fit.curves)),
        threshold=fit.criterion,
        mark="",
    )


def _in_words(curve: FittedCurve, fit: FixedFit) -> str:
    first, last = percent(curve.drawn.score[0]), percent(curve.drawn.score[-1])
    edge = number_estimate(curve.edge)
    return (
        f"{one_line(curve.model)}: from {first} at {quantity(curve.lowest)} to {last} at"
        f" {quantity(curve.highest)}, edge at {percent(fit.criterion)}: {edge}."
    )


def _line(number: int, curve: FittedCurve, scale: LevelScale) -> Line:
    return Line(
        number=number,
        name=one_line(curve.model),
        u=curve.drawn.z,
        value=curve.drawn.score,
        low=curve.drawn.low,
        high=curve.drawn.high,
        points=tuple(_point(group, scale) for group in _groups(curve.levels)),
        edge=_edge(curve.edge, scale),
    )


def _groups(levels: tuple[LevelScore, ...]) -> list[tuple[LevelScore, ...]]:
    """Neighbouring levels together, about as many rows in each, where there are many levels."""
    if len(levels) <= _MOST_POINTS:
        return [(level,) for level in levels]
    total, seen = sum(level.n for level in levels), 0
    groups: dict[int, list[LevelScore]] = {}
    for level in levels:
        groups.setdefault(_MOST_POINTS * seen // total, []).append(level)
        seen += level.n
    return [tuple(group) for group in groups.values()]


def _point(group: tuple[LevelScore, ...], scale: LevelScale) -> Point:
    n = sum(level.n for level in group)
    score = sum(level.n * level.score for level in group) / n
    u = sum(level.n * scale.position(level.level) for level in group) / n
    ends = [quantity(level.level) for level in (group[0], group[-1])]
    where = " to ".join(dict.fromkeys(ends))
    return Point(u=u, value=score, n=n, note=f"{where}: {percent(score)} in {plural(n, 'row')}")


def _edge(edge: Interval, scale: LevelScale) -> Edge | None:
    if edge.estimate is None:
        return None
    return Edge(
        u=scale.position(edge.estimate),
        label=number_estimate(edge),
        low=0.0 if edge.low is None else scale.position(edge.low),
        high=1.0 if edge.high is None else scale.position(edge.high),
        beyond=edge.censored is not None,
    )


def _ticks(fit: FixedFit) -> tuple[tuple[float, str], ...]:
    """The levels themselves where they are few, else round numbers between the ends."""
    levels = sorted({level.level for curve in fit.curves for level in curve.levels})
    if len(levels) > _MOST_TICKS:
        levels = _round_levels(fit.scale)
    return tuple((fit.scale.position(level), dose_label(level)) for level in levels)


def _round_levels(scale: LevelScale) -> list[float]:
    """Powers of 2, 4, 8 … on a log scale, else steps of 1, 2 or 5 times a power of ten."""
    low, high = scale.low, scale.high
    if scale.name == "log":
        first = math.ceil(math.log2(low)) if low > 0 else 0
        last = math.floor(math.log2(high))
        every = max(1, math.ceil((last - first + 1) / _MOST_TICKS))
        return [2.0**k for k in range(first, last + 1, every)]
    power = 10 ** math.floor(math.log10((high - low) / 4))
    step = next(m * power for m in (1, 2, 5, 10) if (high - low) / (m * power) <= 8)
    return [
        float(f"{k * step:.12g}") for k in range(math.ceil(low / step), math.floor(high / step) + 1)
    ]
