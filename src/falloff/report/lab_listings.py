"""The lab's findings as tables: the same rows for terminal and Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from falloff.analysis.estimates import Interval
from falloff.analysis.findings import ContrastRow, Finding, ModelRow
from falloff.report.listings import Listing
from falloff.report.numerals import (
    number_interval,
    percent_interval,
    points,
    points_interval,
    quantity,
)
from falloff.report.visible import one_line

# Measures that are no shares, so that differences of them are no points.
PLAIN = ("shape", "participation_ratio", "two_nn")
_SHOWN = (
    ("Volume", "volume"),
    ("Retention", "retention"),
    ("Centre", "centre"),
    ("Near", "near"),
    ("Beyond", "beyond"),
)


def lab_listings(findings: Sequence[Finding]) -> list[Listing]:
    """The verdicts, then what each rests on."""
    stated = [found for found in findings if found.hypothesis]
    verdicts = [verdict_listing(stated)] if stated else []
    return [
        *verdicts,
        *(
            listing
            for found in findings
            for listing in (contrast_listing(found), model_listing(found))
            if listing.rows
        ),
    ]


def verdict_listing(findings: Sequence[Finding]) -> Listing:
    """One row a hypothesis."""
    return Listing(
        title="Hypotheses",
        heads=("Hypothesis", "Verdict", "Effect", "Seeds", "Why", "Claim"),
        spare=("Claim", "Why"),
        rows=tuple(
            (
                f"{one_line(found.hypothesis)} ({one_line(found.setting)})",
                str(found.verdict),
                effect_words(found.effect, _measure(found)),
                str(found.seeds),
                one_line(found.why),
                one_line(found.claim, 200),
            )
            for found in findings
        ),
    )


def contrast_listing(found: Finding) -> Listing:
    """What a verdict rests on."""
    return Listing(
        title=f"{_name(found)}: contrasts",
        heads=("Contrast", "Effect", "Asked", "Answer", "Role", "Of"),
        spare=("Of", "Role"),
        rows=tuple(
            (
                one_line(row.name),
                effect_words(row.effect, row.measure),
                goal_words(row),
                str(row.answer),
                row.role,
                one_line(row.formula),
            )
            for row in found.contrasts
        ),
    )


def model_listing(found: Finding) -> Listing:
    """The models, means over seeds with 90 % intervals; of one seed no interval."""
    return Listing(
        title=f"{_name(found)}: models, {found.seeds} seed{'' if found.seeds == 1 else 's'}",
        heads=("Model", "Recipe", "Weights", "Tokens", "CPU s", *(head for head, _ in _SHOWN)),
        spare=("CPU s", "Weights", "Tokens", "Volume", "Recipe", "Near", "Beyond"),
        rows=tuple(map(_model_row, found.models)),
    )


def effect_words(effect: Interval, measure: str) -> str:
    """An effect in points, or plain where its measure is no share."""
    return number_interval(effect) if measure in PLAIN else points_interval(effect)


def goal_words(row: ContrastRow) -> str:
    """The criterion: ``at least 5 points``."""
    number = row.within if row.at_least is None else row.at_least
    sign = "within ±" if row.at_least is None else "at least"
    plain = quantity(number or 0.0) if row.measure in PLAIN else points(number or 0.0)
    return f"{sign} {plain}"


def _model_row(model: ModelRow) -> tuple[str, ...]:
    return (
        one_line(model.name),
        one_line(model.recipe),
        f"{model.parameters:,}",
        f"{model.tokens:,}" if model.tokens else "",
        f"{model.cpu_seconds:.0f}",
        *(percent_interval(model.numbers[key]) for _, key in _SHOWN),
    )


def _measure(found: Finding) -> str:
    return next((row.measure for row in found.contrasts if row.role == "decides"), "")


def _name(found: Finding) -> str:
    return one_line(f"{found.experiment} ({found.setting})")
