"""Heat map: raw results over a pair of axes, with the number of answers behind each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from falloff.report.charts.canvas import boxes, element, frame, join, text, text_width
from falloff.report.numerals import percent

_WIDTH = 340.0
_TOP, _RIGHT = 24.0, 4.0
_ROW = 30.0
_STEPS = 10
# From this step on the ground is deep enough for pale figures.
_DEEP = 7

Place = tuple[int, int]
Corners = Mapping[Place, tuple[float, float]]


@dataclass(frozen=True, kw_only=True)
class HeatMap:
    """``values`` by (column, row): competence and the number of answers. Row 0 is at the foot."""

    title: str
    description: str
    x_label: str
    y_label: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    values: Mapping[Place, tuple[float, int]]


def heat_map(chart: HeatMap, *, standalone: bool = False) -> Markup:
    """Cells coloured by competence; where nothing was asked, an empty frame."""
    left = 12 + max(text_width(row) for row in chart.rows)
    width = (_WIDTH - left - _RIGHT) / len(chart.columns)
    foot = _TOP + _ROW * len(chart.rows)
    corners = {
        (column, row): (left + width * column, foot - _ROW * (row + 1))
        for column in range(len(chart.columns))
        for row in range(len(chart.rows))
    }
    return frame(
        chart.title,
        chart.description,
        _WIDTH,
        foot + 40,
        text(f"{chart.y_label} ↑", 0, 13, class_="muted"),
        *_grounds(chart, corners, width),
        *_figures(chart, corners, width),
        _labels(chart, left, width, foot),
        standalone=standalone,
    )


def _grounds(chart: HeatMap, corners: Corners, width: float) -> list[Markup]:
    """One element for all cells of one colour, and one for all that were not asked."""
    steps: dict[int, list[tuple[float, float]]] = {}
    for place, (competence, _) in chart.values.items():
        steps.setdefault(_step(competence), []).append(corners[place])
    blank = [(x + 1.5, y + 1.5) for place, (x, y) in corners.items() if place not in chart.values]
    grounds = [
        boxes(found, width - 1, _ROW - 1, class_=f"heat heat-{step}")
        for step, found in sorted(steps.items())
    ]
    return [*grounds, boxes(blank, width - 4, _ROW - 4, class_="empty")] if blank else grounds


def _figures(chart: HeatMap, corners: Corners, width: float) -> list[Markup]:
    """Competence in per cent and the number of answers under it, in ink that can be read."""
    inks: dict[str, list[Markup]] = {"on-pale": [], "on-deep": []}
    for place, (competence, n) in chart.values.items():
        x, y = corners[place]
        middle = x + width / 2
        answers = element("tspan", f"n {n}", x=middle, dy=11, class_="tiny")
        figure = percent(competence).removesuffix(" %")
        ink = "on-deep" if _step(competence) >= _DEEP else "on-pale"
        inks[ink].append(element("text", figure, answers, x=middle, y=y + 14))
    return [element("g", *written, class_=f"cells {ink}") for ink, written in inks.items()]


def _step(competence: float) -> int:
    return round(_STEPS * min(max(competence, 0.0), 1.0))


def _labels(chart: HeatMap, left: float, width: float, foot: float) -> Markup:
    room = max(1, round(width / 7.5))
    columns = [
        text(
            label if len(label) <= room else f"{label[: room - 1]}…",
            left + width * (i + 0.5),
            foot + 15,
            text_anchor="middle",
            class_="muted",
        )
        for i, label in enumerate(chart.columns)
    ]
    rows = [
        text(label, left - 7, foot - _ROW * (i + 0.5) + 4, text_anchor="end", class_="muted")
        for i, label in enumerate(chart.rows)
    ]
    middle = left + width * len(chart.columns) / 2
    title = text(f"{chart.x_label} →", middle, foot + 34, text_anchor="middle", class_="muted")
    return join([*columns, *rows, title])
