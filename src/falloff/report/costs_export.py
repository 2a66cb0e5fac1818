"""What answers took, as JSON."""

from __future__ import annotations

from typing import Any

from falloff.analysis.pair_estimates import Comparison, StudentComparison
from falloff.analysis.spending import Spending
from falloff.report.saving import better_ones, measure_of, shares


def spending_as_dict(spending: Spending) -> dict[str, Any]:
    """``money`` is null where no price is known; ``by_family`` has the same for each family."""
    written = _numbers(spending)
    written["size"] = spending.size
    written["by_family"] = [
        {"family": family, **_numbers(part)} for family, part in spending.by_family.items()
    ]
    return written


def _numbers(spending: Spending) -> dict[str, Any]:
    return {
        "probes": spending.probes,
        "calls": spending.calls,
        "prompt_tokens": spending.prompt_tokens,
        "completion_tokens": spending.completion_tokens,
        "cached_tokens": spending.cached_tokens,
        "thinking_tokens": spending.thinking_tokens,
        "seconds": spending.seconds,
        "busy_seconds": spending.busy,
        "median_seconds": spending.median_seconds,
        "p90_seconds": spending.p90_seconds,
        "money": spending.money,
        "currency": spending.currency,
    }


def saving_as_dict(comparison: Comparison, student: StudentComparison) -> dict[str, Any]:
    """What an answer takes, as shares of the teacher's. ``worth_its_price``: no other student keeps
    more for no more, ``by`` that measure; null where there is no other.
    """
    measure = measure_of(comparison)
    alone = measure is None or len(comparison.students) < 2
    return {
        **shares(comparison, student),
        "by": measure and measure.key,
        "worth_its_price": None
        if alone or measure is None
        else not better_ones(comparison, student, measure),
    }
