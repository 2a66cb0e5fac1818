"""One figure of a finding: its contrasts against their criteria, or its models' retention."""

from __future__ import annotations

from markupsafe import Markup

from falloff.analysis.findings import ContrastRow, Finding, ModelRow
from falloff.report.charts import DotPlot, DotRow, dot_plot
from falloff.report.lab_listings import PLAIN, effect_words, goal_words
from falloff.report.numerals import percent, percent_interval, quantity

# Differences between ticks, in shares; the first that leaves few enough is taken.
_STEPS = (0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0)
_MOST_TICKS = 8
# Room for the longest name of a contrast beside its effect and its answer.
_WIDTH = 720.0
# What 0 means, of measures that are no shares.
_NOTHING = {"shape": "no evidence"}


def figure_of(found: Finding) -> Markup | None:
    """Stands alone; None where there is nothing to draw."""
    plot = _contrasts(found) if found.contrasts else _models(found)
    return dot_plot(plot, standalone=True) if plot is not None else None


def _contrasts(found: Finding) -> DotPlot | None:
    """Contrasts on the scale of the first that decides; a diamond is the least that is asked."""
    first = next(row for row in found.contrasts if row.role == "decides")
    plain = first.measure in PLAIN
    shown = [row for row in found.contrasts if (row.measure in PLAIN) == plain]
    shown = [row for row in shown if row.effect.estimate is not None]
    if not shown:
        return None
    ends = [value for row in shown for value in _extent(row)]
    return DotPlot(
        title=f"{found.hypothesis}: {found.claim}",
        description="; ".join(
            f"{row.name}: {effect_words(row.effect, row.measure)}, {goal_words(row)}: {row.answer}"
            for row in shown
        ),
        ticks=_ticks(min(ends), max(ends), plain=plain),
        rows=tuple(_contrast_row(row) for row in shown),
        references=((0.0, _NOTHING.get(first.measure, "none") if plain else "no difference"),),
        note="Dot and line: the effect and its 90 % interval. Diamond: the least that is asked.",
        width=_WIDTH,
    )


def _contrast_row(row: ContrastRow) -> DotRow:
    return DotRow(
        number=0 if row.role == "decides" else 1 if row.role == "beside" else 2,
        name=row.name if row.role == "beside" else f"{row.name} ({row.role})",
        label=f"{row.answer}: {effect_words(row.effect, row.measure)}",
        value=row.effect.estimate,
        low=row.effect.low,
        high=row.effect.high,
        other=row.at_least,
    )


def _extent(row: ContrastRow) -> list[float]:
    ends = (row.effect.estimate, row.effect.low, row.effect.high, row.at_least, 0.0)
    return [end for end in ends if end is not None]


def _models(found: Finding) -> DotPlot | None:
    """What each keeps of its teacher's volume, a diamond its competence at the centre."""
    rows = [row for row in found.models if row.numbers["retention"].estimate is not None]
    if not rows:
        return None
    ends = [1.0, 0.0]
    for row in rows:
        kept = row.numbers["retention"]
        ends += [end for end in (kept.estimate, kept.low, kept.high) if end is not None]
    return DotPlot(
        title=f"{found.experiment}: what each model keeps of its teacher",
        description="; ".join(
            f"{row.name} keeps {percent_interval(row.numbers['retention'])}" for row in rows
        ),
        ticks=_ticks(min(ends), max(ends), plain=False),
        rows=tuple(_model_row(i, row) for i, row in enumerate(rows)),
        references=((1.0, "the teacher's volume"),),
        note="Dot: the share of the teacher's volume that is kept. Diamond: at the centre.",
        width=_WIDTH,
    )


def _model_row(number: int, row: ModelRow) -> DotRow:
    kept, centre = row.numbers["retention"], row.numbers["centre"]
    return DotRow(
        number=number,
        name=row.name,
        label=f"keeps {percent_interval(kept)}; centre {percent(centre.estimate)}",
        value=kept.estimate,
        low=kept.low,
        high=kept.high,
        other=centre.estimate,
    )


def _ticks(low: float, high: float, *, plain: bool) -> tuple[tuple[float, str], ...]:
    step = next((s for s in _STEPS if (high - low) / s <= _MOST_TICKS - 2), _STEPS[-1])
    first = int(low // step)
    last = max(-int(-high // step), first + 1)
    return tuple(
        (i * step, quantity(i * step) if plain else percent(i * step))
        for i in range(first, last + 1)
    )
