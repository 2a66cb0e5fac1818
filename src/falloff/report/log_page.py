"""Logs compared, as a page like that of a run, with what no log can know said on it."""

from __future__ import annotations

from datetime import datetime

from falloff.report.charts import LineChart
from falloff.report.charts.dots import DotPlot, DotRow
from falloff.report.definitions import DEFINITIONS
from falloff.report.fit_figure import fit_chart
from falloff.report.html import rendered
from falloff.report.log_listings import Logs, log_listings, sentences
from falloff.report.numerals import defined, percent_interval, plural
from falloff.report.visible import one_line

# What of a run's report is left out, and why.
UNKNOWN = (
    "Capability volume, and retention over a box of coordinates: a benchmark's items are where they"
    " are. Retention here is of these items alone, and a benchmark at the centre sees little of a"
    " falloff.",
    "Worst cells, shape and the audit of the fit: they need coordinates that were drawn for it.",
    "What was said: transcripts, and why an answer failed (wrong, malformed, cut short, refused).",
    "What it cost: calls, tokens, seconds and money.",
    "Repeatability, and the null: what asking the same model twice would have changed.",
    "A verdict: a policy is for what was measured, by falloff gate on a run.",
)
# Of the definitions, those that this page rests on.
_DEFINED = ("competence", "interval", "edge", "steepness")


def log_page(logs: Logs) -> str:
    """The page as text; write it as UTF-8."""
    return rendered(
        "logs.html.j2",
        title=_title(logs),
        created=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
        dots=_dots(logs),
        listings=[table for table in log_listings(logs) if not table.title.startswith("Curves")],
        curves=[table for table in log_listings(logs) if table.title.startswith("Curves")],
        chart=_chart(logs),
        level=logs.level,
        assumed=sentences(logs.assumed),
        unknown=UNKNOWN,
        notes=sentences(dict.fromkeys(logs.notes)),
        definitions=[each for each in DEFINITIONS if each.anchor in _DEFINED],
    )


def _title(logs: Logs) -> str:
    best = sorted(logs.pairs, key=lambda pair: -(pair.whole.retention.estimate or 0.0))
    said = [
        f"{one_line(pair.model)} keeps {percent_interval(pair.whole.retention)}"
        if defined(pair.whole.retention.estimate)
        else f"{one_line(pair.model)} cannot be judged"
        for pair in best
    ]
    items = plural(max(pair.whole.items for pair in logs.pairs), "item")
    return (
        f"{'; '.join(said)} of what {one_line(logs.reference)} scores on {items} (90 % intervals)"
    )


def _dots(logs: Logs) -> DotPlot:
    rows = tuple(
        DotRow(
            number=number,
            name=one_line(pair.model),
            label=percent_interval(pair.whole.retention),
            value=pair.whole.retention.estimate,
            low=pair.whole.retention.low,
            high=pair.whole.retention.high,
        )
        for number, pair in enumerate(logs.pairs, 1)
    )
    highest = max([1.0, *(row.high for row in rows if row.high is not None)])
    ends = (0.0, 0.25, 0.5, 0.75, 1.0)
    ticks = ends if highest <= 1 else (*ends, min(-(-highest // 0.25) * 0.25, 3.0))
    return DotPlot(
        title=f"Retention against {one_line(logs.reference)}",
        description="; ".join(f"{row.name} keeps {row.label}" for row in rows),
        ticks=tuple((tick, f"{tick:.0%}".replace("%", " %")) for tick in ticks),
        rows=rows,
    )


def _chart(logs: Logs) -> LineChart | None:
    """Colours follow the order of models, the reference first."""
    if logs.fit is None or logs.level is None:
        return None
    return fit_chart(logs.fit, level_name=logs.level)
