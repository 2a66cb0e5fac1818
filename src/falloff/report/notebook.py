"""The finding as a notebook shows it: the headline and its figures, drawn as in the report."""

from __future__ import annotations

from markupsafe import Markup

from falloff.analysis.pair_estimates import Comparison
from falloff.report.caveats import caveats
from falloff.report.charts import DotPlot, dot_plot, radial_plot
from falloff.report.finding_figures import edge_plots, edge_rows, retention_dots
from falloff.report.names import briefly
from falloff.report.unfinished import WHOLE, Standing
from falloff.report.wording import headline


def notebook_html(comparison: Comparison, standing: Standing = WHOLE) -> str:
    """A fragment for ``_repr_html_``: escaped, and every chart carries its own style."""
    comparison = briefly(comparison)
    plots = (retention_dots(comparison), *edge_plots(comparison, edge_rows(comparison, {})))
    figures = (
        dot_plot(plot, standalone=True)
        if isinstance(plot, DotPlot)
        else radial_plot(plot, standalone=True)
        for plot in plots
    )
    title = Markup("<p><b>{}</b></p>").format(headline(comparison))
    lacking = Markup("").join(
        Markup("<p>{}</p>").format(sentence) for sentence in caveats(comparison, standing)
    )
    return str(title + lacking) + "".join(f"<div>{figure}</div>" for figure in figures)
