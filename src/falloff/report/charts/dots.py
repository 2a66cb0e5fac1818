"""Dot plot: one estimate with its interval per row, all on one scale."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from falloff.report.charts.canvas import (
    element,
    fitted,
    frame,
    join,
    rule,
    series,
    text,
    text_width,
)

_LEFT, _RIGHT = 14.0, 14.0
_TOP, _ROW = 6.0, 46.0
# Where in a row the dots lie, and how far lines reach above and below them.
_TRACK, _REACH = 31.0, 10.0


@dataclass(frozen=True, kw_only=True)
class DotRow:
    """``value`` with its bounds is the filled dot; ``other`` an open diamond to compare it with.

    ``beyond`` marks a value of which only the bound is known: the dot is open.
    """

    number: int
    name: str
    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    other: float | None = None
    beyond: bool = False


@dataclass(frozen=True, kw_only=True)
class DotPlot:
    """``ticks`` are values with labels, the outermost the ends; ``references`` are marked.

    ``note``: a line below, on how to read it. Names that ``width`` has no room for are cut.
    """

    title: str
    description: str
    ticks: tuple[tuple[float, str], ...]
    rows: tuple[DotRow, ...]
    references: tuple[tuple[float, str], ...] = ()
    note: str = ""
    width: float = 400.0


def dot_plot(plot: DotPlot, *, standalone: bool = False) -> Markup:
    """Rows from the top down, each with its name and its numbers in words above the dot."""
    foot = _TOP + _ROW * len(plot.rows) + 4
    tracks = [_TOP + _ROW * i + _TRACK for i in range(len(plot.rows))]
    height = foot + (40 if plot.references else 22)
    return frame(
        plot.title,
        plot.description,
        plot.width,
        height + (20 if plot.note else 0),
        *(_tick(plot, value, label, tracks, foot + 16) for value, label in plot.ticks),
        *(_reference(plot, value, label, tracks, foot + 34) for value, label in plot.references),
        text(plot.note, _LEFT, height + 12, class_="muted small") if plot.note else Markup(),
        *(_row(plot, row, _TOP + _ROW * i) for i, row in enumerate(plot.rows)),
        standalone=standalone,
    )


def _x(plot: DotPlot, value: float) -> float:
    lowest, highest = plot.ticks[0][0], plot.ticks[-1][0]
    share = (min(max(value, lowest), highest) - lowest) / (highest - lowest)
    return _LEFT + share * (plot.width - _LEFT - _RIGHT)


def _tick(plot: DotPlot, value: float, label: str, tracks: list[float], y: float) -> Markup:
    return join(
        [
            *_crossing(_x(plot, value), tracks, class_="grid"),
            _label(plot, value, label, y, class_="muted"),
        ]
    )


def _reference(plot: DotPlot, value: float, label: str, tracks: list[float], y: float) -> Markup:
    return join(
        [
            *_crossing(_x(plot, value), tracks, class_="threshold"),
            _label(plot, value, label, y, class_="muted small"),
        ]
    )


def _label(plot: DotPlot, value: float, label: str, y: float, *, class_: str) -> Markup:
    """Below its line, and all of it inside the chart."""
    half = text_width(label) / 2
    x = min(max(_x(plot, value), half), plot.width - half)
    return text(label, x, y, text_anchor="middle", class_=class_)


def _crossing(x: float, tracks: list[float], *, class_: str) -> list[Markup]:
    """A line across every track, and not through the words above it."""
    return [rule(x, y - _REACH, x, y + _REACH, class_=class_) for y in tracks]


def _row(plot: DotPlot, row: DotRow, top: float) -> Markup:
    y = top + _TRACK
    room = plot.width - _LEFT - _RIGHT - text_width(row.label) - 12
    words = [
        text(fitted(row.name, room), _LEFT, top + 15, class_="ink strong"),
        text(row.label, plot.width - _RIGHT, top + 15, text_anchor="end", class_="ink"),
    ]
    marks = [rule(_LEFT, y, plot.width - _RIGHT, y, class_="grid")]
    if row.other is not None:
        marks.append(_diamond(_x(plot, row.other), y))
    if row.low is not None and row.high is not None:
        marks.append(rule(_x(plot, row.low), y, _x(plot, row.high), y, class_="whisker"))
    if row.value is not None:
        style = "open" if row.beyond else "dot"
        marks.append(element("circle", cx=_x(plot, row.value), cy=y, r=5.0, class_=style))
    return join([*words, series(row.number, *marks)])


def _diamond(x: float, y: float) -> Markup:
    return element("path", d=f"M{x - 5:.1f} {y}l5-5 5 5-5 5z", class_="open")
