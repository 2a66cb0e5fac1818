"""Line and band: competence along one axis, with raw results and edges, for several models."""

from __future__ import annotations

import math
from dataclasses import dataclass

from markupsafe import Markup

from falloff.report.charts.canvas import (
    element,
    frame,
    join,
    legend,
    path,
    rule,
    series,
    text,
    text_width,
)

_WIDTH = 400.0
_LEFT, _RIGHT = 56.0, 28.0
_PLOT_HEIGHT = 190.0
_LANE = 15.0
_LOWEST, _HIGHEST = -0.06, 1.04
# More points than this cannot be seen on a chart of this width, and each costs bytes.
_MOST_POINTS = 49


@dataclass(frozen=True, kw_only=True)
class Point:
    """A raw result: ``value`` from ``n`` answers, at ``u``; ``link`` is where they can be read."""

    u: float
    value: float
    n: int
    note: str = ""
    link: str = ""


@dataclass(frozen=True, kw_only=True)
class Edge:
    """Where a model falls off, in u, with its bounds; ``beyond``: not within the box."""

    u: float
    label: str
    low: float | None = None
    high: float | None = None
    beyond: bool = False


@dataclass(frozen=True, kw_only=True)
class Line:
    """One model. ``u``, ``value``, ``low`` and ``high`` are parallel; ``number`` its colour.

    ``steps``: what stands beside the line with no form assumed, positions in u with their values.
    """

    number: int
    name: str
    u: tuple[float, ...]
    value: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    points: tuple[Point, ...] = ()
    steps: tuple[tuple[float, float], ...] = ()
    edge: Edge | None = None


@dataclass(frozen=True, kw_only=True)
class LineChart:
    """``ticks`` are positions in u with their labels; ``threshold`` is where the edges are, and
    ``mark`` what stands beside it.
    """

    title: str
    description: str
    x_label: str
    ticks: tuple[tuple[float, str], ...]
    lines: tuple[Line, ...]
    threshold: float
    mark: str = "τ"


def line_chart(chart: LineChart, *, standalone: bool = False) -> Markup:
    """Curves with bands over u; above them one lane per model with its edge and interval.

    Steps are drawn on a page, where :func:`line_key` explains them, not ``standalone``.
    """
    top = 8 + _LANE * len(chart.lines) + 6
    bottom = top + _PLOT_HEIGHT
    names = [(line.number, line.name) for line in chart.lines] if standalone else []
    legends, height = legend(names, _LEFT, bottom + 58)
    return frame(
        chart.title,
        chart.description,
        _WIDTH,
        bottom + 44 + (height + 8 if standalone else 0),
        _scaffold(chart, top),
        *(_band(line, top) for line in chart.lines),
        *(_stairs(line, top) for line in chart.lines if line.steps and not standalone),
        *(_curve(line, top, shift) for line, shift in _beside(chart.lines)),
        *(
            _lane(line.number, line.edge, lane, chart, top)
            for lane, line in enumerate(chart.lines)
            if line.edge
        ),
        legends,
        standalone=standalone,
    )


def _x(u: float) -> float:
    return _LEFT + min(max(u, 0.0), 1.0) * (_WIDTH - _LEFT - _RIGHT)


def _y(value: float, top: float) -> float:
    value = min(max(value, _LOWEST), _HIGHEST)
    return top + _PLOT_HEIGHT * (_HIGHEST - value) / (_HIGHEST - _LOWEST)


def _scaffold(chart: LineChart, top: float) -> Markup:
    """Grid, ticks, labels and the threshold."""
    bottom, end = top + _PLOT_HEIGHT, _WIDTH - _RIGHT
    parts = []
    # Not where a label of an edge stands, beside an interval that takes nearly the whole width.
    if all(_label_start(line.edge) >= _LEFT - 12 for line in chart.lines if line.edge):
        parts.append(text("edge", _LEFT - 14, 20, text_anchor="end", class_="muted small"))
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = _y(share, top)
        parts.append(rule(_LEFT, y, end, y, class_="grid"))
        label = f"{100 * share:.0f} %"
        parts.append(text(label, _LEFT - 14, y + 4, text_anchor="end", class_="muted"))
    for u, _ in chart.ticks:
        parts.append(rule(_x(u), bottom, _x(u), bottom + 4, class_="axis"))
    for u, label in _legible(chart.ticks):
        parts.append(text(label, _x(u), bottom + 18, text_anchor="middle", class_="muted"))
    y = _y(chart.threshold, top)
    middle = (_LEFT + end) / 2
    parts += [
        rule(_LEFT, bottom, end, bottom, class_="axis"),
        rule(_LEFT, y, end, y, class_="threshold"),
        text(chart.mark, end + 15, y + 4, class_="muted"),
        text(chart.x_label, middle, bottom + 37, text_anchor="middle", class_="muted"),
    ]
    return join(parts)


