"""The figures of one family: a curve per dose axis."""

from __future__ import annotations

from collections.abc import Callable

from falloff.analysis.estimates import AxisCurve, Cell, FamilyProfile
from falloff.core import Coordinate
from falloff.report.charts import Edge, Line, LineChart, Point
from falloff.report.finding_figures import reach
from falloff.report.lineup import Entry, Panel
from falloff.report.numerals import number_estimate, percent, plural
from falloff.report.scales import Scale, spoken_name

Link = Callable[[Coordinate], str]


def no_link(_: Coordinate) -> str:
    """For charts outside a report: nowhere to go."""
    return ""


def curve_chart(
    panel: Panel, scale: Scale, threshold: float, link: Link = no_link
) -> LineChart | None:
    """All claiming models along one axis; None where there is no curve."""
    drawn = [
        (entry, curve)
        for entry in panel.claimants
        for curve in entry.profile.curves
        if curve.axis == scale.axis
    ]
    if not drawn:
        return None
    family = spoken_name(panel.family)
    return LineChart(
        title=f"Competence over {scale.name} in {family}",
        description=" ".join(_curve_in_words(entry, curve) for entry, curve in drawn),
        x_label=f"{scale.name} ({scale.unit})" if scale.unit else scale.name,
        ticks=scale.ticks,
        lines=tuple(_line(entry, curve, scale, link) for entry, curve in drawn),
        threshold=threshold,
    )


def competence(rate: float, chance: float) -> float:
    """c = (p − g)/(1 − g)."""
    return (rate - chance) / (1 - chance)


def _line(entry: Entry, curve: AxisCurve, scale: Scale, link: Link) -> Line:
    return Line(
        number=entry.seat.number,
        name=entry.seat.name,
        u=curve.u,
        value=curve.competence,
        low=curve.low,
        high=curve.high,
        points=tuple(_point(entry.profile, cell, scale, link) for cell in curve.cells if cell.n),
        steps=tuple(
            (scale.u(cell.coordinate[scale.axis]), value)
            for cell, value in zip(curve.cells, curve.monotone, strict=False)
        ),
        edge=_edge(curve, scale),
    )


def _edge(curve: AxisCurve, scale: Scale) -> Edge | None:
    at = reach(curve.edge, scale)
    if at.u is None:
        return None
    return Edge(
        u=at.u, label=number_estimate(curve.edge), low=at.low, high=at.high, beyond=at.beyond
    )


def _point(family: FamilyProfile, cell: Cell, scale: Scale, link: Link) -> Point:
    dose = cell.coordinate[scale.axis]
    return Point(
        u=scale.u(dose),
        value=competence(cell.rate, family.chance),
        n=cell.n,
        note=f"{scale.name} {scale.label(dose)}: {cell.score:g} of {plural(cell.n, 'probe')}",
        link=link(cell.coordinate),
    )


def _curve_in_words(entry: Entry, curve: AxisCurve) -> str:
    first = percent(curve.competence[0] if curve.competence else None)
    last = percent(curve.competence[-1] if curve.competence else None)
    edge = number_estimate(curve.edge)
    return f"{entry.seat.name}: from {first} at the centre to {last} at the top, edge {edge}."
