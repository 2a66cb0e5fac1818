"""Radial plot: how far out each model stays good along every axis at once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from textwrap import wrap

from markupsafe import Markup

from falloff.report.charts.canvas import element, frame, join, legend, path, rule, series, text

_WIDTH, _HEIGHT = 440.0, 380.0
_CENTRE = (_WIDTH / 2, _HEIGHT / 2)
_RADIUS = 108.0
_LABEL_LETTERS = 12
_LINE = 15


@dataclass(frozen=True, kw_only=True)
class Spoke:
    """One axis outward: its ``label``, and a ``note`` in small letters (family, top of box)."""

    label: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How far a model gets on a spoke, in u; ``beyond``: past the rim. None where undefined."""

    u: float | None
    low: float | None = None
    high: float | None = None
    beyond: bool = False


@dataclass(frozen=True, kw_only=True)
class Ring:
    """One model: a reach per spoke."""

    number: int
    name: str
    reaches: tuple[Reach, ...]


@dataclass(frozen=True, kw_only=True)
class RadialPlot:
    title: str
    description: str
    spokes: tuple[Spoke, ...]
    rings: tuple[Ring, ...]


def radial_plot(plot: RadialPlot, *, standalone: bool = False) -> Markup:
    """Polygons over spokes, u from the middle to the rim; open markers lie past the rim.

    Two spokes make no polygon; three or more are needed for a shape to be seen.
    """
    names = [(ring.number, ring.name) for ring in plot.rings] if standalone else []
    legends, height = legend(names, 12, _HEIGHT + 16)
    return frame(
        plot.title,
        plot.description,
        _WIDTH,
        _HEIGHT + (height + 8 if standalone else 0),
        _scaffold(plot.spokes),
        *(_ring(ring, 9.0 * (i - (len(plot.rings) - 1) / 2)) for i, ring in enumerate(plot.rings)),
        legends,
        standalone=standalone,
    )


def _angle(spoke: int, spokes: int) -> float:
    return 2 * math.pi * spoke / spokes - math.pi / 2


def _at(angle: float, u: float, aside: float = 0.0, beyond: float = 0.0) -> tuple[float, float]:
    """The point at ``u`` on a spoke, ``aside`` pixels beside it, ``beyond`` further out."""
    radius = _RADIUS * min(max(u, 0.0), 1.0) + beyond
    x = _CENTRE[0] + radius * math.cos(angle) - aside * math.sin(angle)
    return x, _CENTRE[1] + radius * math.sin(angle) + aside * math.cos(angle)


def _scaffold(spokes: tuple[Spoke, ...]) -> Markup:
    angles = [_angle(i, len(spokes)) for i in range(len(spokes))]
    rings = [
        path([_at(angle, share) for angle in angles], closed=True, class_="grid")
        for share in (0.25, 0.5, 0.75)
    ]
    rim = path([_at(angle, 1.0) for angle in angles], closed=True, class_="axis")
    lines = [rule(*_at(angle, 0.0), *_at(angle, 1.0), class_="grid") for angle in angles]
    labels = [_label(spoke, angle) for spoke, angle in zip(spokes, angles, strict=True)]
    return join([*rings, rim, *lines, *labels])


def _label(spoke: Spoke, angle: float) -> Markup:
    """Name and note of a spoke outside the rim, clear of the markers that lie past it."""
    x, y = _at(angle, 1.0, beyond=20)
    side = math.cos(angle)
    anchor = "middle" if abs(side) < 0.2 else "start" if side > 0 else "end"
    lines = wrap(spoke.label, _LABEL_LETTERS) or [""]
    notes = wrap(spoke.note, _LABEL_LETTERS + 2)
    height = _LINE * (len(lines) + len(notes))
    first = y + 10 - height * (1 - math.sin(angle)) / 2
    rows = [(line, "ink strong large") for line in lines] + [
        (note, "muted spoke") for note in notes
    ]
    return join(
        text(row, x, first + _LINE * i, text_anchor=anchor, class_=style)
        for i, (row, style) in enumerate(rows)
    )


def _ring(ring: Ring, shift: float) -> Markup:
    """A model's polygon; ``shift`` keeps its open markers beside those of the others."""
    corners = [
        _at(_angle(i, len(ring.reaches)), reach.u)
        for i, reach in enumerate(ring.reaches)
        if reach.u is not None
    ]
    whole = len(corners) == len(ring.reaches)
    return series(
        ring.number,
        path(corners, closed=True, class_="area") if whole else "",
        path(corners, closed=whole, class_="line") if corners else "",
        *(
            _marker(reach, _angle(i, len(ring.reaches)), shift)
            for i, reach in enumerate(ring.reaches)
        ),
    )


def _marker(reach: Reach, angle: float, shift: float) -> Markup:
    """The reach itself with its interval; past the rim, an open marker and ``>``."""
    if reach.u is None:
        return Markup("")
    if reach.beyond:
        x, y = _at(angle, 1.0, aside=shift)
        sign_x, sign_y = _at(angle, 1.0, aside=shift, beyond=11)
        return join(
            [
                element("circle", cx=x, cy=y, r=4.0, class_="open"),
                text(">", sign_x, sign_y + 4, text_anchor="middle", class_="strong small"),
            ]
        )
    x, y = _at(angle, reach.u)
    low = reach.u if reach.low is None else reach.low
    high = reach.u if reach.high is None else reach.high
    return join(
        [
            rule(*_at(angle, low), *_at(angle, high), class_="whisker"),
            element("circle", cx=x, cy=y, r=3.6, class_="dot"),
        ]
    )
