"""The figures of the finding: retention per student, and edges along every axis at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from falloff.analysis.estimates import FamilyProfile, Interval
from falloff.analysis.pair_estimates import Comparison
from falloff.core import Axis
from falloff.report.charts import DotPlot, DotRow, RadialPlot, Reach, Ring, Spoke
from falloff.report.lineup import Panel, Seat, panels, seats
from falloff.report.numerals import (
    defined,
    number_estimate,
    percent,
    percent_exact,
    percent_interval,
)
from falloff.report.scales import Scale, family_scales, spoken_name
from falloff.report.visible import one_line
from falloff.report.wording import by_retention

Axes = Mapping[str, tuple[Axis, ...]]

_QUARTERS = tuple((share / 4, f"{25 * share} %") for share in range(5))
_FEWEST_SPOKES, _MOST_SPOKES = 3, 16


@dataclass(frozen=True, kw_only=True)
class EdgeRow:
    """One dose axis of one family, with the edge of every model (None where it claims none)."""

    family: str
    capability: str
    scale: Scale
    edges: tuple[Interval | None, ...]


def retention_dots(comparison: Comparison) -> DotPlot:
    """Retention of every student, best first; an open diamond is what its centre says.

    Without students: the one model's capability volume by family.
    """
    if not comparison.students:
        return _volume_dots(comparison)
    by_student = {id(seat.student): seat for seat in seats(comparison)}
    rows = tuple(
        DotRow(
            number=by_student[id(student)].number,
            name=by_student[id(student)].name,
            label=percent_interval(student.retention),
            value=student.retention.estimate,
            low=student.retention.low,
            high=student.retention.high,
            other=student.centre_ratio.estimate,
        )
        for student in by_retention(comparison)
    )
    margins = {student.verdict.margin for student in comparison.students}
    return DotPlot(
        title="Retention of each student",
        description=_in_words(rows, "keeps", "its centre says"),
        ticks=_ticks(rows),
        rows=rows,
        references=tuple((margin, f"margin {percent_exact(margin)}") for margin in sorted(margins)),
    )


def edge_rows(comparison: Comparison, axes: Axes) -> tuple[EdgeRow, ...]:
    """Every dose axis of every family that claims something."""
    models = seats(comparison)
    return tuple(
        EdgeRow(
            family=panel.family,
            capability=panel.capability,
            scale=scales[axis],
            edges=tuple(_edge(panel, seat, axis) for seat in models),
        )
        for panel in panels(comparison)
        for scales in [panel_scales(panel, axes)]
        for axis in panel.axes
    )


def edge_plots(
    comparison: Comparison, rows: tuple[EdgeRow, ...]
) -> tuple[RadialPlot | DotPlot, ...]:
    """All edges at once; where there are too many axes for one plot, one per capability."""
    models = seats(comparison)
    if len(rows) <= _MOST_SPOKES:
        return (_edge_plot(models, rows, ""),) if rows else ()
    capabilities = dict.fromkeys(row.capability for row in rows)
    return tuple(
        _edge_plot(models, tuple(row for row in rows if row.capability == name), name)
        for name in capabilities
    )


def _edge_plot(
    models: tuple[Seat, ...], rows: tuple[EdgeRow, ...], capability: str
) -> RadialPlot | DotPlot:
    """A radial plot, or dots where there are too few axes for a shape."""
    title = f"Edges: {spoken_name(capability)}" if capability else "Edges along every axis"
    if len(rows) < _FEWEST_SPOKES:
        return _edge_dots(models, rows, title)
    return RadialPlot(
        title=title,
        description=_edges_in_words(models, rows),
        spokes=tuple(
            Spoke(label=row.scale.name, note=spoken_name(row.family).replace(" ", "\u00a0"))
            for row in rows
        ),
        rings=tuple(
            Ring(
                number=seat.number,
                name=seat.name,
                reaches=tuple(reach(row.edges[seat.number], row.scale) for row in rows),
            )
            for seat in models
        ),
    )


def panel_scales(panel: Panel, axes: Axes) -> dict[str, Scale]:
    profiles = (entry.profile for entry in panel.entries)
    return family_scales(profiles, axes.get(panel.family, ()))


def reach(edge: Interval | None, scale: Scale) -> Reach:
    """An edge in doses as a reach in u."""
    if edge is None or not defined(edge.estimate):
        return Reach(u=None)
    low = scale.u(edge.low) if defined(edge.low) else None
    if edge.censored == "above":
        return Reach(u=1.0, low=low, beyond=True)
    if edge.censored == "below":
        return Reach(u=0.0)
    # An interval without an upper bound reaches out of the box.
    high = scale.u(edge.high) if defined(edge.high) else None if low is None else 1.0
    return Reach(u=scale.u(edge.estimate), low=low, high=high)


def _edge(panel: Panel, seat: Seat, axis: str) -> Interval | None:
    for entry in panel.claimants:
        if entry.seat.number == seat.number:
            return next((c.edge for c in entry.profile.curves if c.axis == axis), None)
    return None


def _volume_dots(comparison: Comparison) -> DotPlot:
    families = [entry.profile for panel in panels(comparison) for entry in panel.claimants]
    rows = tuple(_volume_row(family) for family in families)
    return DotPlot(
        title="Capability volume by family",
        description=_in_words(rows, "volume", "centre"),
        ticks=_ticks(rows),
        rows=rows,
    )


def _volume_row(family: FamilyProfile) -> DotRow:
    return DotRow(
        number=0,
        name=spoken_name(family.family),
        label=percent_interval(family.volume),
        value=family.volume.estimate,
        low=family.volume.low,
        high=family.volume.high,
        other=family.centre.estimate,
    )


def _ticks(rows: tuple[DotRow, ...]) -> tuple[tuple[float, str], ...]:
    """0 to 100 %, and further where something reaches further."""
    reached = [value for row in rows for value in (row.high, row.value, row.other) if value]
    quarters = max(4, min(8, -int(-max(reached, default=1.0) * 4 // 1)))
    past = tuple((share / 4, f"{25 * share} %") for share in range(5, quarters + 1))
    return (*_QUARTERS, *past)


def _edge_dots(models: tuple[Seat, ...], rows: tuple[EdgeRow, ...], title: str) -> DotPlot:
    dots = tuple(
        DotRow(
            number=seat.number,
            name=f"{row.scale.name}, {seat.name}",
            label=number_estimate(edge),
            value=at.u,
            low=at.low,
            high=at.high,
            beyond=at.beyond,
        )
        for row in rows
        for seat in models
        for edge in [row.edges[seat.number]]
        if edge is not None
        for at in [reach(edge, row.scale)]
    )
    return DotPlot(
        title=title,
        description=_edges_in_words(models, rows),
        ticks=((0.0, "centre"), (0.5, "½"), (1.0, "top")),
        rows=dots,
    )


def _in_words(rows: tuple[DotRow, ...], value: str, other: str) -> str:
    return " ".join(
        f"{row.name}: {value} {row.label}, {other} {percent(row.other)}." for row in rows
    )


def _edges_in_words(models: tuple[Seat, ...], rows: tuple[EdgeRow, ...]) -> str:
    sentences = []
    for row in rows:
        edges = ", ".join(
            f"{seat.name} {number_estimate(edge)}"
            for seat in models
            for edge in [row.edges[seat.number]]
            if edge is not None
        )
        sentences.append(f"{row.scale.name} of {one_line(row.family)}: {edges}.")
    return " ".join(sentences)
