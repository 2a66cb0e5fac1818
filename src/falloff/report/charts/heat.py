"""Heat map: raw results over a pair of axes, with the rims of regions drawn over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import wrap

from markupsafe import Markup

from falloff.report.charts.canvas import (
    boxes,
    element,
    frame,
    join,
    legend,
    path,
    series,
    text,
    text_width,
)
from falloff.report.numerals import percent

_WIDTH = 340.0
_TOP, _RIGHT = 24.0, 4.0
_ROW, _NOTED_ROW = 30.0, 40.0
_LINE = 11.0
_LABEL_LETTERS = 10
_STEPS = 10
# From this step on the ground is deep enough for pale figures.
_DEEP = 7

Place = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Rim:
    """One model's contour: ``number`` its colour, ``points`` (column, row) from left to right.

    A whole number is the middle of a column or row; the map reaches half a cell further each way.
    ``band``: the corners of its interval.
    """

    number: int
    name: str
    points: tuple[tuple[float, float], ...]
    band: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, kw_only=True)
class HeatMap:
    """``values`` by (column, row): competence and the number of answers. Row 0 is at the foot.

    ``notes``, by place, stand between the two; ``rims`` lie over the cells.
    """

    title: str
    description: str
    x_label: str
    y_label: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    values: Mapping[Place, tuple[float, int]]
    notes: Mapping[Place, str] = field(default_factory=dict)
    rims: tuple[Rim, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Grid:
    """Where cells lie, in pixels."""

    left: float
    width: float
    height: float
    foot: float

    @classmethod
    def of(cls, chart: HeatMap) -> _Grid:
        left = 12 + max(text_width(line) for row in chart.rows for line in _lines(row))
        height = _NOTED_ROW if chart.notes else _ROW
        return cls(
            left=left,
            width=(_WIDTH - left - _RIGHT) / len(chart.columns),
            height=height,
            foot=_TOP + height * len(chart.rows),
        )

    def at(self, column: float, row: float) -> tuple[float, float]:
        """The pixel at these numbers; whole numbers are the middles of cells."""
        return self.left + self.width * (column + 0.5), self.foot - self.height * (row + 0.5)

    def corner(self, place: Place) -> tuple[float, float]:
        """The upper left corner of a cell."""
        return self.at(place[0] - 0.5, place[1] + 0.5)


def heat_map(chart: HeatMap, *, standalone: bool = False) -> Markup:
    """Cells coloured by competence; where nothing was asked, an empty frame; rims over them."""
    grid = _Grid.of(chart)
    names = [(rim.number, rim.name) for rim in chart.rims] if standalone else []
    legends, height = legend(names, grid.left, grid.foot + 56)
    return frame(
        chart.title,
        chart.description,
        _WIDTH,
        grid.foot + 40 + (height + 8 if standalone else 0),
        text(f"{chart.y_label} ↑", 0, 13, class_="muted"),
        *_grounds(chart, grid),
        *(_rim(rim, grid) for rim in chart.rims),
        *_figures(chart, grid),
        _labels(chart, grid),
        legends,
        standalone=standalone,
    )


def _grounds(chart: HeatMap, grid: _Grid) -> list[Markup]:
    """One element for all cells of one colour, and one for all that were not asked."""
    steps: dict[int, list[tuple[float, float]]] = {}
    for place, (competence, _) in chart.values.items():
        steps.setdefault(_step(competence), []).append(grid.corner(place))
    everywhere = ((i, j) for i in range(len(chart.columns)) for j in range(len(chart.rows)))
    empty = [grid.corner(place) for place in everywhere if place not in chart.values]
    blank = [(x + 1.5, y + 1.5) for x, y in empty]
    width, height = grid.width, grid.height
    grounds = [
        boxes(found, width - 1, height - 1, class_=f"heat heat-{step}")
        for step, found in sorted(steps.items())
    ]
    return [*grounds, boxes(blank, width - 4, height - 4, class_="empty")] if blank else grounds


def _rim(rim: Rim, grid: _Grid) -> Markup:
    """The line on a pale bed, so that it is seen on any ground."""
    line = [grid.at(*point) for point in rim.points]
    band = [grid.at(*point) for point in rim.band]
    return series(
        rim.number,
        path(band, closed=True, class_="band") if band else "",
        path(line, class_="bed") if line else "",
        path(line, class_="line") if line else "",
    )


def _figures(chart: HeatMap, grid: _Grid) -> list[Markup]:
    """Competence in per cent and the number of answers under it, in ink that can be read."""
    inks: dict[str, list[Markup]] = {"on-pale": [], "on-deep": []}
    for place, (competence, n) in chart.values.items():
        x, y = grid.corner(place)
        middle = x + grid.width / 2
        under = [note for note in (chart.notes.get(place), f"n {n}") if note]
        lines = [element("tspan", note, x=middle, dy=_LINE, class_="tiny") for note in under]
        figure = percent(competence).removesuffix(" %")
        ink = "on-deep" if _step(competence) >= _DEEP else "on-pale"
        first = y + (grid.height - _LINE * len(under)) / 2 + 4.5
        inks[ink].append(element("text", figure, *lines, x=middle, y=first))
    return [element("g", *written, class_=f"cells {ink}") for ink, written in inks.items()]


def _step(competence: float) -> int:
    return round(_STEPS * min(max(competence, 0.0), 1.0))


def _lines(label: str) -> list[str]:
    """A row's label over lines, so that long names leave the cells their room."""
    return wrap(label, _LABEL_LETTERS, max_lines=3, placeholder="…") or [""]


def _labels(chart: HeatMap, grid: _Grid) -> Markup:
    left, width, foot = grid.left, grid.width, grid.foot
    room = max(1, round(width / 7.5))
    columns = [
        text(
            label if len(label) <= room else f"{label[: room - 1]}…" if room > 2 else "",
            left + width * (i + 0.5),
            foot + 15,
            text_anchor="middle",
            class_="muted",
        )
        for i, label in enumerate(chart.columns)
    ]
    rows = [
        text(
            line,
            left - 7,
            foot - grid.height * (i + 0.5) + 4 + _LINE * (j - (len(_lines(label)) - 1) / 2),
            text_anchor="end",
            class_="muted",
        )
        for i, label in enumerate(chart.rows)
        for j, line in enumerate(_lines(label))
    ]
    middle = left + width * len(chart.columns) / 2
    title = text(f"{chart.x_label} →", middle, foot + 34, text_anchor="middle", class_="muted")
    return join([*columns, *rows, title])
