"""A table with several level columns as JSON, as one plot an axis, and as tables."""

from __future__ import annotations

from typing import Any

from falloff.analysis import AxisCurve, FamilyProfile, Interval
from falloff.analysis.fixed import FittedRegion, RegionFit, RegionPair
from falloff.core import Axis
from falloff.report.charts import Edge, Line, LineChart, Point
from falloff.report.listings import Listing
from falloff.report.numerals import (
    dose_label,
    number_estimate,
    number_interval,
    percent,
    percent_interval,
    plural,
    quantity,
)
from falloff.report.visible import one_line


def regions_as_dict(fit: RegionFit, *, data: str | None) -> dict[str, Any]:
    """The object of ``fit --json`` where there are several level columns."""
    return {
        "data": data,
        "criterion": fit.criterion,
        "chance": fit.chance,
        "axes": [
            {
                "axis": axis.name,
                "levels": list(axis.levels),
                "scale": "log" if axis.scale == "log2" else "linear",
            }
            for axis in fit.axes
        ],
        "regions": [_region(region) for region in fit.regions],
        "pairs": [_pair(pair) for pair in fit.pairs],
        "notes": list(fit.notes),
    }


def _region(region: FittedRegion) -> dict[str, Any]:
    profile = region.profile
    return {
        "model": region.model,
        "status": profile.status.value,
        "centre": profile.centre.as_dict(),
        "volume": profile.volume.as_dict(),
        "volume_at": profile.volume_at.as_dict(),
        "interaction": profile.interaction.as_dict(),
        "edges": {curve.axis: curve.edge.as_dict() for curve in profile.curves},
        "steepness": {curve.axis: curve.steepness.as_dict() for curve in profile.curves},
        "rows": region.rows,
        "items": region.items,
    }


def _pair(pair: RegionPair) -> dict[str, Any]:
    return {
        "reference": pair.reference,
        "model": pair.model,
        "items": pair.items,
        "retention": pair.retention.as_dict(),
        "volume_at_ratio": pair.volume_at_ratio.as_dict(),
        "centre_ratio": pair.centre_ratio.as_dict(),
    }


def region_charts(fit: RegionFit) -> tuple[LineChart, ...]:
    """Competence over each axis, the others at their lowest level."""
    return tuple(_chart(fit, number, axis) for number, axis in enumerate(fit.axes))


def _chart(fit: RegionFit, number: int, axis: Axis) -> LineChart:
    name = one_line(axis.name)
    curves = [(region, region.profile.curves[number]) for region in fit.regions]
    return LineChart(
        title=f"Competence over {name}, all else at its lowest",
        description=" ".join(
            f"{one_line(region.model)}: from {percent(curve.competence[0])} to"
            f" {percent(curve.competence[-1])}, edge {number_estimate(curve.edge)}."
            for region, curve in curves
        ),
        x_label=f"{name} (log scale)" if axis.scale == "log2" else name,
        ticks=tuple((axis.u(level), dose_label(level)) for level in _few(axis.levels)),
        lines=tuple(
            Line(
                number=i,
                name=one_line(region.model),
                u=curve.u,
                value=curve.competence,
                low=curve.low,
                high=curve.high,
                points=_points(region.profile, curve, axis),
                edge=_edge(curve.edge, axis),
            )
            for i, (region, curve) in enumerate(curves)
        ),
        threshold=fit.threshold,
    )


def _few(levels: tuple[float, ...]) -> tuple[float, ...]:
    """At most nine of them, the ends included."""
    step = max(1, -(-(len(levels) - 1) // 8))
    return (*levels[:-1:step], levels[-1])


def _points(profile: FamilyProfile, curve: AxisCurve, axis: Axis) -> tuple[Point, ...]:
    return tuple(
        Point(
            u=axis.u(cell.coordinate[axis.name]),
            value=(cell.rate - profile.chance) / (1 - profile.chance),
            n=cell.n,
            note=f"{quantity(cell.coordinate[axis.name])}: {cell.score:g} of"
            f" {plural(cell.n, 'row')}",
        )
        for cell in curve.cells
    )


def _edge(edge: Interval, axis: Axis) -> Edge | None:
    if edge.estimate is None:
        return None
    return Edge(
        u=axis.u(edge.estimate),
        label=number_estimate(edge),
        low=0.0 if edge.low is None else axis.u(edge.low),
        high=1.0 if edge.high is None else axis.u(edge.high),
        beyond=edge.censored is not None,
    )


def region_listings(fit: RegionFit) -> tuple[Listing, ...]:
    """Volumes, then edges, then the pairs, if there are any."""
    at = percent(fit.threshold)
    volumes = Listing(
        title="Regions over " + " × ".join(one_line(axis.name) for axis in fit.axes),
        heads=("Model", "Centre", "Volume", f"Volume at {at}", "Items"),
        spare=("Items", f"Volume at {at}"),
        rows=tuple(
            (
                one_line(region.model),
                percent_interval(region.profile.centre),
                percent_interval(region.profile.volume),
                percent_interval(region.profile.volume_at),
                f"{region.items:,}",
            )
            for region in fit.regions
        ),
    )
    edges = Listing(
        title=f"Edges at {percent(fit.criterion)}, all else at its lowest",
        heads=("Model", "Axis", "Edge", "Steepness"),
        spare=("Steepness",),
        rows=tuple(
            (
                one_line(region.model),
                one_line(curve.axis),
                number_interval(curve.edge),
                number_interval(curve.steepness),
            )
            for region in fit.regions
            for curve in region.profile.curves
        ),
    )
    return (volumes, edges, _pairs(fit)) if fit.pairs else (volumes, edges)


def _pairs(fit: RegionFit) -> Listing:
    return Listing(
        title="Pairs that share items",
        heads=("Model", "Against", "Retention", "Centre ratio", "Shared items"),
        spare=("Shared items", "Centre ratio"),
        rows=tuple(
            (
                one_line(pair.model),
                one_line(pair.reference),
                percent_interval(pair.retention),
                percent_interval(pair.centre_ratio),
                f"{pair.items:,}",
            )
            for pair in fit.pairs
        ),
    )
