"""Scatter: a share kept over a share paid, one dot a model, the share paid on a log scale."""

from __future__ import annotations

import math
from dataclasses import dataclass

from markupsafe import Markup

from falloff.report.charts.canvas import element, frame, join, legend, rule, series, text

_WIDTH = 440.0
_LEFT, _RIGHT, _TOP, _HEIGHT = 56.0, 20.0, 24.0, 170.0
# Room beside the outermost dots, as a factor.
_MARGIN = 1.4
_MOST_TICKS = 6


@dataclass(frozen=True, kw_only=True)
class Dot:
    """A model at ``x`` > 0 and ``y``, with the interval of y; ``label`` says both in words."""

    number: int
    name: str
    x: float
    y: float
    low: float | None = None
    high: float | None = None
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class Scatter:
    """x and y are shares: 1 is all."""

    title: str
    description: str
    x_label: str
    y_label: str
    dots: tuple[Dot, ...]


def scatter(chart: Scatter, *, standalone: bool = False) -> Markup:
    """Dots with whiskers; the legend below names them."""
    left, right = (
        math.log10(edge)
        for edge in (
            min(dot.x for dot in chart.dots) / _MARGIN,
            max(dot.x for dot in chart.dots) * _MARGIN,
        )
    )
    top = max(1.05, *(dot.high or dot.y for dot in chart.dots))
    bottom = _TOP + _HEIGHT
    names = [(dot.number, dot.name) for dot in chart.dots]
    legends, height = legend(names, _LEFT, bottom + 60)

    def place_x(x: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (math.log10(x) - left) / (right - left)

    def place_y(y: float) -> float:
        return _TOP + _HEIGHT * (1 - max(y, 0.0) / top)

    def dot_mark(dot: Dot) -> Markup:
        x, y = place_x(dot.x), place_y(dot.y)
        marks = [element("title", f"{dot.name}: {dot.label}")]
        if dot.low is not None and dot.high is not None:
            marks.append(rule(x, place_y(dot.low), x, place_y(dot.high), class_="whisker"))
        marks.append(element("circle", cx=x, cy=y, r=5.0, class_="dot"))
        return series(dot.number, element("g", *marks))

    return frame(
        chart.title,
        chart.description,
        _WIDTH,
        bottom + 60 + height,
        *(_across(place_y(share), share) for share in _shares(top)),
        *(_upright(place_x(x), x, bottom) for x in _ticks(10**left, 10**right)),
        text(chart.y_label, 2, 10, class_="muted"),
        text(
            chart.x_label,
            (_LEFT + _WIDTH - _RIGHT) / 2,
            bottom + 36,
            text_anchor="middle",
            class_="muted",
        ),
        *map(dot_mark, chart.dots),
        legends,
        standalone=standalone,
    )


def _shares(top: float) -> list[float]:
    return [0.25 * i for i in range(int(top / 0.25) + 1)]


def _ticks(low: float, high: float) -> list[float]:
    """Of 1, 2 and 5 times the powers of ten between; of the powers alone where these are many."""
    tens = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in ((1, 2, 5), (1,)):
        ticks = [step * 10.0**ten for ten in tens for step in steps]
        inside = [tick for tick in ticks if low <= tick <= high]
        if len(inside) <= _MOST_TICKS:
            return inside
    return inside[:: -(-len(inside) // _MOST_TICKS)]


def _across(y: float, share: float) -> Markup:
    label = text(f"{100 * share:.0f} %", _LEFT - 14, y + 4, text_anchor="end", class_="muted")
    return join([rule(_LEFT, y, _WIDTH - _RIGHT, y, class_="grid"), label])


def _upright(x: float, share: float, bottom: float) -> Markup:
    label = text(f"{100 * share:g} %", x, bottom + 18, text_anchor="middle", class_="muted")
    return join([rule(x, bottom, x, bottom + 4, class_="axis"), label])
