"""The tables of the finding as plain text: the same rows for terminal and Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from falloff.analysis.estimates import AxisCurve, FamilyProfile
from falloff.analysis.pair_estimates import Comparison
from falloff.report.beyond import shape_words
from falloff.report.disputed import observed_scales
from falloff.report.lineup import USABLE, Entry, Panel, panels
from falloff.report.lineup import worst_cells as worst_of
from falloff.report.numerals import (
    number_estimate,
    number_interval,
    percent,
    percent_interval,
    points_interval,
)
from falloff.report.scales import spoken_axis, spoken_name, spoken_place
from falloff.report.visible import one_line
from falloff.report.vocabulary import STATUSES
from falloff.report.wording import by_retention, solved_here

_BLOCKS, _ASCII_BLOCKS = "▁▂▃▄▅▆▇█", "_.-=+*#@"
_SPARKS = 12


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A table: ``heads`` and ``rows`` of text; a cell may have several lines.

    ``spare`` names the columns that may be left out, in this order, where room is short; names and
    places may run over several lines, numbers never do.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    spare: tuple[str, ...] = ()

    def without(self, head: str) -> Listing:
        gone = self.heads.index(head)
        heads, *rows = ((*row[:gone], *row[gone + 1 :]) for row in (self.heads, *self.rows))
        return replace(self, heads=heads, rows=tuple(rows), spare=self.spare[1:])

    def first(self, most: int) -> Listing:
        """Up to ``most`` rows, and no row whose name goes on in one that is left out."""
        if len(self.rows) <= most:
            return self
        kept = most
        while kept and self.rows[kept - 1][0] == self.rows[kept][0]:
            kept -= 1
        return replace(self, rows=self.rows[: kept or most])


def ranking(comparison: Comparison) -> Listing:
    """The students, best estimate first."""
    return Listing(
        title="Students",
        heads=("Student", "Retention", "Centre ratio", "Illusion", "Verdict"),
        spare=("Centre ratio",),
        rows=tuple(
            (
                one_line(student.model),
                percent_interval(student.retention),
                percent_interval(student.centre_ratio),
                points_interval(student.illusion),
                student.verdict.status,
            )
            for student in by_retention(comparison)
        ),
    )


def families(comparison: Comparison) -> Listing:
    """Every student on every family, teacher → student; without students, the one model."""
    if not comparison.students:
        return _one_model(comparison)
    return Listing(
        title="Families, teacher → student",
        heads=("Family", "Student", "Retention", "Centre", "Volume", "Edges"),
        spare=("Volume", "Centre"),
        rows=tuple(
            (spoken_name(panel.family), entry.seat.name, *_against_teacher(panel, entry))
            for panel in panels(comparison)
            for entry in panel.entries[1:]
        ),
    )


def curves(comparison: Comparison, *, ascii_only: bool = False) -> Listing:
    """Every curve as a sparkline with its edge."""
    return Listing(
        title="Curves, from the centre to the top of the box",
        heads=("Axis", "Model", "Curve", "Edge"),
        rows=tuple(
            (
                spoken_axis(panel.family, axis),
                entry.seat.name,
                sparkline(_sampled(curve), ascii_only=ascii_only),
                number_interval(curve.edge),
            )
            for panel in panels(comparison)
            for axis in panel.axes
            for entry in panel.claimants
            for curve in entry.profile.curves
            if curve.axis == axis
        ),
    )


def worst_cells(comparison: Comparison, *, most: int) -> Listing:
    """The largest established losses, some of every student that has any."""
    scales = observed_scales(comparison)
    found = worst_of(comparison, most)
    spared = [s for s in comparison.students if not s.worst] if found else []
    return Listing(
        title="Worst cells",
        heads=("Student", "Family", "Where", "Competence", "Loss", "Solved here"),
        spare=("Solved here", "Competence"),
        rows=(
            *(
                (
                    seat.name,
                    spoken_name(cell.family),
                    spoken_place(cell.coordinate, scales.get(cell.family, {})),
                    f"{percent_interval(cell.teacher)} → {percent_interval(cell.student)}",
                    points_interval(cell.drop),
                    solved_here(cell),
                )
                for seat, cell in found
            ),
            *((one_line(s.model), "", "none established", "", "", "") for s in spared),
        ),
    )


def sparkline(values: Sequence[float], *, ascii_only: bool = False) -> str:
    """Competence from the centre outward, one block a step: ``▇▇▆▃▁``."""
    blocks = _ASCII_BLOCKS if ascii_only else _BLOCKS
    top = len(blocks) - 1
    return "".join(blocks[round(top * min(max(value, 0.0), 1.0))] for value in values)


def _one_model(comparison: Comparison) -> Listing:
    return Listing(
        title="Families",
        heads=("Family", "Status", "Centre", "Volume", "Edges"),
        rows=tuple(
            (
                spoken_name(family.family),
                STATUSES[family.status],
                *(
                    (
                        percent_interval(family.centre),
                        percent_interval(family.volume),
                        "\n".join(_edge(family, curve) for curve in family.curves),
                    )
                    if family.status in USABLE
                    else (percent_interval(family.centre), "", "")
                ),
            )
            for family in comparison.teacher.families
        ),
    )


def _against_teacher(panel: Panel, entry: Entry) -> tuple[str, ...]:
    teacher, own, compared = panel.entries[0].profile, entry.profile, entry.comparison
    if compared is None or entry.status not in USABLE:
        return (STATUSES[entry.status], "", "", "")
    before = {curve.axis: number_estimate(curve.edge) for curve in teacher.curves}
    return (
        percent_interval(compared.retention),
        f"{percent(teacher.centre.estimate)} → {percent(own.centre.estimate)}",
        f"{percent(teacher.volume.estimate)} → {percent(own.volume.estimate)}",
        "\n".join(_edge(own, curve, before.get(curve.axis)) for curve in own.curves),
    )


def _edge(family: FamilyProfile, curve: AxisCurve, before: str | None = None) -> str:
    """Estimates alone, for want of room: the table of curves has the intervals."""
    name = "" if curve.axis == family.family else f"{spoken_name(curve.axis)} "
    start = f"{before} → " if before else ""
    return f"{name}{start}{number_estimate(curve.edge)}"


def _sampled(curve: AxisCurve) -> list[float]:
    """Competence at evenly spaced u."""
    if not curve.u:
        return []
    wanted = [i / (_SPARKS - 1) for i in range(_SPARKS)]
    nearest = [min(range(len(curve.u)), key=lambda i: abs(curve.u[i] - at)) for at in wanted]
    return [curve.competence[i] for i in nearest]


def beyond_size(comparison: Comparison) -> Listing:
    """Every student on every family: shape, radius, containment, and how much μ decides."""
    return Listing(
        title="Beyond the size",
        heads=("Family", "Student", "Shape", "Radius", "Containment", "Uniform in u"),
        rows=tuple(
            (
                spoken_name(panel.family),
                entry.seat.name,
                shape_words(found.shape),
                percent_interval(found.radius),
                percent_interval(found.containment),
                percent_interval(found.retention_in_u),
            )
            for panel in panels(comparison)
            for entry in panel.claimants[1:]
            for found in [entry.comparison]
            if found is not None
        ),
    )
