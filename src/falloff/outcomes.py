"""``falloff.fit``: curves and regions from outcomes that anybody has. Thin: it puts rooms together.

Kept apart from ``api``, which asks models: nothing is asked here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from falloff.analysis.fixed import (
    CurvePair,
    FittedCurve,
    FittedRegion,
    FixedDesign,
    FixedFit,
    RegionFit,
    RegionPair,
    fit_curves,
    fit_regions,
)
from falloff.core import UsageError
from falloff.report import write_text
from falloff.report.charts import line_chart
from falloff.report.fit_export import curves_as_dict
from falloff.report.fit_figure import fit_chart
from falloff.report.fit_listings import fit_listings
from falloff.report.fit_regions import region_charts, region_listings, regions_as_dict
from falloff.report.listings import Listing
from falloff.tables import Columns, Data, read_outcomes

RESAMPLES = 1000


def fit(
    data: Data,
    *,
    criterion: float | None = None,
    chance: float = 0.0,
    scale: Literal["log", "linear"] | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
    model_column: str | None = None,
    item_column: str | None = None,
    level_column: str | Sequence[str] | None = None,
    score_column: str | None = None,
    weight_column: str | None = None,
) -> Fit:
    """A curve per model, or a region where there are several level columns, and paired differences.

    ``data``: the path of a CSV file, a list of dicts, or a pandas or polars frame, a row an answer.
    ``criterion``: the score at the edge, by default half-way from ``chance`` to 1. ``scale``: how
    levels are spaced, by default log where they span more than fourfold. Columns not named are
    guessed. ``resamples`` are for curves; regions have 500. Raises
    :class:`falloff.core.UsageError` for data that cannot be taken as they stand or be fitted.
    """
    table = read_outcomes(
        data,
        Columns(
            model=model_column,
            item=item_column,
            levels=_names(level_column),
            score=score_column,
            weight=weight_column,
        ),
    )
    names = table.columns.levels
    result: FixedFit | RegionFit
    if len(names) == 1:
        design = FixedDesign.of(
            models=table.models,
            items=table.items,
            levels=table.levels[0],
            scores=table.scores,
            weights=table.weights,
        )
        result = fit_curves(
            design, criterion=criterion, chance=chance, scale=scale, resamples=resamples, seed=seed
        )
    elif table.weights is not None:
        raise UsageError(
            f"A region has no place for weights, column '{table.columns.weight}'.",
            remedy="Leave that column out, or name one level column.",
        )
    else:
        result = fit_regions(
            models=table.models,
            items=table.items,
            levels=dict(zip(names, table.levels, strict=True)),
            scores=table.scores,
            criterion=criterion,
            chance=chance,
            scale=scale,
            seed=seed,
        )
    source = str(data) if isinstance(data, str | Path) else None
    return Fit(result=result, levels=names, source=source, said=table.said)


def _names(columns: str | Sequence[str] | None) -> tuple[str, ...]:
    if columns is None:
        return ()
    return (columns,) if isinstance(columns, str) else tuple(columns)


@dataclass(frozen=True, kw_only=True)
class Fit:
    """What a table says. ``result`` holds every number; the rest shows it.

    ``levels`` are the level columns; ``source`` is the file, None for rows in memory; ``said``
    tells what the columns were taken for.
    """

    result: FixedFit | RegionFit
    levels: tuple[str, ...]
    source: str | None
    said: str

    @property
    def curves(self) -> tuple[FittedCurve, ...]:
        """One a model; none where there are several level columns."""
        return () if isinstance(self.result, RegionFit) else self.result.curves

    @property
    def regions(self) -> tuple[FittedRegion, ...]:
        """One a model; none where there is one level column."""
        return self.result.regions if isinstance(self.result, RegionFit) else ()

    @property
    def pairs(self) -> tuple[CurvePair | RegionPair, ...]:
        """Models that share items, compared."""
        return self.result.pairs

    @property
    def spacing(self) -> str:
        """On which scale the levels are spaced, in words."""
        if not isinstance(self.result, RegionFit):
            return f"Levels on the scale {self.result.scale.words}."
        words = {"log2": "log₂(1 + {})", "linear": "{} (linear)"}
        axes = (words[axis.scale].format(axis.name) for axis in self.result.axes)
        return f"Levels on the scales {', '.join(axes)}."

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know before believing it."""
        return self.result.notes

    def as_dict(self) -> dict[str, Any]:
        """The object of ``falloff fit --json``; numbers are None where undefined."""
        if isinstance(self.result, RegionFit):
            return regions_as_dict(self.result, data=self.source)
        return curves_as_dict(self.result, data=self.source)

    def plot(self, path: str | Path) -> tuple[Path, ...]:
        """Write the curves as SVG; of several level columns, each to a file with its number.

        Returns what was written. Raises :class:`falloff.core.SetupError` where it cannot be.
        """
        path, drawings = Path(path), self._drawings()
        paths = [path.with_stem(f"{path.stem}-{i}") for i in range(1, len(drawings) + 1)]
        paths = [path] if len(drawings) == 1 else paths
        for file, drawing in zip(paths, drawings, strict=True):
            write_text(file, drawing)
        return tuple(paths)

    def listings(self, *, ascii_only: bool = False) -> tuple[Listing, ...]:
        """The numbers as tables of text."""
        if isinstance(self.result, RegionFit):
            return region_listings(self.result)
        return fit_listings(self.result, ascii_only=ascii_only)

    def _repr_html_(self) -> str:
        """The plots, for a notebook."""
        return "".join(f"<div>{drawing}</div>" for drawing in self._drawings())

    def _drawings(self) -> list[str]:
        """SVG, one a level column."""
        charts = (
            region_charts(self.result)
            if isinstance(self.result, RegionFit)
            else (fit_chart(self.result, level_name=self.levels[0]),)
        )
        return [line_chart(chart, standalone=True) for chart in charts]
