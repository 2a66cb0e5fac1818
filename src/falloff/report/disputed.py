"""Cells in which the fit says that a student lost, and the answers there say otherwise."""

from __future__ import annotations

from collections.abc import Mapping

from falloff.analysis.pair_estimates import CellDrop, Comparison, StudentComparison
from falloff.report.lineup import panels
from falloff.report.numerals import count, percent, plural
from falloff.report.scales import Scale, family_scales, spoken_name, spoken_place
from falloff.report.visible import one_line
from falloff.report.wording import solved_here

_MOST_NAMED = 3

Scales = Mapping[str, dict[str, Scale]]


def disputed_sentences(comparison: Comparison, scales: Scales | None = None) -> tuple[str, ...]:
    """One for every student that has such cells. ``scales``: by family, else as observed."""
    if scales is None:
        scales = observed_scales(comparison)
    return tuple(_disputed(s, scales) for s in comparison.students if s.disputed)


def observed_scales(comparison: Comparison) -> dict[str, dict[str, Scale]]:
    """Scales by family where no axes are declared."""
    return {p.family: family_scales(e.profile for e in p.entries) for p in panels(comparison)}


def _disputed(student: StudentComparison, scales: Scales) -> str:
    cells = student.disputed
    named = "; ".join(_cell(cell, scales) for cell in cells[:_MOST_NAMED])
    more = f"; and {count(len(cells) - _MOST_NAMED)} more" if len(cells) > _MOST_NAMED else ""
    return (
        f"Fit and answers disagree beyond chance in {plural(len(cells), 'cell')} of"
        f" {one_line(student.model)}, so no loss is claimed there: {named}{more}."
    )


def _cell(cell: CellDrop, scales: Scales) -> str:
    place = spoken_place(cell.coordinate, scales.get(cell.family, {}))
    fitted = f"{percent(cell.teacher.estimate)} → {percent(cell.student.estimate)}"
    return f"{spoken_name(cell.family)}, {place} (fitted {fitted}, solved {solved_here(cell)})"
