"""Two runs as one JSON object: what ``diff --json`` prints."""

from __future__ import annotations

from typing import Any

from falloff.analysis.change import Change, FamilyChange, ModelChange, RunChange
from falloff.analysis.paired import Paired
from falloff.report.export import interval_as_dict


def diff_as_dict(change: RunChange) -> dict[str, Any]:
    """Every number before and after, with the interval of the difference."""
    return {
        "before": change.before,
        "after": change.after,
        "settings": list(change.settings),
        "models": [_model(model) for model in change.models],
        "unmatched": list(change.unmatched),
    }


def _model(model: ModelChange) -> dict[str, Any]:
    return {
        "role": model.role,
        "before": model.before,
        "after": model.after,
        "retention": _change(model.retention),
        "volume": _change(model.volume),
        "capabilities": {name: _change(of) for name, of in model.capabilities.items()},
        "families": [_family(family) for family in model.families],
        "shared_probes": model.probes,
        "shared": _paired(model.shared),
        "flips": [
            {"probe": flip.probe, "before": flip.before, "after": flip.after}
            for flip in model.flips
        ],
    }


def _family(family: FamilyChange) -> dict[str, Any]:
    return {
        "family": family.family,
        "before": family.before and family.before.value,
        "after": family.after and family.after.value,
        "retention": _change(family.retention),
        "centre": _change(family.centre),
        "volume": _change(family.volume),
        "edges": {axis: _change(edge) for axis, edge in family.edges.items()},
    }


def _change(of: Change | None) -> dict[str, Any] | None:
    if of is None:
        return None
    return {
        "before": interval_as_dict(of.before),
        "after": interval_as_dict(of.after),
        "difference": interval_as_dict(of.difference),
        "established": of.established,
    }


def _paired(shared: Paired | None) -> dict[str, Any] | None:
    if shared is None:
        return None
    return {
        "before": interval_as_dict(shared.reference),
        "after": interval_as_dict(shared.model),
        "difference": interval_as_dict(shared.difference),
        "lost": shared.churn.lost,
        "gained": shared.churn.gained,
        "p": shared.p,
    }
