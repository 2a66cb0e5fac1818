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

_WIDTH = 400.0
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
    """``ticks`` are values with labels, the outermost the ends; ``references`` are marked."""

    title: str
    description: str
    ticks: tuple[tuple[float, str], ...]
    rows: tuple[DotRow, ...]
    references: tuple[tuple[float, str], ...] = ()


def dot_plot(plot: DotPlot, *, standalone: bool = False) -> Markup:
    """Rows from the top down, each with its name and its numbers in words above the dot."""
    foot = _TOP + _ROW * len(plot.rows) + 4
    tracks = [_TOP + _ROW * i + _TRACK for i in range(len(plot.rows))]
    return frame(
        plot.title,
        plot.description,
        _WIDTH,
        foot + (40 if plot.references else 22),
        *(_tick(_x(plot, value), label, tracks, foot) for value, label in plot.ticks),
        *(_reference(_x(plot, value), label, tracks, foot) for value, label in plot.references),
        *(_row(plot, row, _TOP + _ROW * i) for i, row in enumerate(plot.rows)),
        standalone=standalone,
    )


def _x(plot: DotPlot, value: float) -> float:
    lowest, highest = plot.ticks[0][0], plot.ticks[-1][0]
    share = (min(max(value, lowest), highest) - lowest) / (highest - lowest)
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _tick(x: float, label: str, tracks: list[float], foot: float) -> Markup:
    return join(
        [
            *_crossing(x, tracks, class_="grid"),
            text(label, x, foot + 16, text_anchor="middle", class_="muted"),
        ]
    )


def _reference(x: float, label: str, tracks: list[float], foot: float) -> Markup:
    return join(
        [
            *_crossing(x, tracks, class_="threshold"),
            text(label, x, foot + 34, text_anchor="middle", class_="muted small"),
        ]
    )


def _crossing(x: float, tracks: list[float], *, class_: str) -> list[Markup]:
    """A line across every track, and not through the words above it."""
    return [rule(x, y - _REACH, x, y + _REACH, class_=class_) for y in tracks]


def _row(plot: DotPlot, row: DotRow, top: float) -> Markup:
    y = top + _TRACK
    room = _WIDTH - _LEFT - _RIGHT - text_width(row.label) - 12
    words = [
        text(fitted(row.name, room), _LEFT, top + 15, class_="ink strong"),
        text(row.label, _WIDTH - _RIGHT, top + 15, text_anchor="end", class_="ink"),
    ]
    marks = [rule(_LEFT, y, _WIDTH - _RIGHT, y, class_="grid")]
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
