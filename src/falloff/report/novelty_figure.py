"""The novelty curve: every model's score over the distance from the training data."""

from __future__ import annotations

from dataclasses import replace

from falloff.analysis.novelty import Novelty
from falloff.report.charts import LineChart
from falloff.report.fit_figure import fit_chart

_X = "novelty: distance from the training data; 1 is its rim"


def novelty_chart(novelty: Novelty) -> LineChart | None:
    """None where there is no curve. Models have the numbers that they have everywhere."""
    fit = novelty.fit
    if fit is None:
        return None
    names = dict(
        zip(novelty.roles, (novelty.teacher, *(s.model for s in novelty.students)), strict=True)
    )
    numbers = [novelty.roles.index(curve.model) for curve in fit.curves]
    named = replace(
        fit, curves=tuple(replace(curve, model=names[curve.model]) for curve in fit.curves)
    )
    chart = fit_chart(named, level_name="novelty")
    return replace(
        chart,
        x_label=_X,
        lines=tuple(
            replace(line, number=number) for line, number in zip(chart.lines, numbers, strict=True)
        ),
        mark="τ",
    )
