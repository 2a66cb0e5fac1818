"""Repeats and fidelity as plain JSON objects. Their intervals are finite or null as they come."""

from __future__ import annotations

from typing import Any

from falloff.analysis.estimates import Repeatability
from falloff.analysis.pair_estimates import BeyondNull, Fidelity, RepeatedComparison


def repeatability_as_dict(found: Repeatability | None) -> dict[str, Any] | None:
    """One model's; null where it was not asked again."""
    if found is None:
        return None
    return {
        "repeats": found.repeats,
        "items": found.items,
        "pass_k": [power.as_dict() for power in found.pass_k],
        "centre_pass_k": [power.as_dict() for power in found.centre_pass_k],
        "flips": found.flips.as_dict(),
        "changes": found.changes.as_dict(),
    }


def repeated_as_dict(found: RepeatedComparison | None) -> dict[str, Any] | None:
    """Teacher and student; null where they were not asked again."""
    if found is None:
        return None
    return {
        "teacher": repeatability_as_dict(found.teacher),
        "student": repeatability_as_dict(found.student),
        "churn": found.churn.as_dict(),
        "beyond": found.beyond.as_dict(),
    }


def beyond_null_as_dict(found: BeyondNull | None) -> dict[str, Any] | None:
    """A student's churn beside the null's; null where there is no null."""
    if found is None:
        return None
    return {
        "churn": found.churn.as_dict(),
        "null": found.null.as_dict(),
        "beyond": found.beyond.as_dict(),
        "probes": found.probes,
    }


def fidelity_as_dict(found: Fidelity | None) -> dict[str, Any] | None:
    """Null where nothing was compared; ``why`` says why there is no KL."""
    if found is None:
        return None
    return {
        "agreement": found.agreement.as_dict(),
        "same_wrong": found.same_wrong.as_dict(),
        "kl": found.kl.as_dict(),
        "same_top": found.same_top.as_dict(),
        "named": found.named,
        "probes": found.probes,
        "why": found.why,
    }
