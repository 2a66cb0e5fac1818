"""The sections of the page, ready for the templates: what goes where, still without mark-up."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from falloff.analysis.estimates import AxisCurve
from falloff.analysis.pair_estimates import CellDrop, StudentComparison
from falloff.core import Coordinate, Reason
from falloff.report.beyond import Beyond, audit_sentence, beyond, misfits
from falloff.report.charts import LineChart
from falloff.report.contents import ReportContents
from falloff.report.disputed import disputed_sentences
from falloff.report.family_figures import curve_chart
from falloff.report.finding_figures import panel_scales
from falloff.report.lineup import Entry, Panel, Seat, panels, seats, worst_cells
from falloff.report.places import Option, Places
from falloff.report.region_figures import HeatPair, heat_pairs
from falloff.report.scales import Scale
from falloff.report.transcripts import Row, rows
from falloff.report.visible import excerpt, one_line
from falloff.report.vocabulary import REASONS
from falloff.report.wording import solved_here

_MOST_CELLS = 20
_MOST_MANIFEST_LETTERS = 40_000
# A list of numbers or words in JSON with indents, which takes a line an item.
_FLAT_LIST = re.compile(r"\[\n\s*([^\[\]{}]+?)\n\s*\]")
_BREAK = re.compile(r"\n\s*")


@dataclass(frozen=True, kw_only=True)
class CurveSection:
    """One dose axis of a family: the chart, the numbers under it, the ways to transcripts."""

    scale: Scale
    chart: LineChart
    curves: tuple[tuple[Entry, AxisCurve], ...]
    links: tuple[Option, ...]


@dataclass(frozen=True, kw_only=True)
class FamilySection:
    """A family that claims something. ``misfits``, ``audited``: sentences on how well it fits."""

    panel: Panel
    misfits: tuple[str, ...]
    audited: str
    beyond: Beyond
    curves: tuple[CurveSection, ...]
    pairs: tuple[HeatPair, ...]


@dataclass(frozen=True, kw_only=True)
class WorstCell:
    """A cell in which a student is worse, and the way to its transcripts."""

    seat: Seat
    cell: CellDrop
    place: str
    solved: str
    link: str


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One entry of the manifest: a value, or nested values as indented text."""

    name: str
    value: str
    nested: bool


class Sections:
    """All sections of one report. ``budget`` bounds the bytes of its transcripts.

    ``maps``: whether there is room for heat maps.
    """

    def __init__(self, contents: ReportContents, *, budget: int, maps: bool = True) -> None:
        self.contents = contents
        self.maps = maps
        self.seats = seats(contents.comparison)
        self.panels = panels(contents.comparison)
        self.scales = {p.family: panel_scales(p, contents.axes) for p in self.panels}
        self.rows: list[Row] = rows(contents.divergences, self.seats, budget)
        self.places = Places((row.divergence for row in self.rows), self.scales)

    @property
    def families(self) -> tuple[FamilySection, ...]:
        return tuple(self._family(panel) for panel in self.panels if panel.claimants)

    @property
    def silent(self) -> tuple[Panel, ...]:
        """Families that claim nothing, for no model."""
        return tuple(panel for panel in self.panels if not panel.claimants)

    @property
    def worst_cells(self) -> tuple[WorstCell, ...]:
        return tuple(
            WorstCell(
                seat=seat,
                cell=cell,
                place=self.places.spoken(cell.family, cell.coordinate),
                solved=solved_here(cell),
                link=self.places.link(cell.family, cell.coordinate, seat.number),
            )
            for seat, cell in worst_cells(self.contents.comparison, _MOST_CELLS)
        )

    @property
    def spared(self) -> tuple[StudentComparison, ...]:
        """Students of whom no cell is established."""
        return tuple(s for s in self.contents.comparison.students if not s.worst)

    @property
    def disputed(self) -> tuple[str, ...]:
        """Where fit and answers disagree on a loss."""
        return disputed_sentences(self.contents.comparison, self.scales)

    @property
    def reasons(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """How often each reason was met, by model, over all families."""
        table = [(reason, tuple(_met(seat, reason) for seat in self.seats)) for reason in Reason]
        return tuple((REASONS[reason], counts) for reason, counts in table if any(counts))

    @property
    def kinds(self) -> tuple[Option, ...]:
        labels = {
            "lost": "only a student fails",
            "gained": "only the teacher fails",
            "other": "they fail differently",
        }
        seen = {row.kind for row in self.rows}
        return tuple(Option(token=k, label=label) for k, label in labels.items() if k in seen)

    @property
    def row_families(self) -> tuple[Option, ...]:
        seen = {row.divergence.family for row in self.rows}
        return tuple(
            Option(token=f"f{panel.number}", label=one_line(panel.family))
            for panel in self.panels
            if panel.family in seen
        )

    @property
    def row_reasons(self) -> tuple[Option, ...]:
        seen = {column.outcome.reason for row in self.rows for column in row.failing}
        return tuple(Option(token=f"r-{r.value}", label=REASONS[r]) for r in Reason if r in seen)

    def row_tokens(self, row: Row) -> str:
        """Everything the filter can find a row by."""
        number = next((p.number for p in self.panels if p.family == row.divergence.family), 0)
        return " ".join([f"f{number}", *row.tokens, *self.places.tokens(row.divergence)])

    @property
    def settings(self) -> tuple[Setting, ...]:
        return tuple(_setting(name, value) for name, value in self.contents.manifest.items())

    def _family(self, panel: Panel) -> FamilySection:
        scales = self.scales[panel.family]
        curves = (self._curve(panel, scales[axis]) for axis in panel.axes)
        return FamilySection(
            panel=panel,
            misfits=misfits(panel),
            audited=audit_sentence(panel),
            beyond=beyond(panel),
            curves=tuple(curve for curve in curves if curve),
            pairs=heat_pairs(panel, scales) if self.maps else (),
        )

    def _curve(self, panel: Panel, scale: Scale) -> CurveSection | None:
        def link(coordinate: Coordinate) -> str:
            return self.places.link(panel.family, coordinate)

        chart = curve_chart(panel, scale, self.contents.comparison.threshold, link)
        if chart is None:
            return None
        curves = tuple(
            (entry, curve)
            for entry in panel.claimants
            for curve in entry.profile.curves
            if curve.axis == scale.axis
        )
        cells = {cell.coordinate for _, curve in curves for cell in curve.cells}
        doses = sorted((c[scale.axis], link(c)) for c in cells if link(c))
        links = tuple(Option(token=href, label=scale.label(dose)) for dose, href in doses)
        return CurveSection(scale=scale, chart=chart, curves=curves, links=links)


def _met(seat: Seat, reason: Reason) -> int:
    return sum(family.reasons.get(reason, 0) for family in seat.profile.families)


def _setting(name: str, value: Any) -> Setting:
    nested = isinstance(value, dict | list | tuple) and bool(value)
    if nested:
        shown = json.dumps(value, indent=2, ensure_ascii=False, default=str)
        # In strings a line break is an escape.
        shown = _FLAT_LIST.sub(lambda found: f"[{_BREAK.sub(' ', found[1])}]", shown)
    else:
        shown = "–" if value in (None, "", [], {}, ()) else str(value)
    return Setting(
        name=one_line(str(name)), value=excerpt(shown, _MOST_MANIFEST_LETTERS), nested=nested
    )
