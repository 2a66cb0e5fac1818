"""The report as one HTML file: no request to anywhere, nothing in it runs but our own script.

Everything that is printed passes through :func:`falloff.report.visible.visible` and is escaped;
the content policy names style and script by their hash, so that mark-up which slipped through
could still not run.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from falloff.report import beyond, costs, numerals, saving, vocabulary, wording
from falloff.report.caveats import caveats
from falloff.report.charts import dot_plot, heat_map, line_chart, line_key, radial_plot, scatter
from falloff.report.charts.canvas import hue, style_sheet
from falloff.report.charts.dots import DotPlot
from falloff.report.choosing import MOST_SHOWN
from falloff.report.contents import ReportContents
from falloff.report.definitions import DEFINITIONS
from falloff.report.finding_figures import edge_plots, edge_rows, retention_dots
from falloff.report.geometry import geometry_listing
from falloff.report.likeness import likeness
from falloff.report.measure_wording import measure_rows, measure_sentence, measured
from falloff.report.novelty_figure import novelty_chart
from falloff.report.novelty_wording import novelty_listings, novelty_sentences
from falloff.report.null_wording import null_sentences
from falloff.report.reliability import reliability_sentences, repeats_by_family
from falloff.report.scales import spoken_name
from falloff.report.sections import Sections
from falloff.report.visible import one_line, visible
from falloff.report.wording_effects import wording_sentences

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

# What must not break over a line: "> 16", "37–45 %", "−3 to 5", "41 %".
_NUMBER = r"−?\d[\d.,]*"
_NUMBERS = re.compile(rf"&[gl]t; {_NUMBER}|{_NUMBER}(?:–| to ){_NUMBER}(?: %)?|{_NUMBER} %")
MOST_BYTES = 1_000_000
# Tried in turn: a suite with very many charts leaves less room for what was said. Of what many
# families and students show, heat maps take most.
_TRANSCRIPT_BYTES = (600_000, 300_000, 100_000, 0)
_TRIED = (
    *((True, budget) for budget in _TRANSCRIPT_BYTES[:-1]),
    *((False, budget) for budget in _TRANSCRIPT_BYTES),
)


def html_report(contents: ReportContents) -> str:
    """The page as text; write it as UTF-8. Under 1 MB, whatever the models said."""
    contents = contents.briefly()
    page, tried = "", (False, 0)
    for maps, budget in _TRIED:
        if maps == tried[0] and len(page.encode()) - (tried[1] - budget) >= MOST_BYTES:
            continue  # without as many transcripts it is too large still
        page, tried = _page(contents, budget, maps=maps), (maps, budget)
        if len(page.encode()) < MOST_BYTES:
            break
    return page


def _page(contents: ReportContents, budget: int, *, maps: bool) -> str:
    comparison = contents.comparison
    sections = Sections(contents, budget=budget, maps=maps)
    edges = edge_rows(comparison, contents.axes)
    return rendered(
        "report.html.j2",
        contents=contents,
        comparison=comparison,
        sections=sections,
        models=sections.seats,
        headline=wording.headline(comparison),
        edges=edges,
        edge_plots=edge_plots(comparison, edges),
        retention=retention_dots(comparison),
        wordings=wording_sentences(comparison),
        definitions=DEFINITIONS,
        most_shown=MOST_SHOWN,
    )


def rendered(template: str, **given: Any) -> str:
    """A page from its template, with our style and script and the hashes that let them in."""
    style, script = style_sheet() + _asset("page.css"), _asset("page.js")
    hashes = {"style_hash": _hash(style), "script_hash": _hash(script)}
    page = _environment().get_template(template)
    return page.render(**given, **hashes, style=style, script=script)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("falloff.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= _filters()
    environment.globals |= {
        "likeness": likeness,
        "caveats": caveats,
        "null_sentences": null_sentences,
        "reliability": reliability_sentences,
        "geometry_listing": geometry_listing,
        "repeats_by_family": repeats_by_family,
        "ranked": wording.by_retention,
        "STATUSES": vocabulary.STATUSES,
        "curve_key": line_key,
    }
    return environment


def _filters() -> dict[str, Any]:
    sentences = {
        "together": str,
        "percent": numerals.percent,
        "verdict": wording.verdict_sentence,
        "illusion": wording.illusion_sentence,
        "anytime": wording.anytime_sentence,
        "lede": wording.lede,
        "status": wording.status_sentence,
        "shape": beyond.shape_words,
        "p_value": beyond.p_words,
        "measure_sentence": measure_sentence,
        "exponent": beyond.exponent_words,
        "compounding": beyond.compounding_words,
    }
    cells = {
        "percent_cell": numerals.percent_interval,
        "points_cell": numerals.points_interval,
        "number_cell": numerals.number_interval,
    }
    return {
        **{name: _unbroken(spell) for name, spell in sentences.items()},
        **{name: _cell(spell) for name, spell in cells.items()},
        "count": numerals.count,
        "points": numerals.points,
        "quantity": numerals.quantity,
        "short": vocabulary.SHORT_REASONS.__getitem__,
        "hue": hue,
        "line": one_line,
        "linking": _linking,
        "name": spoken_name,
        "curve": line_chart,
        "heat": heat_map,
        "measure_rows": measure_rows,
        "measured": measured,
        "novelty_sentences": novelty_sentences,
        "novelty_listings": novelty_listings,
        "novelty_chart": novelty_chart,
        "costs": costs.costs,
        "costs_by_capability": costs.costs_by_capability,
        "costs_by_family": costs.costs_by_family,
        "cost_sentences": costs.cost_sentences,
        "savings": costs.savings,
        "saving_sentences": saving.saving_sentences,
        "saving_chart": saving.saving_chart,
        "scatter": scatter,
        "plot": lambda plot: dot_plot(plot) if isinstance(plot, DotPlot) else radial_plot(plot),
    }


def _unbroken(spell: Any) -> Any:
    """``spell`` with its numbers kept from breaking over a line."""
    from markupsafe import Markup, escape

    def spelt(*values: Any) -> Markup:
        written = str(escape(visible(spell(*values))))
        return Markup(_NUMBERS.sub(r'<span class="n">\g<0></span>', written))  # noqa: S704 - escaped

    return spelt


def _cell(spell: Any) -> Any:
    """``spell`` for a table: the estimate, and in small its interval, together or in two lines."""
    from markupsafe import Markup

    def spelt(*values: Any) -> Markup:
        estimate, _, interval = spell(*values).partition(" (")
        span = Markup(' <small class="n">({}</small>').format(interval) if interval else ""
        return Markup('<span class="n">{}</span>').format(estimate) + span

    return spelt


def _linking(sentence: Markup, words: str, anchor: str) -> Markup:
    """A sentence with some words of its own as the link to a definition."""
    from markupsafe import Markup

    before, found, after = sentence.partition(words)
    if not found:
        return sentence
    return Markup('{}<a href="#def-{}">{}</a>{}').format(before, anchor, found, after)


def _finalize(value: Any) -> Any:
    """The last door before escaping: nothing hidden or reordered passes it."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return visible(value)
    return value


@cache
def _asset(name: str) -> Markup:
    from markupsafe import Markup

    source = files("falloff.report").joinpath("templates", name).read_text(encoding="utf-8")
    return Markup(source)  # noqa: S704 - our own file


def _hash(source: str) -> str:
    digest = hashlib.sha256(source.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
