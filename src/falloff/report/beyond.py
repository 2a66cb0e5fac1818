"""A family beyond its size, in words: shape, compounding, and whether the fit holds.

Like ``wording``, no sentence claims more than was found: a scaled copy that is not rejected "fits",
a fit that was not flagged is said together with what could not have been seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from falloff.analysis.audit import Audit
from falloff.analysis.estimates import Compounding
from falloff.analysis.pair_estimates import Shape
from falloff.report.lineup import Entry, Panel
from falloff.report.numerals import (
    DASH,
    count,
    defined,
    percent,
    percent_interval,
    points,
    quantity,
)
from falloff.report.scales import spoken_name

# Below this a p-value is only said to be small.
_SMALL = 0.001
# The exponents that are sought end here (falloff.analysis.axis_checks).
_STEEPEST = 8.0


@dataclass(frozen=True, kw_only=True)
class BeyondRow:
    """One model: what its results say of each axis that counts dependent steps."""

    entry: Entry
    compounding: tuple[Compounding | None, ...]


@dataclass(frozen=True, kw_only=True)
class Beyond:
    """A family beyond its size. ``axes``: those that count dependent steps, in words."""

    axes: tuple[str, ...]
    rows: tuple[BeyondRow, ...]


def beyond(panel: Panel) -> Beyond:
    """What is known of every claiming model of a family beyond its size."""
    axes = tuple(axis for axis in panel.axes if any(_along(e, axis) for e in panel.claimants))
    return Beyond(
        axes=tuple(map(spoken_name, axes)),
        rows=tuple(
            BeyondRow(entry=entry, compounding=tuple(_along(entry, axis) for axis in axes))
            for entry in panel.claimants
        ),
    )


def shape_words(shape: Shape) -> str:
    """``another shape``, or ``fits a scaled copy, edges at 83 % (80–86 %)``."""
    if shape.p is None:
        return DASH
    if shape.different:
        return "another shape"
    return f"fits a scaled copy, edges at {percent_interval(shape.factor)}"


def compounding_words(found: Compounding | None) -> str:
    """``steeper (93.1 % a step)``."""
    if found is None:
        return DASH
    accuracy = percent(found.step_accuracy, 1)
    return f"{'steeper' if found.steeper else 'not steeper'} ({accuracy} a step)"


def exponent_words(found: Compounding | None) -> str:
    """β with its p-value: ``4.5 (p = 0.02)``."""
    if found is None:
        return DASH
    shown = f"≥ {quantity(_STEEPEST)}" if found.exponent >= _STEEPEST else quantity(found.exponent)
    return f"{shown} ({p_words(found.p)})"


def p_words(p: float | None) -> str:
    if not defined(p):
        return DASH
    return f"p < {_SMALL}" if p < _SMALL else f"p = {p:.2g}"


def misfits(panel: Panel) -> tuple[str, ...]:
    """The alarm, for every model whose audit probes do not fit its curves."""
    return tuple(
        _misfit(panel.family, entry.seat.name, entry.profile.audit)
        for entry in panel.claimants
        if entry.profile.audit and entry.profile.audit.misfit
    )


def audit_sentence(panel: Panel) -> str:
    """What the audit could have seen where it raised no alarm; silent for fixed designs."""
    audits = [entry.profile.audit for entry in panel.claimants if entry.profile.audit]
    quiet = [audit for audit in audits if not audit.misfit]
    if not quiet:
        return ""
    if not all(audit.probes for audit in quiet):
        return "No audit probe has checked the fit."
    return (
        f"These {count(min(audit.probes for audit in quiet))} audit probes would have flagged an"
        f" error of S of {_range(quiet)}, four times in five; they flagged"
        f" {'none' if len(quiet) == len(audits) else 'no other'}."
    )


def _misfit(family: str, name: str, audit: Audit) -> str:
    more = "more" if audit.correction > 0 else "less"
    return (
        f"Misfit in {spoken_name(family)}: {name} solves the {count(audit.probes)} audit probes"
        f" {points(abs(audit.correction))} {more} often than its fitted region says, further off"
        " than chance explains. The interval of its S is widened; take its curves and edges with"
        " care."
    )


def _range(audits: Sequence[Audit]) -> str:
    low, high = (points(edge(a.detectable for a in audits)) for edge in (min, max))
    return high if low == high else f"{low.split(' ')[0]}–{high}"


def _along(entry: Entry, axis: str) -> Compounding | None:
    curves = (curve for curve in entry.profile.curves if curve.axis == axis)
    return next((curve.compounding for curve in curves), None)
