"""The figures of one family: a curve per dose axis, and heat maps over pairs of axes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

from falloff.analysis.estimates import AxisCurve, Cell, FamilyProfile
from falloff.core import Coordinate
from falloff.report.charts import Edge, HeatMap, Line, LineChart, Point
from falloff.report.finding_figures import reach
from falloff.report.lineup import Entry, Panel
from falloff.report.numerals import number_estimate, percent, plural
from falloff.report.scales import Scale, spoken_name

Link = Callable[[Coordinate], str]


def no_link(_: Coordinate) -> str:
    """For charts outside a report: nowhere to go."""
    return ""


@dataclass(frozen=True, kw_only=True)
class HeatPair:
    """The heat maps of one pair of axes, one per model, with the numbers of their seats."""

    x: Scale
    y: Scale
    pooled: tuple[str, ...]
    maps: tuple[tuple[int, HeatMap], ...]


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


def heat_pairs(panel: Panel, scales: dict[str, Scale]) -> tuple[HeatPair, ...]:
    """For each pair of axes the raw results of every claiming model, other axes pooled."""
    return tuple(
        HeatPair(
            x=x,
            y=y,
            pooled=tuple(scale.name for scale in scales.values() if scale not in (x, y)),
            maps=tuple((e.seat.number, _heat(e, x, y)) for e in panel.claimants),
        )
        for x, y in combinations(scales.values(), 2)
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


def _heat(entry: Entry, x: Scale, y: Scale) -> HeatMap:
    totals: dict[tuple[int, int], tuple[float, int]] = {}
    for cell in entry.profile.cells:
        place = (x.nearest(cell.coordinate[x.axis]), y.nearest(cell.coordinate[y.axis]))
        score, n = totals.get(place, (0.0, 0))
        totals[place] = (score + cell.score, n + cell.n)
    chance = entry.profile.chance
    values = {p: (competence(score / n, chance), n) for p, (score, n) in totals.items() if n}
    family = spoken_name(entry.profile.family)
    return HeatMap(
        title=f"{entry.seat.name}: {x.name} by {y.name} in {family}",
        description=_heat_in_words(values, x, y),
        x_label=x.name,
        y_label=y.name,
        columns=tuple(x.label(level) for level in x.levels),
        rows=tuple(y.label(level) for level in y.levels),
        values=values,
    )


def _heat_in_words(values: dict[tuple[int, int], tuple[float, int]], x: Scale, y: Scale) -> str:
    """The mean over the four corners' quarters says more aloud than every cell would."""
    half_x, half_y = len(x.levels) / 2, len(y.levels) / 2
    quarters: dict[tuple[bool, bool], list[float]] = {}
    for (column, row), (value, n) in values.items():
        quarters.setdefault((column >= half_x, row >= half_y), []).extend([value] * n)
    said = [
        f"{'high' if right else 'low'} {x.name}, {'high' if upper else 'low'} {y.name}:"
        f" {percent(sum(seen) / len(seen))}"
        for (right, upper), seen in sorted(quarters.items())
    ]
    return f"Mean competence, {'; '.join(said)}." if said else "Nothing was asked."