def _legible(ticks: tuple[tuple[float, str], ...]) -> list[tuple[float, str]]:
    """The ticks whose labels fit beside each other; the first and the last always do."""
    kept, last = list(ticks[:1]), list(ticks[1:][-1:])
    for tick in ticks[1:-1]:
        if all(_clear(*pair) for pair in ((kept[-1], tick), (tick, last[0]))):
            kept.append(tick)
    return kept + last


def _clear(left: tuple[float, str], right: tuple[float, str]) -> bool:
    widths = (text_width(left[1]) + text_width(right[1])) / 2
    return _x(right[0]) - _x(left[0]) > widths + 4


def _band(line: Line, top: float) -> Markup:
    if not line.low or not line.high:
        return Markup("")
    upper = [(_x(line.u[i]), _y(min(line.high[i], 1.0), top)) for i in _drawn(line)]
    lower = [(_x(line.u[i]), _y(max(line.low[i], 0.0), top)) for i in _drawn(line)]
    return series(line.number, path([*upper, *reversed(lower)], closed=True, class_="band"))


def _stairs(line: Line, top: float) -> Markup:
    """Thin steps that change half-way between the doses that were asked."""
    (first, value), *rest = line.steps
    drawn = [(first, value)]
    for u, lower in rest:
        middle = (first + u) / 2
        drawn += [(middle, value), (middle, lower)]
        first, value = u, lower
    drawn.append((first, value))
    return series(line.number, path([(_x(u), _y(v, top)) for u, v in drawn], class_="steps"))


def _beside(lines: tuple[Line, ...]) -> list[tuple[Line, float]]:
    """Each line with the shift that keeps its raw results beside those of the others."""
    return [(line, 3.5 * (i - (len(lines) - 1) / 2)) for i, line in enumerate(lines)]


def _curve(line: Line, top: float, shift: float) -> Markup:
    drawn = [(_x(line.u[i]), _y(line.value[i], top)) for i in _drawn(line)]
    return series(
        line.number,
        path(drawn, class_="line") if drawn else "",
        *(_raw(point, _x(point.u) + shift, _y(point.value, top)) for point in line.points),
    )


def _raw(point: Point, x: float, y: float) -> Markup:
    """A raw result, the larger and denser the more answers stand behind it."""
    note = element("title", point.note) if point.note else ""
    return element(
        "circle",
        note,
        cx=x,
        cy=y,
        r=min(1.6 + 0.75 * math.sqrt(point.n), 7.5),
        fill_opacity=f"{min(0.15 + 0.035 * point.n, 0.7):.2f}",
        class_="raw",
        # Not a link: an image has no parts for a keyboard. The page lists the same links.
        data_show=point.link or None,
    )


def _drawn(line: Line) -> list[int]:
    """Indices of the points that are drawn, evenly thinned, both ends kept."""
    last = len(line.u) - 1
    if last < _MOST_POINTS:
        return list(range(last + 1))
    return [round(i * last / (_MOST_POINTS - 1)) for i in range(_MOST_POINTS)]


def _lane(number: int, edge: Edge, lane: int, chart: LineChart, top: float) -> Markup:
    """A model's edge with its interval, in a lane of its own, and a drop line to the curve."""
    y = 15 + _LANE * lane
    low, x, high = _ends(edge)
    return series(
        number,
        rule(low, y, high, y, class_="whisker") if high > low else "",
        "" if edge.beyond else rule(x, y + 5, x, _y(chart.threshold, top), class_="drop"),
        element("circle", cx=x, cy=y, r=4.0, class_="open" if edge.beyond else "dot"),
        text(edge.label, _label_start(edge), y + 4, class_="strong"),
    )


def _ends(edge: Edge) -> tuple[float, float, float]:
    """Where the interval begins, the edge stands and the interval ends."""
    low, high = (edge.u if bound is None else bound for bound in (edge.low, edge.high))
    return _x(low), _x(edge.u), _x(high)


def _label_start(edge: Edge) -> float:
    """Where its label begins: right of the interval, or ends left of it where there is no room."""
    low, x, high = _ends(edge)
    right, width = max(high, x) + 9, text_width(edge.label)
    return right if right + width < _WIDTH else min(low, x) - 9 - width
